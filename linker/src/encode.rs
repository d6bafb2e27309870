//! From a linked core module to a component: the world, wit-component, validation.
//!
//! wit-component does the work. What stands here adds std's world, and finds beforehand the mistakes whose reports it
//! would give without the names of those who made them.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Error, Result, bail};
use wasm_encoder::{CustomSection, Encode, Section};
use wasmparser::{Validator, WasmFeatures};
use wit_component::ComponentEncoder;

use crate::arguments::Strip;
use crate::bindings::{self, Bindings};
use crate::contract;
use crate::exceptions;
use crate::explain;
use crate::inputs::{Inputs, Wanted};
use crate::lower::entry::is_run_interface;
use crate::module::Module;
use crate::passes::{self, Options};
use crate::platform::Platform;
use crate::world::Kind;

/// Makes a component of a core module, and checks it.
///
/// # Errors
///
/// The module does not fit its world, or two worlds do not fit each other: the error names the functions and the
/// crates.
pub(crate) fn component(mut module: Module<'_>, options: &Options<'_>) -> Result<Vec<u8>> {
    let inputs = options.inputs;
    if module.custom_sections().any(|(name, _)| name == "dylink.0") {
        bail!(
            "it is a shared library (it was linked with -shared), and components are not made of those here: \
             use crate-type = [\"cdylib\"] or a binary, without -Crelocation-model=pic or -Cprefer-dynamic"
        );
    }
    exceptions::check(&module)?;

    let mut all = Bindings::of(&module, inputs)?;
    with_what_is_used(&mut module, &mut all, inputs)?;
    let names = Names::of(&module, inputs)?;
    let platform = options.platform;
    let of_bindings = all.iter().flat_map(Bindings::functions).map(|(name, _)| name).collect();
    let imported: Vec<&str> = names.fields("$root".to_owned()).collect();
    let section = platform.component_type(kind(&names, &all, platform), &imported, &of_bindings)?;
    all.push(Bindings::of_std(&section, platform)?);
    bindings::check_agreement(&all, inputs)?;
    check_imports(&module, &names, &all, inputs)?;
    check_asyncness(&names, &all, inputs)?;
    check_lifted_once(&names, &all, inputs)?;

    let mut described = module.encode()?;
    let section = CustomSection { name: format!("{}:std", contract::COMPONENT_TYPE).into(), data: section.into() };
    described.push(section.id());
    section.encode(&mut described);
    let component = ComponentEncoder::default()
        .debug_names(options.strip < Strip::All)
        .module(&described)
        .and_then(|encoder| encoder.encode())
        .map_err(|error| hinted(error, &names))
        .with_context(|| {
            let clash = platform.names_of_std(&of_bindings);
            format!("the linked module does not fit the worlds of {}{clash}", origins(&all, inputs))
        })?;
    let component = passes::over_component(component, options)?;
    Validator::new_with_features(WasmFeatures::all())
        .validate_all(&component)
        .context("the component that was made is not valid: this is a mistake of component-ld")?;
    Ok(component)
}

/// What a linked module calls what it imports and exports.
struct Names<'a> {
    /// Module and field of every imported function.
    imports: Vec<(&'a str, &'a str)>,
    exports: BTreeSet<&'a str>,
}

impl<'a> Names<'a> {
    fn of(module: &'a Module<'_>, inputs: &Inputs) -> Result<Names<'a>> {
        let mut exports = BTreeSet::new();
        for export in module.exports() {
            if !exports.insert(&*export.name) {
                bail!("{}", explain::exported_twice(&export.name, inputs));
            }
        }
        let imports = module.imported_functions().map(|(_, import, _)| (&*import.module, &*import.field)).collect();
        Ok(Names { imports, exports })
    }

    /// What is imported of an interface.
    fn fields(&self, interface: String) -> impl Iterator<Item = &'a str> {
        self.imports.iter().filter(move |(module, _)| *module == interface).map(|(_, field)| *field)
    }

    /// The exports that lift a function.
    fn lifts(&self, function: &str) -> impl Iterator<Item = &'a str> {
        ["", "[async-lift]", "[async-lift-stackful]"]
            .map(|lift| format!("{lift}{function}"))
            .into_iter()
            .filter_map(|name| self.exports.get(name.as_str()).copied())
    }
}

/// A module with the entry of a command is one; any other is a reactor. So is one whose entry a world of bindings has in so many words.
fn kind(names: &Names<'_>, all: &[Bindings], platform: Platform) -> Kind {
    let of_bindings = || all.iter().flat_map(Bindings::functions).any(|(name, _)| name == platform.run());
    let begins = names.lifts(platform.run()).next().is_some() && (platform == Platform::Wasi || !of_bindings());
    if begins { Kind::Command } else { Kind::Reactor }
}

