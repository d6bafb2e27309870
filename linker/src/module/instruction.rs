//! One instruction of a function: what the passes look at, and where its bytes are.

use std::cell::Cell;

use anyhow::Result;
use wasm_encoder::Encode;
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasmparser::{
    BinaryReader, BlockType, ContType, FrameKind, FuncType, ModuleArity, Operator, OperatorsReader,
    OperatorsReaderAllocations, RefType, SubType,
};

/// The least bytes of an instruction with an index that wasm-ld has left five bytes wide.
const PADDED: u32 = 6;

/// How many values an instruction takes, or gives, at most.
const MOST: u32 = 8;

/// First byte of every atomic instruction.
pub(crate) const ATOMIC: u8 = 0xfe;

/// An instruction. It is copied freely, also from function to function.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Instr {
    pub(crate) op: Op,
    /// Where its bytes are, see [`Arena::bytes`].
    at: u32,
    pub(crate) length: u32,
}

/// What an instruction is, as far as a pass asks; whoever asks for more reads it with [`Arena::operator`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    Block,
    Loop,
    If,
    Else,
    End,
    TryTable,
    Br(u32),
    BrIf(u32),
    BrTable,
    Return,
    Unreachable,
    Throw,
    ThrowRef,
    Call(u32),
    ReturnCall(u32),
    /// By way of a table: the type.
    CallIndirect(u32),
    CallRef,
    RefFunc(u32),
    LocalGet(u32),
    LocalSet(u32),
    LocalTee(u32),
    GlobalGet(u32),
    GlobalSet(u32),
    I32Const(i32),
    I32Add,
    I32Sub,
    Drop,
    /// `i64.load` of an address that is known to be a multiple of four, and no more.
    LoadPair,
    Atomic,
    /// A table is written to.
    TableWrite,
    /// `try` of the exceptions before `exnref`.
    Try,
    /// Ends such a `try`.
    Delegate,
    /// Something else that jumps.
    Jump,
    /// Something else that calls or throws.
    Throwing,
    /// Something that goes on with the next, and takes and gives so many values wherever it stands.
    Plain {
        takes: u8,
        gives: u8,
    },
    Other,
}

impl Op {
    pub(super) fn of(operator: &Operator<'_>) -> Op {
        use Operator as O;
        match *operator {
            O::LocalGet { local_index } => Op::LocalGet(local_index),
            O::LocalSet { local_index } => Op::LocalSet(local_index),
            O::LocalTee { local_index } => Op::LocalTee(local_index),
            O::I32Const { value } => Op::I32Const(value),
            O::I32Add => Op::I32Add,
            O::I32Sub => Op::I32Sub,
            O::Block { .. } => Op::Block,
            O::Loop { .. } => Op::Loop,
            O::If { .. } => Op::If,
            O::Else => Op::Else,
            O::End => Op::End,
            O::TryTable { .. } => Op::TryTable,
            O::Br { relative_depth } => Op::Br(relative_depth),
            O::BrIf { relative_depth } => Op::BrIf(relative_depth),
            O::BrTable { .. } => Op::BrTable,
            O::Return => Op::Return,
            O::Unreachable => Op::Unreachable,
            O::Throw { .. } => Op::Throw,
            O::ThrowRef => Op::ThrowRef,
            O::Call { function_index } => Op::Call(function_index),
            O::ReturnCall { function_index } => Op::ReturnCall(function_index),
            O::CallIndirect { type_index, .. } => Op::CallIndirect(type_index),
            O::CallRef { .. } => Op::CallRef,
            O::RefFunc { function_index } => Op::RefFunc(function_index),
            O::GlobalGet { global_index } => Op::GlobalGet(global_index),
            O::GlobalSet { global_index } => Op::GlobalSet(global_index),
            O::Drop => Op::Drop,
            O::I64Load { memarg } if memarg.align == 2 => Op::LoadPair,
            O::TableSet { .. }
            | O::TableInit { .. }
            | O::TableCopy { .. }
            | O::TableFill { .. }
            | O::TableGrow { .. } => Op::TableWrite,
            O::Try { .. } => Op::Try,
            O::Delegate { .. } => Op::Delegate,
            O::BrOnNull { .. }
            | O::BrOnNonNull { .. }
            | O::BrOnCast { .. }
            | O::BrOnCastFail { .. }
            | O::BrOnCastDescEq { .. }
            | O::BrOnCastDescEqFail { .. }
            | O::Catch { .. }
            | O::CatchAll => Op::Jump,
            O::Rethrow { .. }
            | O::ReturnCallIndirect { .. }
            | O::ReturnCallRef { .. }
            | O::Resume { .. }
            | O::ResumeThrow { .. }
            | O::ResumeThrowRef { .. }
            | O::Switch { .. } => Op::Throwing,
            _ => match operator.operator_arity(&Anywhere) {
                Some((takes @ 0..=MOST, gives @ 0..=MOST)) => Op::Plain { takes: takes as u8, gives: gives as u8 },
                _ => Op::Other,
            },
        }
    }

