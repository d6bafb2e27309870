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
use wasm_encoder::{DataCountSection, DataSection, Instruction, SectionId};
use wasmparser::{BinaryReader, DataKind, DataSectionReader};

use crate::contract;
use crate::module::{Change, Module, Op, constant, contents};
use crate::passes::Options;

pub(crate) fn rewrite(module: &mut Module<'_>, options: &Options<'_>) -> Result<()> {
    let Some(layout) = module.address(contract::TLS_LAYOUT) else { return Ok(()) };
    let base = module.address(contract::TLS_BASE).unwrap_or_default();
    let segments = segments(module)?;
    let new = u32::try_from(segments.len())?;
    let segment = segments.iter().find(|segment| segment.address == Some(base));
    let (template, alignment) = match segment {
        Some(segment) => (segment.data.clone(), options.inputs.tls_alignment().min(1 << base.trailing_zeros().min(16))),
        None => (Vec::new(), 1),
    };
    let size = u32::try_from(template.len())?;
    let mut layout_written = false;
    let mut changed = DataSection::new();
    for Segment { memory, address, mut data } in segments {
        let Some(memory) = memory else {
            changed.passive(data);
            continue;
        };
        let address = address.context("a data segment is not at a constant address")?;
        let at = layout.wrapping_sub(address) as usize;
        if let Some(field) = data.get_mut(at..).and_then(|rest| rest.get_mut(..8)) {
            field[..4].copy_from_slice(&size.to_le_bytes());
            field[4..].copy_from_slice(&alignment.to_le_bytes());
            layout_written = true;
        }
        changed.active(memory, &wasm_encoder::ConstExpr::i32_const(address.cast_signed()), data);
    }
    ensure!(layout_written, "`{}` lies in no data segment: it must not be zero-initialised", contract::TLS_LAYOUT);
    changed.passive(template);
    module.set_section(SectionId::Data, contents(&changed)?);
    let count = contents(&DataCountSection { count: new + 1 })?;
    match module.section(SectionId::DataCount) {
        Some(_) => module.set_section(SectionId::DataCount, count),
        None => module.insert_before_code(SectionId::DataCount, count),
    }
    initialize_from(module, new)
}

/// A data segment.
struct Segment {
    /// The memory that it goes to; nothing if it is passive.
    memory: Option<u32>,
    /// Where it goes to, if that is a constant.
    address: Option<u32>,
    data: Vec<u8>,
}

fn segments(module: &Module<'_>) -> Result<Vec<Segment>> {
    let Some(data) = module.section(SectionId::Data) else { return Ok(Vec::new()) };
    let mut segments = Vec::new();
    for segment in DataSectionReader::new(BinaryReader::new(data, 0))? {
        let segment = segment?;
        let (memory, address) = match segment.kind {
            DataKind::Active { memory_index, offset_expr } => {
                (Some(memory_index), constant(&offset_expr)?.map(i32::cast_unsigned))
            }
            DataKind::Passive => (None, None),
        };
        segments.push(Segment { memory, address, data: segment.data.to_vec() });
    }
    Ok(segments)
}

/// Makes a `memory.init` of the call in the library's function.
fn initialize_from(module: &mut Module<'_>, segment: u32) -> Result<()> {
    let function = module
        .exported_function(contract::TLS_INITIALIZE)
        .with_context(|| format!("there is no `{}`", contract::TLS_INITIALIZE))?;
    let mut found = 0;
    module.change(function, |_, instr, _| {
        let is_call = matches!(instr.op, Op::Call(_));
        found += u32::from(is_call);
        Ok(is_call.then(|| Change::to(Instruction::MemoryInit { mem: 0, data_index: segment })))
    })?;
    ensure!(found == 1, "`{}` has {found} calls, not one", contract::TLS_INITIALIZE);
    Ok(())
}
