//! A function's body, taken apart into instructions that know the blocks they are in.
//!
//! Here for passes that move whole pieces of a body; those that replace single instructions use code.rs.

use std::ops::Range;

use anyhow::{Context, Result};
use wasmparser::{Catch, FuncType, FunctionBody, Operator, ValType};

/// A position among the instructions of a body.
pub(crate) type At = usize;

pub(crate) struct Body<'a> {
    pub(crate) operators: Vec<Operator<'a>>,
    /// Of what opens a block, where the block ends; of an `end`, what opened it; of all else, nothing.
    mates: Vec<Option<At>>,
    /// What opened the innermost block that an instruction is in; nothing for the function's own.
    parents: Vec<Option<At>>,
    /// The type of every local, parameters first.
    pub(crate) locals: Vec<ValType>,
    pub(crate) parameters: usize,
}

impl<'a> Body<'a> {
    pub(crate) fn of(body: &FunctionBody<'a>, ty: &FuncType) -> Result<Self> {
        let mut locals = ty.params().to_vec();
        let parameters = locals.len();
        for local in body.get_locals_reader()? {
            let (count, ty) = local?;
            locals.extend(std::iter::repeat_n(ty, count as usize));
        }
        let operators = body.get_operators_reader()?.into_iter().collect::<Result<Vec<_>, _>>()?;
        let mut mates = vec![None; operators.len()];
        let mut parents = Vec::with_capacity(operators.len());
        let mut open = Vec::new();
        for (at, operator) in operators.iter().enumerate() {
            // The last `end` is the function's, and nothing in the body opened that.
            if matches!(operator, Operator::End | Operator::Delegate { .. })
                && let Some(opener) = open.pop()
            {
                mates[at] = Some(opener);
                mates[opener] = Some(at);
            }
            parents.push(open.last().copied());
            if opens(operator) {
                open.push(at);
            }
        }
        Ok(Self { operators, mates, parents, locals, parameters })
    }

    /// Where the block ends that is opened at `opener`.
    pub(crate) fn end(&self, opener: At) -> Result<At> {
        self.mates[opener].context("a block without an end")
    }

    /// What opened the block that an instruction ends.
    pub(crate) fn opener(&self, at: At) -> Option<At> {
        self.mates[at].filter(|opener| *opener < at)
    }

    /// What opened the blocks that an instruction is in, innermost first.
    pub(crate) fn enclosing(&self, at: At) -> impl Iterator<Item = At> + '_ {
        std::iter::successors(self.parents[at], |opener| self.parents[*opener])
    }

    /// What opened the innermost block that an instruction is in; nothing for the function's own. An `else` is in its `if`.
    pub(crate) fn parent(&self, at: At) -> Option<At> {
        self.parents[at]
    }

    /// What opened the block that a label means; nothing for the function's own.
    pub(crate) fn target(&self, at: At, label: u32) -> Option<At> {
        self.enclosing(at).nth(label as usize)
    }

    /// The blocks an instruction may jump to, without those to which exceptions do. `None` in the list is the function's own.
    pub(crate) fn jumps(&self, at: At) -> Vec<Option<At>> {
        match &self.operators[at] {
            Operator::Br { relative_depth } | Operator::BrIf { relative_depth } => {
                vec![self.target(at, *relative_depth)]
            }
            Operator::BrTable { targets } => {
                targets.targets().flatten().chain([targets.default()]).map(|label| self.target(at, label)).collect()
            }
            Operator::Return => vec![None],
            _ => Vec::new(),
        }
    }

    /// Where exceptions jump to.
    pub(crate) fn catches(&self, at: At) -> Vec<Option<At>> {
        let Operator::TryTable { try_table } = &self.operators[at] else { return Vec::new() };
        try_table.catches.iter().map(|catch| self.target(at, label(catch))).collect()
    }

    /// Where the straight way from `start` ends for good within its block, which is behind an instruction that nothing comes after;
    /// nothing if it leads out of the block.
    pub(crate) fn straight_end(&self, start: At) -> Option<At> {
        let mut at = start;
        loop {
            match self.operators.get(at)? {
                Operator::ThrowRef | Operator::Unreachable => return Some(at + 1),
                Operator::End | Operator::Else => return None,
                operator if is_jump(operator) => return None,
                operator if opens(operator) => {
                    let end = self.mates[at]?;
                    if !self.may_complete(at) {
                        return Some(end + 1);
                    }
                    at = end + 1;
                }
                _ => at += 1,
            }
        }
    }

    /// Whether control may come to what stands behind the block that is opened at `opener`.
    fn may_complete(&self, opener: At) -> bool {
        let Some(end) = self.mates[opener] else { return true };
        match self.operators[opener] {
            Operator::Block { .. } | Operator::TryTable { .. } => {
                self.falls_into(end)
                    || (opener + 1..end)
                        .any(|at| self.jumps(at).contains(&Some(opener)) || self.catches(at).contains(&Some(opener)))
            }
            Operator::Loop { .. } => self.falls_into(end),
            _ => true,
        }
    }

    /// Whether control may come to the instruction at `at` from the one in front of it.
    pub(crate) fn falls_into(&self, at: At) -> bool {
        let Some(before) = at.checked_sub(1) else { return true };
        match &self.operators[before] {
            Operator::ThrowRef | Operator::Unreachable => false,
            operator if is_jump(operator) => false,
            Operator::End => self.mates[before].is_none_or(|opener| self.may_complete(opener)),
            _ => true,
        }
    }

    /// Whether every jump from `range` stays in it, exceptions aside.
    pub(crate) fn is_closed(&self, range: &Range<At>) -> bool {
        range.clone().all(|at| self.jumps(at).iter().all(|target| target.is_some_and(|opener| range.contains(&opener))))
    }
}

/// The label of a clause of `try_table`.
fn label(catch: &Catch) -> u32 {
    match catch {
        Catch::One { label, .. } | Catch::OneRef { label, .. } | Catch::All { label } | Catch::AllRef { label } => {
            *label
        }
    }
}

/// Whether it opens a block.
pub(crate) fn opens(operator: &Operator<'_>) -> bool {
    matches!(
        operator,
        Operator::Block { .. }
            | Operator::Loop { .. }
            | Operator::If { .. }
            | Operator::TryTable { .. }
            | Operator::Try { .. }
    )
}

/// Whether control never goes on behind it, but somewhere else in the function, or out of it.
fn is_jump(operator: &Operator<'_>) -> bool {
    matches!(operator, Operator::Br { .. } | Operator::BrTable { .. } | Operator::Return)
}
