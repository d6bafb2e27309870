//! Exports that were there for the passes go, and what has another name gets that of the function it takes the place of.
//!
//! Why: a stripped module has no names, so component-ld has wasm-ld export what passes must find. The component needs
//! none of it.
//!
//! Delete when: no pass looks anything up by export.

use anyhow::Result;

use crate::contract;
use crate::module::Module;
use crate::passes::Options;

/// What threads of a component need stays: the table and the task hook.
const INTERNAL: &[&str] = &[
    contract::STACK_POINTER,
    contract::TLS_BASE,
    contract::SET_STACK_POINTER,
    contract::GIVE_WAY,
    contract::SCHEDULE_POINT,
    contract::TLS_LAYOUT,
    contract::TLS_INITIALIZE,
    contract::FUTEX[0],
    contract::FUTEX[1],
    contract::FUTEX[2],
];

/// Names that a module exports in place of others.
const RENAMED: &[(&str, &str)] = &[
    (contract::TASK_HOOK_SINGLE, contract::TASK_HOOK),
    (contract::TASK_HOOK_SAVED, contract::TASK_HOOK),
    (contract::REALLOC_OWN, contract::REALLOC),
];

pub(crate) fn rewrite(module: &mut Module<'_>, _: &Options<'_>) -> Result<()> {
    let renamed: Vec<_> = RENAMED.iter().filter(|(name, _)| module.has_export(name)).collect();
    module.rename_exports(|name, index| {
        let is_replaced = renamed.iter().any(|(_, replaced)| *replaced == name);
        if INTERNAL.contains(&name) || is_replaced {
            return None;
        }
        let other = renamed.iter().find(|(internal, _)| *internal == name);
        Some((other.map_or(name, |(_, other)| other).to_owned(), index))
    });
    Ok(())
}
