//! Exports that were there for the passes go, and what has another name gets that of the function it takes the place of.
//!
//! Why: a stripped module has no names, so component-ld has wasm-ld export what passes must find. The component needs
//! none of it.
//!
//! Delete when: no pass looks anything up by export.

use anyhow::Result;
use wasm_encoder::ExportSection;
use wasmparser::Payload;

use crate::contract;
use crate::module::facts::Facts;
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

pub(crate) fn rewrite(module: Vec<u8>, facts: &Facts, _: &Options<'_>) -> Result<Vec<u8>> {
    let is_exported = |name: &str| facts.exports.contains_key(name);
    let renamed: Vec<_> = RENAMED.iter().filter(|(name, _)| is_exported(name)).collect();
    if renamed.is_empty() && !INTERNAL.iter().any(|name| is_exported(name)) {
        return Ok(module);
    }
    crate::module::sections(&module, |payload, result| {
        let Payload::ExportSection(exports) = payload else { return Ok(false) };
        let mut kept = ExportSection::new();
        for export in exports.clone() {
            let export = export?;
            let is_replaced = renamed.iter().any(|(_, name)| *name == export.name);
            if !INTERNAL.contains(&export.name) && !is_replaced {
                let other = renamed.iter().find(|(name, _)| *name == export.name);
                kept.export(other.map_or(export.name, |(_, name)| name), export.kind.into(), export.index);
            }
        }
        result.section(&kept);
        Ok(true)
    })
}