/// Takes out of the worlds of bindings what the program has not: a `run` that gave way to another, or was never written, where there is another
/// (lower/entry.rs); and has them ask for no newer WASI than the program uses (versions.rs).
fn with_what_is_used(module: &mut Module<'_>, all: &mut [Bindings], inputs: &Inputs) -> Result<()> {
    let names = Names::of(module, inputs)?;
    let has_entry = names.exports.contains(contract::RUN);
    let is_missing = |interface: &str| {
        has_entry && is_run_interface(interface) && names.lifts(&format!("{interface}#run")).next().is_none()
    };
    let mut changed = Vec::new();
    let mut renamed = BTreeMap::new();
    for (number, bindings) in all.iter_mut().enumerate() {
        let is_less = bindings.leave_out(is_missing);
        let lowered = bindings.lower(|interface| names.fields(interface.to_owned()));
        changed.push((is_less || lowered.is_changed).then(|| bindings.encode(number)).transpose()?);
        renamed.extend(lowered.renamed);
    }
    module.rename_exports(|name, index| Some((with_version(name, &renamed), index)));
    let mut changed = changed.into_iter();
    module.replace_custom_sections(|name, _| {
        name.starts_with(contract::COMPONENT_TYPE).then(|| changed.next().flatten().map(|data| vec![data])).flatten()
    });
    Ok(())
}

/// The name of a core export, `[async-lift]wasi:cli/run@0.3.2#run` for instance, with the version that its interface has now.
fn with_version(export: &str, renamed: &BTreeMap<String, String>) -> String {
    let Some((head, function)) = export.split_once('#') else { return export.to_owned() };
    let found = renamed.iter().find_map(|(former, now)| Some((head.strip_suffix(former.as_str())?, now)));
    found.map_or_else(|| export.to_owned(), |(lift, now)| format!("{lift}{now}#{function}"))
}

/// Fails if a function of a world is exported by two of its lifts.
fn check_lifted_once(names: &Names<'_>, all: &[Bindings], inputs: &Inputs) -> Result<()> {
    for (name, _) in all.iter().flat_map(Bindings::functions) {
        let lifts: Vec<&str> = names.lifts(&name).collect();
        if let [first, second, ..] = lifts[..] {
            bail!("{}", explain::lifted_twice(&name, [first, second], inputs));
        }
    }
    Ok(())
}

/// Fails if a function is imported from a module no world knows.
fn check_imports(module: &Module<'_>, names: &Names<'_>, all: &[Bindings], inputs: &Inputs) -> Result<()> {
    let known: BTreeSet<String> = all.iter().flat_map(Bindings::import_modules).collect();
    // `$root` and `[export]...` hold canonical built-ins, `cm32p2` is the other mangling: wit-component knows them one
    // by one.
    let is_known = |module: &str| {
        module == "$root"
            || module.starts_with('[')
            || module.starts_with("cm32p2")
            || known.contains(bindings::unversioned(module))
    };
    let unknown: Vec<(&str, &str)> = names.imports.iter().copied().filter(|(module, _)| !is_known(module)).collect();
    if unknown.is_empty() {
        return Ok(());
    }
    bail!("{}", explain::unknown_imports(&module.encode()?, &unknown, inputs))
}

/// Fails if the core module lifts or lowers a function as async of which its WIT says that it is not.
///
/// The other way round is right: a function that is async in WIT may be lifted and lowered synchronously.
fn check_asyncness(names: &Names<'_>, all: &[Bindings], inputs: &Inputs) -> Result<()> {
    let mut functions = BTreeMap::new();
    for bindings in all {
        for (name, function) in bindings.functions() {
            functions.insert(name, (function, bindings));
        }
    }
    for export in &names.exports {
        let lifted = export.strip_prefix("[async-lift]").or(export.strip_prefix("[async-lift-stackful]"));
        let Some(name) = lifted else { continue };
        if let Some((function, bindings)) = functions.get(name)
            && !function.kind.is_async()
        {
            bail!(
                "the core module exports `{export}`, an async lift, but the WIT of {} says `{}` of `{name}`, not `{}`. \
                 Generate the bindings from the WIT the component is to have, and make the function there and in the code either both async or \
                 both not",
                bindings.origin(inputs),
                bindings::signature(function.item_name(), false),
                bindings::signature(function.item_name(), true),
            );
        }
    }
    for (module, field) in &names.imports {
        let Some(name) = field.strip_prefix("[async-lower]") else { continue };
        let full = if *module == "$root" { name.to_owned() } else { format!("{module}#{name}") };
        if let Some((function, bindings)) = functions.get(&full)
            && !function.kind.is_async()
        {
            let referrers = inputs.who_wants(Wanted::Import(module, field));
            bail!(
                "the core module imports `{field}` of `{module}`, an async lowering{}, but the WIT of {} says `{}`, not `{}`. \
                 Generate those bindings from the same version of the WIT",
                referrers.first().map(|referrer| format!(" ({referrer})")).unwrap_or_default(),
                bindings.origin(inputs),
                bindings::signature(function.item_name(), false),
                bindings::signature(function.item_name(), true),
            );
        }
    }
    Ok(())
}

/// Says how an allocator for what the host passes in comes into a program, if that is what is missing.
fn hinted(error: Error, names: &Names<'_>) -> Error {
    if names.exports.contains(contract::REALLOC) || !format!("{error:#}").contains(contract::REALLOC) {
        return error;
    }
    error.context(format!(
        "strings or lists are passed to this program, which has nothing to hold them: `{}` is made from the crate's allocator, and a `no_std` \
         crate has none unless it names one. Add `extern crate alloc;` and a `#[global_allocator]` (crates such as dlmalloc or talc offer them), or \
         define `{}` yourself",
        contract::REALLOC,
        contract::REALLOC
    ))
}

fn origins(all: &[Bindings], inputs: &Inputs) -> String {
    all.iter().map(|bindings| bindings.origin(inputs)).collect::<Vec<_>>().join(" and ")
}
