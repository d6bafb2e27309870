//! A function of the module, with what its code calls and has in it.

use std::ops::Range;

use anyhow::Result;
use wasm_encoder::Encode;
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasmparser::{FuncType, ValType};

use super::{Arena, Instr, Op};
use crate::contract;

/// A function that is not imported.
pub(crate) struct Function {
    pub(crate) ty: u32,
    /// Where its body stands in what wasm-ld has written; empty if a pass has made it.
    pub(super) linked: Range<usize>,
    pub(super) is_changed: bool,
    pub(crate) locals: Vec<(u32, ValType)>,
    pub(crate) code: Vec<Instr>,
    /// What its code has in it: [`has`].
    pub(super) has: u32,
    /// The functions that it calls or refers to, each once.
    pub(crate) callees: Vec<u32>,
}

/// What a function may have in it: for passes that look at a few.
pub(crate) mod has {
    pub(crate) const LOOP: u32 = 1;
    pub(crate) const TRY: u32 = 1 << 1;
    pub(crate) const LOAD_PAIR: u32 = 1 << 2;
    pub(crate) const ATOMIC: u32 = 1 << 3;
    pub(crate) const GLOBAL: u32 = 1 << 4;
    pub(crate) const ADD: u32 = 1 << 5;
    /// A constant that the library marks code with.
    pub(crate) const MARK: u32 = 1 << 6;
    pub(crate) const REFERENCE: u32 = 1 << 7;
    pub(crate) const TABLE_WRITE: u32 = 1 << 8;
    pub(crate) const INDIRECT_CALL: u32 = 1 << 9;
    pub(crate) const DROP: u32 = 1 << 10;
    /// It throws by itself, or calls in a way that LLVM has no use for.
    pub(crate) const THROW: u32 = 1 << 11;
}

impl Function {
    /// Whether its code has one of these in it: [`has`].
    pub(crate) fn has(&self, one: u32) -> bool {
        self.has & one != 0
    }

    /// Its body as wasm-ld has written it, if it has.
    pub(crate) fn linked<'a>(&self, arena: &Arena<'a>) -> &'a [u8] {
        &arena.linked[self.linked.clone()]
    }

    /// The types of its locals, parameters first.
    pub(crate) fn all_locals(&self, types: &[FuncType]) -> Vec<ValType> {
        let mut locals = types[self.ty as usize].params().to_vec();
        locals.extend(self.locals.iter().flat_map(|(count, ty)| std::iter::repeat_n(*ty, *count as usize)));
        locals
    }

    /// Gives it this code.
    pub(super) fn set(&mut self, code: Vec<Instr>) {
        self.has = 0;
        self.callees.clear();
        for instr in &code {
            self.has |= match instr.op {
                Op::Call(function) | Op::ReturnCall(function) => {
                    self.callees.push(function);
                    if let Op::ReturnCall(_) = instr.op { has::THROW } else { 0 }
                }
                Op::RefFunc(function) => {
                    self.callees.push(function);
                    has::REFERENCE
                }
                Op::Loop => has::LOOP,
                Op::TryTable => has::TRY,
                Op::LoadPair => has::LOAD_PAIR,
                Op::Atomic => has::ATOMIC,
                Op::GlobalGet(_) | Op::GlobalSet(_) => has::GLOBAL,
                Op::I32Add => has::ADD,
                Op::I32Const(contract::LOOK | contract::CHANGE | contract::BASE | contract::SET_BASE) => has::MARK,
                Op::TableWrite => has::TABLE_WRITE,
                Op::CallIndirect(_) => has::INDIRECT_CALL,
                Op::Drop => has::DROP,
                Op::Throw | Op::Throwing | Op::CallRef => has::THROW,
                _ => 0,
            };
        }
        self.callees.sort_unstable();
        self.callees.dedup();
        self.code = code;
    }

    /// Writes what stands in front of its first instruction.
    pub(crate) fn encode_locals(&self, to: &mut Vec<u8>) -> Result<()> {
        self.locals.len().encode(to);
        for (count, ty) in &self.locals {
            count.encode(to);
            RoundtripReencoder.val_type(*ty)?.encode(to);
        }
        Ok(())
    }
}
