//! Exports that were there for the passes go, and the hook of a program without threads gets the name of a hook.
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
    let hook = contract::TASK_HOOK_SINGLE;
    if !INTERNAL.iter().chain([&hook]).any(|name| facts.exports.contains_key(*name)) {
        return Ok(module);
    }
    super::sections(&module, |payload, result| {
        let Payload::ExportSection(exports) = payload else { return Ok(false) };
        let mut kept = ExportSection::new();
        for export in exports.clone() {
            let export = export?;
            if !INTERNAL.contains(&export.name) {
                let name = if export.name == hook { contract::TASK_HOOK } else { export.name };
                kept.export(name, export.kind.into(), export.index);
            }
        }
        result.section(&kept);
        Ok(true)
    })
}
