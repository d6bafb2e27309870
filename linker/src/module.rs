//! The core module, and what passes do to it.

use anyhow::Result;
use wasm_encoder::{Module, RawSection};
use wasmparser::{Parser, Payload};

pub(crate) mod body;
pub(crate) mod code;
pub(crate) mod facts;

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
