//! In a program with threads or tasks side by side, each thread's thread-local variables can be made.
//!
//! Why: without shared memory wasm-ld lays thread-local variables out once, as an ordinary data segment at
//! `__tls_base`, and makes neither `__wasm_init_tls` nor `__tls_size`. The main thread keeps that block. The others get
//! a copy of the segment as it was before anyone wrote to it, which is a passive segment from here on, and size and
//! alignment are written where the library reads them.
//!
//! The alignment is that of the address wasm-ld has chosen, as far as the most that the inputs ask for goes.
//!
//! Delete when: wasm-ld makes `__wasm_init_tls` for modules without shared memory.

use anyhow::{Context, Result, ensure};
use wasm_encoder::{DataCountSection, DataSection, Instruction, RawSection};
use wasmparser::{DataKind, Operator, Parser, Payload};

use crate::contract;
use crate::module::code;
use crate::module::facts::Facts;
use crate::passes::Options;

pub(crate) fn rewrite(module: Vec<u8>, facts: &Facts, options: &Options<'_>) -> Result<Vec<u8>> {
    let Some(layout) = facts.address(contract::TLS_LAYOUT) else { return Ok(module) };
    let base = facts.address(contract::TLS_BASE).unwrap_or_default();
    let segment = facts.segments.iter().position(|(address, _)| *address == Some(base));
    let (size, alignment) = match segment {
        Some(segment) => {
            (facts.segments[segment].1, options.inputs.tls_alignment().min(1 << base.trailing_zeros().min(16)))
        }
        None => (0, 1),
    };
    let new = u32::try_from(facts.segments.len())?;
    let module = initialize_from(&module, facts, new)?;
    let mut layout_written = false;
    let has_count =
        Parser::new(0).parse_all(&module).any(|payload| matches!(payload, Ok(Payload::DataCountSection { .. })));
    let module = crate::module::sections(&module, |payload, result| match payload {
        Payload::DataCountSection { .. } => {
            result.section(&DataCountSection { count: new + 1 });
            Ok(true)
        }
        Payload::CodeSectionStart { unchecked_range: range, .. } if !has_count => {
            result.section(&DataCountSection { count: new + 1 });
            let data = &module[range.start as usize..range.end as usize];
            result.section(&RawSection { id: wasm_encoder::SectionId::Code.into(), data });
            Ok(true)
        }
        Payload::DataSection(segments) => {
            let mut changed = DataSection::new();
            let mut template = Vec::new();
            for (index, item) in segments.clone().into_iter().enumerate() {
                let item = item?;
                let mut data = item.data.to_vec();
                let DataKind::Active { memory_index, .. } = item.kind else {
                    changed.passive(data);
                    continue;
                };
                if Some(index) == segment {
                    template.clone_from(&data);
                }
                let address = facts.segments[index].0.context("a data segment is not at a constant address")?;
                let at = layout.wrapping_sub(address) as usize;
                if let Some(field) = data.get_mut(at..).and_then(|rest| rest.get_mut(..8)) {
                    field[..4].copy_from_slice(&size.to_le_bytes());
                    field[4..].copy_from_slice(&alignment.to_le_bytes());
                    layout_written = true;
                }
                changed.active(memory_index, &wasm_encoder::ConstExpr::i32_const(address.cast_signed()), data);
            }
            changed.passive(template);
            result.section(&changed);
            Ok(true)
        }
        _ => Ok(false),
    })?;
    ensure!(layout_written, "`{}` lies in no data segment: it must not be zero-initialised", contract::TLS_LAYOUT);
    Ok(module)
}

/// Makes a `memory.init` of the call in the library's function.
fn initialize_from(module: &[u8], facts: &Facts, segment: u32) -> Result<Vec<u8>> {
    let function = facts
        .function(contract::TLS_INITIALIZE)
        .with_context(|| format!("there is no `{}`", contract::TLS_INITIALIZE))?;
    let mut found = 0;
    let module = code::replace(module, facts, |place| {
        if place.function != function || !matches!(place.operator, Operator::Call { .. }) {
            return Ok(None);
        }
        found += 1;
        Ok(Some(Instruction::MemoryInit { mem: 0, data_index: segment }))
    })?;
    ensure!(found == 1, "`{}` has {found} calls, not one", contract::TLS_INITIALIZE);
    Ok(module)
}
