//! Eight bytes that may have been written as two fields of four are read as two fields.
//!
//! Why: LLVM copies a structure of pointers and lengths, which have four bytes each, in pieces of eight. If it was filled in just before, as a
//! function's result or a `String` that grew, the processor cannot hand such a read the two writes and waits until both have arrived, for
//! about as long as a call takes. Reads of four bytes get what they want at once.
//!
//! What tells them is the alignment that LLVM knows: a number of eight bytes lies at a multiple of eight. With debug information nothing is
//! changed, because instructions move.
//!
//! Delete when: LLVM copies by the size of the fields, or processors forward from two writes.

use anyhow::Result;
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{Instruction, MemArg};
use wasmparser::{Operator, ValType};

use crate::module::{Arena, Change, Instr, Module, Op, has};
use crate::passes::Options;

/// Locals of a function that has such reads; the first holds the address.
const SCRATCH: [(u32, ValType); 2] = [(4, ValType::I32), (3, ValType::I64)];

pub(crate) fn rewrite(module: &mut Module<'_>, _: &Options<'_>) -> Result<()> {
    module.decode()?;
    for index in module.defined() {
        let Some(function) = module.function(index).filter(|function| function.has(has::LOAD_PAIR)) else { continue };
        let mut is_worth_it = false;
        for instr in &function.code {
            is_worth_it |= half(*instr, &module.arena)?.is_some();
        }
        if !is_worth_it {
            continue;
        }
        let address = module.add_locals(index, &SCRATCH)?;
        module.change(index, |_, instr, arena| {
            let Some(low) = half(instr, arena)? else { return Ok(None) };
            let high = MemArg { offset: low.offset + 4, ..low };
            let instead = vec![
                Instruction::LocalTee(address),
                Instruction::I64Load32U(low),
                Instruction::LocalGet(address),
                Instruction::I64Load32U(high),
                Instruction::I64Const(32),
                Instruction::I64Shl,
                Instruction::I64Or,
            ];
            Ok(Some(Change { instead: Some(instead), ..Change::default() }))
        })?;
    }
    Ok(())
}

/// Where the first half lies of what an instruction reads that is to be split.
fn half(instr: Instr, arena: &Arena<'_>) -> Result<Option<MemArg>> {
    if instr.op != Op::LoadPair {
        return Ok(None);
    }
    Ok(match arena.operator(instr)? {
        // The second half's offset must be one, too.
        Operator::I64Load { memarg } if memarg.offset < u64::from(u32::MAX - 4) => {
            RoundtripReencoder.mem_arg(memarg).ok()
        }
        _ => None,
    })
}
