//! Which functions an exception may come out of.
//!
//! Here because a compiler sees one crate: to it, a function of another crate may panic, and so may what is called through a pointer. The
//! linked module shows all of them. Imports do not throw: no exception crosses a component's boundary. A handler runs only when
//! something else in its function has thrown, so what it does counts for nothing; and a `throw_ref` throws what was thrown before.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use wasm_encoder::SectionId;
use wasmparser::{BinaryReader, FuncType, GlobalSectionReader, RefType, TableSectionReader, ValType};

use super::pads::Pads;
use crate::module::{At, Function, Module, Op, has};

pub(crate) struct Throws {
    /// By index of the function.
    functions: Vec<bool>,
    /// By index of the type, of what is called through a table.
    types: Vec<bool>,
}

/// What is called outside of handlers.
#[derive(Default)]
struct Calls {
    functions: Vec<u32>,
    types: BTreeSet<u32>,
    /// Whether there is anything else that throws.
    throws: bool,
}

impl Throws {
    /// `functions` are those that are not imported, and `pads` the landing pads of those that have some.
    pub(crate) fn of<'a>(
        functions: impl Iterator<Item = (u32, &'a Function)> + Clone,
        types: &[FuncType],
        called: &Called,
        pads: &BTreeMap<u32, Pads>,
    ) -> Throws {
        let count = functions.clone().last().map_or(0, |(index, _)| index as usize + 1);
        let mut throws = Throws { functions: vec![false; count], types: vec![called.is_open; types.len()] };
        let mut quiet: Vec<(u32, u32, Calls)> =
            functions.map(|(index, function)| (index, function.ty, Calls::of(function, pads.get(&index)))).collect();
        loop {
            let before = quiet.len();
            quiet.retain(|(index, ty, calls)| {
                let throws_now = called.is_open
                    || calls.throws
                    || calls.functions.iter().any(|function| throws.functions[*function as usize])
                    || calls.types.iter().any(|ty| throws.types[*ty as usize]);
                if throws_now {
                    throws.functions[*index as usize] = true;
                    if called.in_tables.contains(index) {
                        let ty = &types[*ty as usize];
                        let same = types.iter().zip(&mut throws.types).filter(|(other, _)| *other == ty);
                        same.for_each(|(_, throws)| *throws = true);
                    }
                }
                !throws_now
            });
            if quiet.len() == before {
                return throws;
            }
        }
    }

    /// Whether an exception may come out of an instruction.
    pub(crate) fn may(&self, op: Op) -> bool {
        match op {
            Op::Call(function) => self.functions[function as usize],
            Op::CallIndirect(ty) => self.types[ty as usize],
            Op::ThrowRef => true,
            op => throws_otherwise(op),
        }
    }
}

impl Calls {
    fn of(function: &Function, pads: Option<&Pads>) -> Calls {
        let mut calls = Calls::default();
        if pads.is_none() && !function.has(has::INDIRECT_CALL | has::THROW | has::REFERENCE) {
            calls.functions.clone_from(&function.callees);
            return calls;
        }
        let mut at: At = 0;
        while at < function.code.len() {
            if let Some(handler) = pads.and_then(|pads| pads.handler_from(at)) {
                at = handler.end;
                continue;
            }
            match function.code[at].op {
                Op::Call(function) => calls.functions.push(function),
                Op::CallIndirect(ty) => _ = calls.types.insert(ty),
                op => calls.throws |= throws_otherwise(op),
            }
            at += 1;
        }
        calls.functions.sort_unstable();
        calls.functions.dedup();
        calls
    }
}

/// The functions that can be called through a table.
pub(crate) struct Called {
    in_tables: BTreeSet<u32>,
    /// There is more than the module shows: tables that code writes to, exceptions that are kept somewhere.
    is_open: bool,
}

impl Called {
    pub(crate) fn of(module: &Module<'_>) -> Result<Called> {
        let escapes = module.escapes()?;
        let keeps = |ty: &ValType| *ty == ValType::EXNREF;
        let mut functions = module.defined().filter_map(|index| module.function(index));
        let mut is_open = escapes.has_expressions
            || module.types.iter().any(|ty| ty.params().iter().chain(ty.results()).any(keeps))
            || functions.any(|function| function.has(has::TABLE_WRITE));
        if let Some(globals) = module.section(SectionId::Global) {
            for global in GlobalSectionReader::new(BinaryReader::new(globals, 0))? {
                is_open |= matches!(global?.ty.content_type, ValType::Ref(_));
            }
        }
        if let Some(tables) = module.section(SectionId::Table) {
            for table in TableSectionReader::new(BinaryReader::new(tables, 0))? {
                is_open |= table?.ty.element_type != RefType::FUNCREF;
            }
        }
        Ok(Called { in_tables: escapes.in_tables, is_open })
    }
}

/// Whether it throws, or calls something that may, in a way LLVM has no use for, or that begins an exception.
fn throws_otherwise(op: Op) -> bool {
    matches!(op, Op::Throw | Op::Throwing | Op::CallRef | Op::ReturnCall(_))
}
