//! Passes over the linked core module, between wasm-ld and wit-component.
//!
//! A pass is a file: its head says why it is needed and when it can be deleted. It takes a module and gives a module. Each leaves the code
//! section's bytes where they are, because DWARF counts from the code section's beginning.

use anyhow::{Context, Result};
use wasm_encoder::{Module, RawSection};
use wasmparser::{Parser, Payload};

mod component_types;
mod constructors;

/// All passes, in order.
///
/// # Errors
///
/// The module is not one wasm-ld writes.
pub(crate) fn rewrite(module: Vec<u8>) -> Result<Vec<u8>> {
    let module =
        component_types::rewrite(module).context("the component types of two bindings cannot be told apart")?;
    constructors::rewrite(module).context("the call of static constructors cannot be arranged")
}

/// Copies a module section by section; `replace` writes what is to stand in place of one and says so, or says no to keep it.
fn sections(module: &[u8], mut replace: impl FnMut(&Payload<'_>, &mut Module) -> Result<bool>) -> Result<Vec<u8>> {
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
