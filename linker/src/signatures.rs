//! Functions that a program declares by Rust signatures, with `#[std::os::component::wasm]`: the component's types are made here, and the
//! functions between the canonical ABI and the program's own.
//!
//! ```text
//! read        the signatures, which stand as text in a custom section
//! world       the world that they make, with what WASI and bindings say of the same interfaces
//! adapters    functions: what is exported and calls the program, what the program calls and is an import
//! flat        values between memory and registers
//! ```
//!
//! What is exported and imported shows in the module that wasm-ld has linked first, in which the functions between are missing; the program is
//! linked again with them (supplies.rs). Then the section becomes a component type like those of bindings, and the exports get their names.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use wit_parser::Resolve;

use crate::bindings::Bindings;
use crate::contract::signatures;
use crate::inputs::Inputs;
use crate::lower::component_types;
use crate::module::{Import, Module};
use crate::stubs::Stub;
use world::Declared;

mod adapters;
mod flat;
mod read;
mod world;

/// What a module declares. `None`: nothing.
///
/// # Errors
///
/// What it declares makes no world.
pub(crate) fn declared(module: &Module<'_>, inputs: &Inputs) -> Result<Option<Declared>> {
    let mut all = Vec::new();
    for (_, data) in module.custom_sections().filter(|(name, _)| *name == signatures::SECTION) {
        all.extend(read::signatures(data).context("the signatures of the program are not as this linker reads them")?);
    }
    if all.is_empty() {
        return Ok(None);
    }
    // The compiler deals functions out to objects as it likes.
    all.sort_by(|one, other| (&one.krate, &one.name).cmp(&(&other.krate, &other.name)));
    let mut others = wasi_wit::wasi();
    for bindings in described(module, inputs) {
        let mut merged = others.clone();
        // What does not fit is an error later on, with the names of those who disagree.
        if merged.merge(bindings).is_ok() {
            others = merged;
        }
    }
    Declared::of(&all, others).map(Some)
}

/// What bindings in the module describe. Those that cannot be read are an error later on.
fn described(module: &Module<'_>, inputs: &Inputs) -> Vec<Resolve> {
    if !module.has_component_types() {
        return Vec::new();
    }
    let read = || {
        let mut apart = Module::parse(module.arena.linked)?;
        component_types::split_apart(&mut apart);
        Bindings::of(&apart, inputs)
    };
    read().unwrap_or_default().into_iter().map(Bindings::into_resolve).collect()
}

/// Whether a module declares an `async` export, which is lifted with a callback.
pub(crate) fn has_async_exports(module: &Module<'_>) -> bool {
    let is_one = |import: &Import<'_>| import.module == signatures::IMPORT && import.field.starts_with("[task-return]");
    module.imported_functions().any(|(_, import, _)| is_one(import))
}

/// Whether anything of what a module declares lies in memory.
pub(crate) fn pass_memory(module: &Module<'_>, inputs: &Inputs) -> bool {
    declared(module, inputs).map_or(true, |declared| {
        declared.is_some_and(|declared| {
            declared.functions.iter().any(|of| crate::bindings::passes_memory(&declared.resolve, &of.function))
        })
    })
}

/// The functions that a module lacks between its own and the canonical ABI.
///
/// # Errors
///
/// What it declares makes no world, or something is called that it does not declare.
pub(crate) fn adapters(module: &Module<'_>, inputs: &Inputs) -> Result<Vec<Stub>> {
    let Some(declared) = declared(module, inputs)? else { return Ok(Vec::new()) };
    let mut exports = BTreeMap::new();
    let mut imports = BTreeMap::new();
    for of in &declared.functions {
        let all = if of.is_export { &mut exports } else { &mut imports };
        all.insert(declared.symbol(of), of);
    }
    let mut stubs = Vec::new();
    for (symbol, of) in &exports {
        if module.has_export(&format!("{}{symbol}", signatures::EXPORT)) {
            stubs.extend(adapters::export(&declared, of));
        }
    }
    for name in module.exports().iter().filter_map(|export| export.name.strip_prefix(signatures::EXPORT)) {
        if name.contains("#[dtor]") {
            stubs.push(adapters::destructor(name));
        }
    }
    for (index, import, _) in module.imported_functions().filter(|(_, import, _)| import.module == signatures::IMPORT) {
        if let Some(built_in) = adapters::BUILT_INS.iter().find(|built_in| built_in.name == import.field) {
            for symbol in crate::supplies::symbols(module, index, import, inputs) {
                stubs.push(adapters::built_in(&declared, built_in, symbol));
            }
            continue;
        }
        if import.field.contains("[resource-") {
            for symbol in crate::supplies::symbols(module, index, import, inputs) {
                stubs.push(adapters::resource(&import.field, symbol));
            }
            continue;
        }
        let (name, of) = match import.field.strip_prefix("[task-return]") {
            Some(name) => (name, exports.get(name)),
            None => {
                let name = import.field.strip_prefix("[async]").unwrap_or(&import.field);
                (name, imports.get(name))
            }
        };
        let Some(of) = of else { bail!("`{name}` is called, and its signature is not in the program") };
        for symbol in crate::supplies::symbols(module, index, import, inputs) {
            stubs.push(match import.field.starts_with("[task-return]") {
                true => adapters::task_return(&declared, of, symbol),
                false => adapters::import(&declared, of, symbol),
            });
        }
    }
    Ok(stubs)
}
