//! What a linked module wants that only another link can give it, and what it has that nobody can call.

use std::collections::BTreeSet;

use anyhow::Result;
use wasmparser::ExternalKind;

use crate::contract;
use crate::inputs::Inputs;
use crate::lower::{atomics, component_types, context_slots, entry};
use crate::module::facts::Facts;
use crate::supplies::Supply;

/// What a linked module wants that only a second link can give it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wants {
    /// It makes threads.
    pub(crate) threads: bool,
    /// It makes no threads, but several of its tasks may be under way at once.
    pub(crate) tasks: bool,
    /// It has bindings, which get memory from the program's global allocator.
    pub(crate) bindings: bool,
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
    pub(crate) fn of(module: &[u8], inputs: &Inputs) -> Result<Wants> {
        let facts = Facts::of(module)?;
        Ok(Wants {
            threads: facts.makes_threads(),
            tasks: !facts.makes_threads()
                && facts.exports.keys().any(|name| name.starts_with("[async-lift]"))
                && !context_slots::are_in_use(&facts),
            bindings: facts.exports.contains_key(contract::REALLOC) || component_types::are_in(module)?,
            futex: atomics::wants_futex(module, &facts)?,
            left_out: entry::left_out(module, &facts)?,
            supplies: Supply::of(module, &facts, inputs)?,
        })
    }
}

/// The functions a module exports that no component could: there is neither an entry nor a world.
///
/// # Errors
///
/// What was read is not a module.
pub(crate) fn unreached(module: &[u8]) -> Result<Vec<String>> {
    let facts = Facts::of(module)?;
    let is_program = facts.exports.keys().any(|name| name == contract::MAIN || entry::is_of_run(name));
    if is_program || component_types::are_in(module)? {
        return Ok(Vec::new());
    }
    let is_ours = |name: &str| {
        ["cabi_", "canonical_abi_", "component_", "__", "_initialize", "_start"]
            .iter()
            .any(|start| name.starts_with(start))
    };
    let functions = facts.exports.iter().filter(|(name, (kind, _))| *kind == ExternalKind::Func && !is_ours(name));
    Ok(functions.map(|(name, _)| name.clone()).collect())
}
