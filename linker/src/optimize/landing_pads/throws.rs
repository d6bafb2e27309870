//! Which functions an exception may come out of.
//!
//! Here because a compiler sees one crate: to it, a function of another crate may panic, and so may what is called through a pointer. The
//! linked module shows all of them. Imports do not throw: no exception crosses a component's boundary. A handler runs only when
//! something else in its function has thrown, so what it does counts for nothing; and a `throw_ref` throws what was thrown before.

use std::collections::BTreeSet;

use anyhow::Result;
use wasmparser::{ElementItems, FuncType, Operator, Parser, Payload, ValType};

use super::pads::Pads;
use crate::module::body::{At, Body};
use crate::module::facts::Facts;

pub(crate) struct Throws {
    /// By index of the function.
    functions: Vec<bool>,
    /// By index of the type, of what is called through a table.
    types: Vec<bool>,
}

/// What is called outside of handlers.
#[derive(Default)]
struct Calls {
    functions: BTreeSet<u32>,
    types: BTreeSet<u32>,
    /// Whether there is anything else that throws.
    throws: bool,
}

impl Throws {
    /// `bodies` are those of all functions that are not imported, with the landing pads in them.
    pub(crate) fn of(module: &[u8], facts: &Facts, bodies: &[(Body<'_>, Pads)]) -> Result<Throws> {
        let called = Called::of(module, facts)?;
        let calls: Vec<Calls> = bodies.iter().map(|(body, pads)| Calls::of(body, pads)).collect();
        let imported = facts.imported_functions.len();
        let mut throws =
            Throws { functions: vec![false; facts.functions as usize], types: vec![called.is_open; facts.types.len()] };
        loop {
            let mut changed = false;
            for (index, calls) in calls.iter().enumerate() {
                let index = imported + index;
                let throws_now = called.is_open
                    || calls.throws
                    || calls.functions.iter().any(|function| throws.functions[*function as usize])
                    || calls.types.iter().any(|ty| throws.types[*ty as usize]);
                if throws.functions[index] || !throws_now {
                    continue;
                }
                throws.functions[index] = true;
                changed = true;
                if called.functions.contains(&u32::try_from(index)?) {
                    let ty = &facts.types[facts.function_types[index - imported] as usize];
                    same(facts, ty).for_each(|ty| throws.types[ty] = true);
                }
            }
            if !changed {
                return Ok(throws);
            }
        }
    }

    /// Whether an exception may come out of an instruction.
    pub(crate) fn may(&self, operator: &Operator<'_>) -> bool {
        match operator {
            Operator::Call { function_index } => self.functions[*function_index as usize],
            Operator::CallIndirect { type_index, .. } => self.types[*type_index as usize],
            Operator::ThrowRef => true,
            operator => throws_otherwise(operator),
        }
    }
}

impl Calls {
    fn of(body: &Body<'_>, pads: &Pads) -> Calls {
        let mut calls = Calls::default();
        let mut at: At = 0;
        while at < body.operators.len() {
            if let Some(handler) = pads.handler_from(at) {
                at = handler.end;
                continue;
            }
            match &body.operators[at] {
                Operator::Call { function_index } => _ = calls.functions.insert(*function_index),
                Operator::CallIndirect { type_index, .. } => _ = calls.types.insert(*type_index),
                operator => calls.throws |= throws_otherwise(operator),
            }
            at += 1;
        }
        calls
    }
}

/// The functions that can be called through a table.
struct Called {
    functions: BTreeSet<u32>,
    /// There is more that the module does not show: tables that code writes to, exceptions that are kept somewhere.
    is_open: bool,
}

impl Called {
    fn of(module: &[u8], facts: &Facts) -> Result<Called> {
        let keeps = |ty: &ValType| *ty == ValType::EXNREF;
        let mut called = Called {
            functions: BTreeSet::new(),
            is_open: facts.types.iter().any(|ty| ty.params().iter().chain(ty.results()).any(keeps)),
        };
        for payload in Parser::new(0).parse_all(module) {
            match payload? {
                Payload::ElementSection(elements) => {
                    for element in elements {
                        match element?.items {
                            ElementItems::Functions(functions) => {
                                for function in functions {
                                    called.functions.insert(function?);
                                }
                            }
                            ElementItems::Expressions(..) => called.is_open = true,
                        }
                    }
                }
                Payload::GlobalSection(globals) => {
                    for global in globals {
                        called.is_open |= matches!(global?.ty.content_type, ValType::Ref(_));
                    }
                }
                Payload::TableSection(tables) => {
                    for table in tables {
                        called.is_open |= table?.ty.element_type != wasmparser::RefType::FUNCREF;
                    }
                }
                Payload::CodeSectionEntry(body) => {
                    for operator in body.get_operators_reader()? {
                        called.is_open |= matches!(
                            operator?,
                            Operator::TableSet { .. }
                                | Operator::TableInit { .. }
                                | Operator::TableCopy { .. }
                                | Operator::TableFill { .. }
                                | Operator::TableGrow { .. }
                        );
                    }
                }
                _ => {}
            }
        }
        Ok(called)
    }
}

/// The indices of a type.
fn same<'a>(facts: &'a Facts, ty: &'a FuncType) -> impl Iterator<Item = usize> + 'a {
    facts.types.iter().enumerate().filter(move |(_, other)| *other == ty).map(|(index, _)| index)
}

/// Whether it throws, or calls something that may, in a way LLVM has no use for, or that begins an exception.
fn throws_otherwise(operator: &Operator<'_>) -> bool {
    use Operator as O;
    matches!(
        operator,
        O::Throw { .. }
            | O::Rethrow { .. }
            | O::ReturnCall { .. }
            | O::ReturnCallIndirect { .. }
            | O::CallRef { .. }
            | O::ReturnCallRef { .. }
            | O::Resume { .. }
            | O::ResumeThrow { .. }
            | O::ResumeThrowRef { .. }
            | O::Switch { .. }
    )
}
