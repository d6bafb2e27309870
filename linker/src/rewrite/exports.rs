//! Exports that were there for the passes go, and the hook of another name gets that of the hook it takes the place of.
//!
//! Why: a stripped module has no names, so component-ld has wasm-ld export what passes must find. The component needs
//! none of it.
//!
//! Delete when: no pass looks anything up by export.

use anyhow::Result;
use wasm_encoder::ExportSection;
use wasmparser::Payload;

use super::facts::Facts;
use crate::contract;

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

pub(super) fn rewrite(module: Vec<u8>, facts: &Facts) -> Result<Vec<u8>> {
    let hooks = [contract::TASK_HOOK_SINGLE, contract::TASK_HOOK_SAVED];
    if !INTERNAL.iter().chain(&hooks).any(|name| facts.exports.contains_key(*name)) {
        return Ok(module);
    }
    let has_other_hook = hooks.iter().any(|name| facts.exports.contains_key(*name));
    super::sections(&module, |payload, result| {
        let Payload::ExportSection(exports) = payload else { return Ok(false) };
        let mut kept = ExportSection::new();
        for export in exports.clone() {
            let export = export?;
            let is_replaced = export.name == contract::TASK_HOOK && has_other_hook;
            if !INTERNAL.contains(&export.name) && !is_replaced {
                let name = if hooks.contains(&export.name) { contract::TASK_HOOK } else { export.name };
                kept.export(name, export.kind.into(), export.index);
            }
        }
        result.section(&kept);
        Ok(true)
    })
}
