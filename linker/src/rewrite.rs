//! Passes over the linked core module, between wasm-ld and wit-component.
//!
//! A pass is a file: its head says why it is needed and when it can be deleted. It takes a module and gives a module.
//! With debug information in it, the bytes of functions stay in place, because DWARF counts from the code section's beginning: what only makes
//! a program faster then leaves it alone.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use wasm_encoder::{Module, RawSection};
use wasmparser::{ExternalKind, Parser, Payload};

use crate::arguments::Optimize;
use crate::contract;
use crate::inputs::Inputs;
use facts::Facts;
pub(crate) use supplies::Supply;

mod atomics;
mod body;
mod branch_hints;
mod built_in_names;
mod code;
mod component_types;
mod constructors;
mod context_slots;
mod detours;
pub(crate) mod entry;
mod exports;
mod facts;
mod landing_pads;
mod lone_locks;
mod marks;
mod offsets;
mod pads;
mod points;
mod saved_globals;
mod split_loads;
mod supplies;
mod thread_locals;
mod throws;
mod turns;
mod wide_parameters;

/// All passes, in order, as far as they are wanted. `inputs` are what the module was linked from; a program with threads asks them for
/// alignments.
///
/// # Errors
///
/// The module is not one wasm-ld writes.
pub(crate) fn rewrite(module: Vec<u8>, optimize: Optimize, inputs: &Inputs) -> Result<Vec<u8>> {
    let module =
        component_types::rewrite(module).context("the component types of two bindings cannot be told apart")?;
    let module = entry::rewrite(module).context("the program's entry cannot be chosen")?;
    let module = constructors::rewrite(module).context("the call of static constructors cannot be arranged")?;
    let module = match optimize {
        Optimize::Speed | Optimize::Size => {
            let module = lone_locks::rewrite(module).context("waiting for locks cannot be left out")?;
            let module = detours::rewrite(module).context("calls cannot be led to where they end up")?;
            landing_pads::rewrite(module).context("landing pads cannot be moved")?
        }
        Optimize::No => module,
    };

    let facts = Facts::of(&module)?;
    let module = points::rewrite(module, &facts).context("atomic instructions cannot be made points of a schedule")?;
    let module = atomics::rewrite(module, optimize == Optimize::Size, &facts)
        .context("atomic instructions cannot be replaced")?;
    let module = if facts.makes_threads() {
        with_threads(module, inputs)?
    } else if facts.function(contract::TASK_HOOK_SINGLE).is_some() {
        with_thread_locals(module, inputs)?
    } else {
        module
    };
    let module = built_in_names::rewrite(module, &facts).context("canonical built-ins cannot be renamed")?;
    let module = exports::rewrite(module, &facts).context("internal exports cannot be removed")?;
    if optimize == Optimize::No {
        return Ok(module);
    }
    let module = offsets::rewrite(module).context("constants cannot be moved into offsets")?;
    let module = split_loads::rewrite(module).context("reads cannot be split")?;
    let module = wide_parameters::rewrite(module).context("parameters cannot be made wide")?;
    branch_hints::rewrite(module).context("branches cannot be given hints")
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

fn with_threads(module: Vec<u8>, inputs: &Inputs) -> Result<Vec<u8>> {
    let facts = Facts::of(&module)?;
    if facts.function(contract::TASK_HOOK_SAVED).is_some() {
        let module = with_thread_locals(module, inputs)?;
        return saved_globals::rewrite(module, &facts).context("the stack pointer cannot be saved around imports");
    }
    context_slots::check_free(&facts, inputs)?;
    let module = with_thread_locals(module, inputs)?;
    context_slots::rewrite(module, &facts).context("the stack pointer cannot be moved into a context slot")
}

fn with_thread_locals(module: Vec<u8>, inputs: &Inputs) -> Result<Vec<u8>> {
    let facts = Facts::of(&module)?;
    thread_locals::rewrite(module, &facts, inputs.tls_alignment()).context("thread-local variables cannot be arranged")
}

/// Copies a module section by section; `replace` writes what is to stand in place of one and says so, or says no to
/// keep it.
pub(crate) fn sections(
    module: &[u8],
    mut replace: impl FnMut(&Payload<'_>, &mut Module) -> Result<bool>,
) -> Result<Vec<u8>> {
    let mut result = Module::new();
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload?;
        if let Some((id, range)) = payload.as_section()
            && !replace(&payload, &mut result)?
        {
            result.section(&RawSection { id, data: &module[range.start as usize..range.end as usize] });
        }
    }
    Ok(result.finish())
}
