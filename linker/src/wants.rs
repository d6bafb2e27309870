//! What a linked module wants that only another link can give it, and what it has that nobody can call.

use std::collections::BTreeSet;

use anyhow::Result;
use wasmparser::ExternalKind;

use crate::contract;
use crate::inputs::Inputs;
use crate::lower::{atomics, context_slots, entry};
use crate::module::Module;
use crate::platform::Platform;
use crate::signatures;
use crate::supplies::{self, Supply};

/// What a linked module wants that only a second link can give it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wants {
    /// It makes threads.
    pub(crate) threads: bool,
    /// It makes threads, and has bindings that keep something of their own in the context slots.
    pub(crate) slots: bool,
    /// It makes no threads, but several of its tasks may be under way at once.
    pub(crate) tasks: bool,
    /// It has bindings that are passed what lies in memory, which they get from the program's global allocator.
    pub(crate) bindings: bool,
    /// It is passed nothing of the kind, neither by bindings nor by WASI.
    pub(crate) no_memory: bool,
    /// It waits on, or wakes, addresses by instructions of its own.
    pub(crate) futex: bool,
    /// Exports that give way to another entry of the program.
    pub(crate) left_out: BTreeSet<String>,
    /// Functions that nobody else defines.
    pub(crate) supplies: Vec<Supply>,
}

impl Wants {
    /// The same, and more that is to be supplied.
    pub(crate) fn with(&self, supplies: Vec<Supply>) -> Wants {
        let mut all = self.clone();
        for supply in supplies {
            if !all.supplies.contains(&supply) {
                all.supplies.push(supply);
            }
        }
        all
    }

    /// Reads it off a module as wasm-ld has left it.
    ///
    /// # Errors
    ///
    /// What was read is not a module.
    pub(crate) fn of(linked: &[u8], inputs: &Inputs, platform: Platform) -> Result<Wants> {
        let module = Module::parse(linked)?;
        let bindings = module.has_export(contract::REALLOC) || supplies::pass_memory(&module, inputs);
        let is_async = module.exports().iter().any(|export| export.name.starts_with("[async-lift]"))
            || signatures::has_async_exports(&module);
        Ok(Wants {
            threads: module.makes_threads(),
            slots: module.makes_threads() && context_slots::are_in_use(&module),
            tasks: !module.makes_threads() && is_async && !context_slots::are_in_use(&module),
            bindings,
            no_memory: !bindings && !platform.passes_memory(&module),
            futex: atomics::wants_futex(&module)?,
            left_out: entry::left_out(&module, platform)?,
            supplies: Supply::of(&module, inputs)?,
        })
    }
}

/// The functions a module exports that no component could: there is neither an entry nor a world.
pub(crate) fn unreached(module: &Module<'_>) -> Vec<String> {
    let mut names = module.exports().iter().map(|export| &*export.name);
    if names.any(|name| name == contract::MAIN || entry::is_of_run(name, Platform::Wasi))
        || module.has_component_types()
        || module.custom_sections().any(|(name, _)| name == contract::signatures::SECTION)
    {
        return Vec::new();
    }
    let is_ours = |name: &str| {
        ["cabi_", "canonical_abi_", "component_", "__", "_initialize", "_start"]
            .iter()
            .any(|start| name.starts_with(start))
    };
    let functions =
        module.exports().iter().filter(|export| export.kind == ExternalKind::Func && !is_ours(&export.name));
    functions.map(|export| export.name.to_string()).collect::<BTreeSet<_>>().into_iter().collect()
}
