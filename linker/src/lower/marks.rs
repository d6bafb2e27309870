//! Marks that the library has put into the code.
//!
//! Why: threads take turns, and atomic instructions are lowered before code comes here; but which loops wait by looking at memory, and what is
//! a thread's own variable, must be known after linking. An assembler can write a constant that nobody uses, and in a program that nobody looks
//! through it does nothing. library/contract says which there are.
//!
//! Delete when: the compiler says it in another way.

use std::collections::BTreeMap;

use anyhow::Result;
use wasmparser::Operator;

use crate::contract;
use crate::module::code::{self, Place};
use crate::module::facts::Facts;

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

/// The instructions of marks, by where they are.
#[derive(Default)]
pub(crate) struct Marks(BTreeMap<usize, Part>);

impl Marks {
    /// Finds them. They are good for a walk through these same bytes.
    pub(crate) fn of(module: &[u8], facts: &Facts) -> Result<Marks> {
        let mut marks = Marks::default();
        let mut begun: Option<(Mark, Vec<usize>)> = None;
        code::each(module, facts, |place| {
            if let Some((mark, mut sites)) = begun.take()
                && mark.goes_on(sites.len(), &place.operator)
            {
                sites.push(site(place));
                if sites.len() == mark.length() {
                    marks.0.extend(sites.iter().map(|site| (*site, Part::Rest)));
                    marks.0.insert(sites[0], Part::First(mark));
                } else {
                    begun = Some((mark, sites));
                }
                return Ok(());
            }
            begun = Mark::begun_by(&place.operator).map(|mark| (mark, vec![site(place)]));
            Ok(())
        })?;
        Ok(marks)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn have(&self, mark: Mark) -> bool {
        self.0.values().any(|part| *part == Part::First(mark))
    }

    /// What the instruction is, if it belongs to a mark.
    pub(crate) fn at(&self, place: &Place<'_>) -> Option<Part> {
        self.0.get(&site(place)).copied()
    }
}

impl Mark {
    fn begun_by(operator: &Operator<'_>) -> Option<Mark> {
        match *operator {
            Operator::I32Const { value: contract::LOOK } => Some(Mark::Look),
            Operator::I32Const { value: contract::CHANGE } => Some(Mark::Change),
            Operator::I32Const { value: contract::BASE } => Some(Mark::Base),
            Operator::I32Const { value: contract::SET_BASE } => Some(Mark::SetBase),
            Operator::GlobalGet { .. } => Some(Mark::Unused),
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
    fn goes_on(self, others: usize, operator: &Operator<'_>) -> bool {
        match (self, others, operator) {
            (Mark::Base, 1, Operator::I32Const { value }) => *value == contract::BASE,
            (Mark::Base, 2, Operator::I32Sub) => true,
            (Mark::Look | Mark::Change | Mark::SetBase | Mark::Unused, _, Operator::Drop) => true,
            _ => false,
        }
    }
}

fn site(place: &Place<'_>) -> usize {
    place.bytes.as_ptr().addr()
}
