//! A function's code, with the blocks that its instructions are in.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use anyhow::{Context, Result};
use wasmparser::{Catch, Operator};

use super::{Arena, Instr, Op};

/// A position among the instructions of a function.
pub(crate) type At = usize;

pub(crate) struct Body<'a> {
    pub(crate) code: &'a [Instr],
    /// The labels of what has several: where a `br_table` jumps to, the way taken otherwise last; where exceptions do.
    labels: BTreeMap<At, Vec<u32>>,
    /// Those that catch exceptions in the one way that landing pads do.
    simple: BTreeSet<At>,
    /// Of what opens a block, where the block ends; of an `end`, what opened it; of all else, nothing.
    mates: Vec<u32>,
    /// What opened the innermost block that an instruction is in; nothing for the function's own.
    parents: Vec<u32>,
}

/// No instruction.
const NONE: u32 = u32::MAX;

fn some(at: u32) -> Option<At> {
    (at != NONE).then_some(at as At)
}

impl<'a> Body<'a> {
    /// # Errors
    ///
    /// An instruction cannot be read.
    pub(crate) fn of(code: &'a [Instr], arena: &Arena<'_>) -> Result<Self> {
        let (mut labels, mut simple) = (BTreeMap::new(), BTreeSet::new());
        let mut mates = vec![NONE; code.len()];
        let mut parents = Vec::with_capacity(code.len());
        let mut open = Vec::new();
        let mut parent = NONE;
        let count = u32::try_from(code.len()).context("a function of four billion instructions")?;
        for (at, instr) in (0..count).zip(code) {
            // The last `end` is the function's, and nothing in the body opened that.
            if matches!(instr.op, Op::End | Op::Delegate)
                && let Some(opener) = open.pop()
            {
                mates[at as usize] = opener;
                mates[opener as usize] = at;
                parent = open.last().copied().unwrap_or(NONE);
            }
            parents.push(parent);
            if instr.op.opens() {
                open.push(at);
                parent = at;
            }
            if !matches!(instr.op, Op::BrTable | Op::TryTable) {
                continue;
            }
            match arena.operator(*instr)? {
                Operator::BrTable { targets } => {
                    let others = targets.targets().chain([Ok(targets.default())]);
                    labels.insert(at as At, others.collect::<Result<Vec<_>, _>>()?);
                }
                Operator::TryTable { try_table } => {
                    labels.insert(at as At, try_table.catches.iter().map(label).collect());
                    if let [Catch::AllRef { .. }] = try_table.catches[..] {
                        simple.insert(at as At);
                    }
                }
                _ => {}
            }
        }
        Ok(Self { code, labels, simple, mates, parents })
    }

    pub(crate) fn op(&self, at: At) -> Op {
        self.code[at].op
    }

    /// Where the block ends that is opened at `opener`.
    pub(crate) fn end(&self, opener: At) -> Result<At> {
        some(self.mates[opener]).context("a block without an end")
    }

    /// What opened the block that an instruction ends.
    pub(crate) fn opener(&self, at: At) -> Option<At> {
        some(self.mates[at]).filter(|opener| *opener < at)
    }

    /// What opened the blocks that an instruction is in, innermost first.
    pub(crate) fn enclosing(&self, at: At) -> impl Iterator<Item = At> + '_ {
        std::iter::successors(self.parent(at), |opener| self.parent(*opener))
    }

    /// What opened the innermost block that an instruction is in; nothing for the function's own. An `else` is in its
    /// `if`.
    pub(crate) fn parent(&self, at: At) -> Option<At> {
        some(self.parents[at])
    }

    /// What opened the block that a label means; nothing for the function's own.
    pub(crate) fn target(&self, at: At, label: u32) -> Option<At> {
        self.enclosing(at).nth(label as usize)
    }

    /// The blocks an instruction may jump to, without those to which exceptions do. `None` is the function's own.
    pub(crate) fn jumps(&self, at: At) -> Vec<Option<At>> {
        match self.op(at) {
            Op::Br(label) | Op::BrIf(label) => vec![self.target(at, label)],
            Op::BrTable => self.labels(at).iter().map(|label| self.target(at, *label)).collect(),
            Op::Return => vec![None],
            _ => Vec::new(),
        }
    }

    /// The labels of a `br_table`, the one that is taken otherwise last.
    pub(crate) fn labels(&self, at: At) -> &[u32] {
        self.labels.get(&at).map(|labels| &**labels).unwrap_or_default()
    }

    /// Where exceptions jump to.
    pub(crate) fn catches(&self, at: At) -> Vec<Option<At>> {
        match self.op(at) {
            Op::TryTable => self.labels(at).iter().map(|label| self.target(at, *label)).collect(),
            _ => Vec::new(),
        }
    }

    /// Whether exceptions are caught in the one way that landing pads do.
    pub(crate) fn catches_simply(&self, at: At) -> bool {
        self.simple.contains(&at)
    }

    /// Where the straight way from `start` ends for good within its block, which is behind an instruction that nothing
    /// comes after; nothing if it leads out of the block.
    pub(crate) fn straight_end(&self, start: At) -> Option<At> {
        let mut at = start;
        loop {
            match self.code.get(at)?.op {
                Op::ThrowRef | Op::Unreachable => return Some(at + 1),
                Op::End | Op::Else => return None,
                op if is_jump(op) => return None,
                op if op.opens() => {
                    let end = some(self.mates[at])?;
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
        let Some(end) = some(self.mates[opener]) else { return true };
        match self.op(opener) {
            Op::Block | Op::TryTable => {
                self.falls_into(end)
                    || (opener + 1..end)
                        .any(|at| self.jumps(at).contains(&Some(opener)) || self.catches(at).contains(&Some(opener)))
            }
            Op::Loop => self.falls_into(end),
            _ => true,
        }
    }

    /// Whether control may come to the instruction at `at` from the one in front of it.
    pub(crate) fn falls_into(&self, at: At) -> bool {
        let Some(before) = at.checked_sub(1) else { return true };
        match self.op(before) {
            Op::ThrowRef | Op::Unreachable => false,
            op if is_jump(op) => false,
            Op::End => self.opener(before).is_none_or(|opener| self.may_complete(opener)),
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

/// Whether control never goes on behind it, but somewhere else in the function, or out of it.
fn is_jump(op: Op) -> bool {
    matches!(op, Op::Br(_) | Op::BrTable | Op::Return)
}
