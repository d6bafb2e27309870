//! Marks that the library has put into the code.
//!
//! Why: threads take turns, and atomic instructions are lowered before code comes here; but which loops wait by looking at memory, and what is
//! a thread's own variable, must be known after linking. An assembler can write a constant that nobody uses, and in a program that nobody looks
//! through it does nothing. library/contract says which there are.
//!
//! Delete when: the compiler says it in another way.

use std::collections::BTreeMap;

use crate::contract;
use crate::module::{At, Function, Op, has};

/// What is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// An atomic operation that may be how code finds that it has to go on waiting.
    Look,
    /// Another atomic operation.
    Change,
    /// Gives where the thread-local variables are.
    Base,
    /// Takes where they are to be.
    SetBase,
    /// A global is read for nothing: LLVM does so with the stack pointer in every function that has marks in it.
    Unused,
}

/// What an instruction of a mark is to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    First(Mark),
    Rest,
}

/// The instructions of the marks in a function, by where they are.
#[derive(Default)]
pub(crate) struct Marks(BTreeMap<At, Part>);

impl Marks {
    pub(crate) fn of(function: &Function) -> Marks {
        let mut marks = Marks::default();
        if !(function.has(has::MARK) || function.has(has::GLOBAL) && function.has(has::DROP)) {
            return marks;
        }
        let mut begun: Option<(Mark, Vec<At>)> = None;
        for (at, instr) in function.code.iter().enumerate() {
            if let Some((mark, mut sites)) = begun.take()
                && mark.goes_on(sites.len(), instr.op)
            {
                sites.push(at);
                if sites.len() == mark.length() {
                    marks.0.extend(sites.iter().map(|site| (*site, Part::Rest)));
                    marks.0.insert(sites[0], Part::First(mark));
                } else {
                    begun = Some((mark, sites));
                }
                continue;
            }
            begun = Mark::begun_by(instr.op).map(|mark| (mark, vec![at]));
        }
        marks
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn have(&self, mark: Mark) -> bool {
        self.0.values().any(|part| *part == Part::First(mark))
    }

    /// What the instruction is, if it belongs to a mark.
    pub(crate) fn at(&self, at: At) -> Option<Part> {
        self.0.get(&at).copied()
    }
}

impl Mark {
    fn begun_by(op: Op) -> Option<Mark> {
        match op {
            Op::I32Const(contract::LOOK) => Some(Mark::Look),
            Op::I32Const(contract::CHANGE) => Some(Mark::Change),
            Op::I32Const(contract::BASE) => Some(Mark::Base),
            Op::I32Const(contract::SET_BASE) => Some(Mark::SetBase),
            Op::GlobalGet(_) => Some(Mark::Unused),
            _ => None,
        }
    }

    /// How many instructions it has.
    fn length(self) -> usize {
        match self {
            Mark::Look | Mark::Change | Mark::Unused => 2,
            Mark::Base | Mark::SetBase => 3,
        }
    }

    /// Whether it may have this one behind so many others.
    fn goes_on(self, others: usize, op: Op) -> bool {
        match (self, others, op) {
            (Mark::Base, 1, Op::I32Const(value)) => value == contract::BASE,
            (Mark::Base, 2, Op::I32Sub) => true,
            (Mark::Look | Mark::Change | Mark::SetBase | Mark::Unused, _, Op::Drop) => true,
            _ => false,
        }
    }
}