    /// Whether it opens a block.
    pub(crate) fn opens(self) -> bool {
        matches!(self, Op::Block | Op::Loop | Op::If | Op::TryTable | Op::Try)
    }
}

/// What operators take and give that is not the same wherever they stand: nothing is known of it here.
struct Anywhere;

impl ModuleArity for Anywhere {
    fn sub_type_at(&self, _: u32) -> Option<&SubType> {
        None
    }

    fn tag_type_arity(&self, _: u32) -> Option<(u32, u32)> {
        None
    }

    fn type_index_of_function(&self, _: u32) -> Option<u32> {
        None
    }

    fn func_type_of_cont_type(&self, _: &ContType) -> Option<&FuncType> {
        None
    }

    fn sub_type_of_ref_type(&self, _: &RefType) -> Option<&SubType> {
        None
    }

    fn control_stack_height(&self) -> u32 {
        0
    }

    fn label_block(&self, _: u32) -> Option<(BlockType, FrameKind)> {
        None
    }
}

/// The bytes of all instructions: those that wasm-ld has written, and behind them those that passes have made.
pub(crate) struct Arena<'a> {
    pub(crate) linked: &'a [u8],
    made: Vec<u8>,
    /// What reading an instruction takes, kept for the next.
    reading: Cell<OperatorsReaderAllocations>,
}

impl<'a> Arena<'a> {
    pub(super) fn new(linked: &'a [u8]) -> Arena<'a> {
        Arena { linked, made: Vec::new(), reading: Cell::default() }
    }

    /// An instruction as it is encoded.
    pub(crate) fn bytes(&self, instr: Instr) -> &[u8] {
        let (at, length) = (instr.at as usize, instr.length as usize);
        match at.checked_sub(self.linked.len()) {
            Some(at) => &self.made[at..at + length],
            None => &self.linked[at..at + length],
        }
    }

    /// All of an instruction.
    pub(crate) fn operator(&self, instr: Instr) -> Result<Operator<'_>> {
        self.read(self.bytes(instr))
    }

    fn read<'b>(&self, bytes: &'b [u8]) -> Result<Operator<'b>> {
        let mut reader = OperatorsReader::new_with_allocs(BinaryReader::new(bytes, 0), self.reading.take());
        let operator = reader.read()?;
        self.reading.set(reader.into_allocations());
        Ok(operator)
    }

    /// Makes an instruction.
    pub(crate) fn make(&mut self, instruction: &wasm_encoder::Instruction<'_>) -> Result<Instr> {
        let at = self.made.len();
        instruction.encode(&mut self.made);
        let op = match *instruction {
            // Alone it cannot be read.
            wasm_encoder::Instruction::Else => Op::Else,
            _ => Op::of(&self.read(&self.made[at..])?),
        };
        Ok(Instr { op, at: u32::try_from(self.linked.len() + at)?, length: u32::try_from(self.made.len() - at)? })
    }

    /// Takes over an instruction that wasm-ld has written, without the room that it has left if that `may_shrink`.
    /// Says whether it has become shorter.
    pub(super) fn adopt(
        &mut self,
        operator: &Operator<'a>,
        at: u64,
        end: u64,
        may_shrink: bool,
    ) -> Result<(Instr, bool)> {
        let op = if self.linked[at as usize] == ATOMIC { Op::Atomic } else { Op::of(operator) };
        let instr = Instr { op, at: u32::try_from(at)?, length: u32::try_from(end - at)? };
        if !may_shrink || instr.length < PADDED {
            return Ok((instr, false));
        }
        let from = self.made.len();
        RoundtripReencoder.instruction(operator.clone())?.encode(&mut self.made);
        let length = u32::try_from(self.made.len() - from)?;
        if length >= instr.length {
            self.made.truncate(from);
            return Ok((instr, false));
        }
        Ok((Instr { at: u32::try_from(self.linked.len() + from)?, length, ..instr }, true))
    }

    /// The same instruction in a byte less, of one whose index has more room than it takes.
    pub(super) fn narrow(&mut self, instr: Instr) -> Result<Instr> {
        let mut bytes = self.bytes(instr).to_vec();
        // The last byte of an index with room is zero, and the one before says that it goes on.
        bytes.pop();
        if let Some(last) = bytes.last_mut() {
            *last &= 0x7f;
        }
        let at = u32::try_from(self.linked.len() + self.made.len())?;
        self.made.extend(bytes);
        Ok(Instr { at, length: instr.length - 1, ..instr })
    }

    /// Writes instructions one behind the other.
    pub(super) fn write(&self, code: &[Instr], to: &mut Vec<u8>) {
        let mut rest = code;
        while let Some(first) = rest.first() {
            let mut run = *first;
            let mut count = 1;
            while let Some(next) = rest.get(count).filter(|next| next.at == run.at + run.length) {
                // The two halves of the arena do not adjoin.
                if run.at as usize >= self.linked.len() || (next.at as usize) < self.linked.len() {
                    run.length += next.length;
                    count += 1;
                } else {
                    break;
                }
            }
            to.extend(self.bytes(run));
            rest = &rest[count..];
        }
    }
}
