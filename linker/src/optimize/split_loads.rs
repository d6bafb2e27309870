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

use std::collections::BTreeSet;

use anyhow::Result;
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{Instruction, MemArg};
use wasmparser::Operator;

use crate::module::code::{self, Change};
use crate::module::facts::Facts;
use crate::passes::Options;

/// The alignment of what is split, as the power of two that an instruction has.
const FOUR: u8 = 2;

pub(crate) fn rewrite(module: Vec<u8>, facts: &Facts, _: &Options<'_>) -> Result<Vec<u8>> {
    let mut functions = BTreeSet::new();
    code::each(&module, facts, |place| {
        if half(&place.operator).is_some() {
            functions.insert(place.function);
        }
        Ok(())
    })?;
    if functions.is_empty() {
        return Ok(module);
    }
    code::replace_in_line(&module, facts, &functions, |place| {
        let (Some(low), Some(address)) = (half(&place.operator), place.scratch) else { return Ok(Change::default()) };
        let high = MemArg { offset: low.offset + 4, ..low };
        Ok(Change {
            instead: Some(vec![
                Instruction::LocalTee(address),
                Instruction::I64Load32U(low),
                Instruction::LocalGet(address),
                Instruction::I64Load32U(high),
                Instruction::I64Const(32),
                Instruction::I64Shl,
                Instruction::I64Or,
            ]),
            ..Change::default()
        })
    })
}

/// Where the first half lies of what an instruction reads that is to be split.
fn half(operator: &Operator<'_>) -> Option<MemArg> {
    match operator {
        // The second half's offset must be one, too.
        Operator::I64Load { memarg } if memarg.align == FOUR && memarg.offset < u64::from(u32::MAX - 4) => {
            RoundtripReencoder.mem_arg(*memarg).ok()
        }
        _ => None,
    }
}
