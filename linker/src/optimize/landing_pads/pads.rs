//! The landing pads of a function: what is done when something it calls unwinds, and which of them can go.
//!
//! A pad is `block (result exnref) ... end` with `try_table (catch_all_ref)` in it that lead to its end, and a handler behind the end that
//! destroys values and throws on, or aborts. That is how LLVM compiles destructors; `catch_unwind` is another thing and is no pad.
//!
//! A pad that exceptions get to stays where it costs no more than another function would: in functions without loops, and in loops that make
//! a call which may throw in each round, such as one that prints. It also stays where it is entangled with `catch_unwind`: what comes out
//! of the pad's function could not set a local that is read there.

use std::collections::BTreeMap;
use std::ops::Range;

use anyhow::Result;
use wasmparser::{BlockType, Operator, ValType};

use super::throws::Throws;
use crate::module::{Arena, At, Body, Op};

pub(crate) struct Pad {
    /// The `block` whose end exceptions are caught at.
    pub(crate) block: At,
    /// What is done then. Nothing in it leads out of it but exceptions.
    pub(crate) handler: Range<At>,
}

impl Pad {
    /// Whether one of the two is within the other.
    fn overlaps(&self, other: &Pad) -> bool {
        self.block < other.handler.end && other.block < self.handler.end
    }
}

/// What becomes of a pad.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It stays as it is.
    Kept,
    /// It goes, since no exception gets there.
    Unreached,
    /// It goes, and what may throw is called by way of a function that does what the pad did.
    Outlined,
}

pub(crate) struct Pads {
    pub(crate) pads: Vec<Pad>,
    /// To which pad each `try_table` leads, of those that lead to one.
    tries: BTreeMap<At, usize>,
    /// By where their handlers begin.
    handlers: BTreeMap<At, usize>,
    has_tries: bool,
}

impl Pads {
    /// # Errors
    ///
    /// An instruction cannot be read.
    pub(crate) fn of(body: &Body<'_>, arena: &Arena<'_>) -> Result<Pads> {
        let mut found = Pads { pads: Vec::new(), tries: BTreeMap::new(), handlers: BTreeMap::new(), has_tries: false };
        if body.code.iter().any(|instr| is_unknown(instr.op)) {
            return Ok(found);
        }
        // The `try_table`s by where they lead to; nothing if some lead elsewhere too.
        let mut blocks: BTreeMap<At, Option<Vec<At>>> = BTreeMap::new();
        for at in (0..body.code.len()).filter(|at| body.op(*at) == Op::TryTable) {
            found.has_tries = true;
            let is_simple = body.catches_simply(at);
            for block in body.catches(at).into_iter().flatten() {
                let tries = blocks.entry(block).or_insert_with(|| Some(Vec::new()));
                match tries {
                    Some(tries) if is_simple => tries.push(at),
                    tries => *tries = None,
                }
            }
        }
        if blocks.is_empty() {
            return Ok(found);
        }
        for at in 0..body.code.len() {
            for block in body.jumps(at).into_iter().flatten() {
                blocks.remove(&block);
            }
        }
        for (block, tries) in blocks {
            let Some(tries) = tries else { continue };
            if !matches!(
                arena.operator(body.code[block])?,
                Operator::Block { blockty: BlockType::Type(ValType::EXNREF) }
            ) {
                continue;
            }
            let end = body.end(block)?;
            let Some(last) = body.straight_end(end + 1).filter(|_| !body.falls_into(end)) else { continue };
            let handler = end + 1..last;
            if !body.is_closed(&handler) {
                continue;
            }
            let index = found.pads.len();
            found.tries.extend(tries.iter().map(|at| (*at, index)));
            found.handlers.insert(handler.start, index);
            found.pads.push(Pad { block, handler });
        }
        Ok(found)
    }

    /// The handler that begins at an instruction.
    pub(crate) fn handler_from(&self, at: At) -> Option<&Range<At>> {
        Some(&self.pads[*self.handlers.get(&at)?].handler)
    }

    /// The pad that the `try_table` at an instruction leads to.
    pub(crate) fn of_try(&self, at: At) -> Option<usize> {
        self.tries.get(&at).copied()
    }

    /// The pad that an exception out of an instruction gets to first; nothing if it gets elsewhere.
    pub(crate) fn of_throw(&self, body: &Body<'_>, at: At) -> Option<usize> {
        self.of_try(tries_around(body, at).next()?)
    }

    /// The pads that do not stay, by their blocks.
    pub(crate) fn gone(&self, fates: &[Fate]) -> BTreeMap<At, usize> {
        let gone = self.pads.iter().enumerate().filter(|(pad, _)| fates[*pad] != Fate::Kept);
        gone.map(|(pad, Pad { block, .. })| (*block, pad)).collect()
    }

    /// What is to become of each pad.
    ///
    /// # Errors
    ///
    /// A block has no end.
    pub(crate) fn fates(&self, body: &Body<'_>, throws: &Throws) -> Result<Vec<Fate>> {
        if !self.has_tries {
            return Ok(Vec::new());
        }
        let reached = self.reached(body, throws);
        let fates = |reached_is| reached.iter().map(move |reached| if *reached { reached_is } else { Fate::Unreached });
        let mut fates: Vec<Fate> = fates(Fate::Outlined).collect();
        // What throws without a call that is known here is not moved.
        for (at, instr) in body.code.iter().enumerate() {
            if matches!(instr.op, Op::Throw | Op::CallRef)
                && let Some(pad) = self.of_throw(body, at)
            {
                fates[pad] = Fate::Kept;
            }
        }
        let worth = self.worth(body, throws)?;
        for (pad, fate) in fates.iter_mut().enumerate() {
            if *fate == Fate::Outlined && !worth[pad] {
                *fate = Fate::Kept;
            }
        }
        // A pad stays if it is tangled up with one that stays: exceptions must get from one to the other.
        loop {
            let kept: Vec<At> = (0..body.code.len())
                .filter(|at| body.op(*at) == Op::TryTable)
                .filter(|at| self.of_try(*at).is_none_or(|pad| fates[pad] == Fate::Kept))
                .collect();
            let mut changed = false;
            for (index, pad) in self.pads.iter().enumerate() {
                let tangled = |at: &At| {
                    (pad.block..pad.handler.end).contains(at) || body.enclosing(pad.block).any(|opener| opener == *at)
                };
                if fates[index] == Fate::Outlined && kept.iter().any(tangled) {
                    fates[index] = Fate::Kept;
                    changed = true;
                }
            }
            if !changed {
                return Ok(fates);
            }
        }
    }

    /// Which pads are in the way of a loop, or belong together with one that is: worth another function.
    fn worth(&self, body: &Body<'_>, throws: &Throws) -> Result<Vec<bool>> {
        let mut loops: Vec<Range<At>> = Vec::new();
        for at in (0..body.code.len()).filter(|at| body.op(*at) == Op::Loop) {
            if !self.is_handled(at, |_| true) && !self.throws_each_round(body, throws, at)? {
                loops.push(at..body.end(at)?);
            }
        }
        let mut worth = vec![false; self.pads.len()];
        for (at, pad) in &self.tries {
            let Ok(end) = body.end(*at) else { continue };
            worth[*pad] |= loops.iter().any(|round| round.contains(at) || (*at..end).contains(&round.start));
        }
        loop {
            let before = worth.clone();
            for (index, pad) in self.pads.iter().enumerate() {
                worth[index] |= self.pads.iter().zip(&before).any(|(other, worth)| *worth && pad.overlaps(other));
            }
            if worth == before {
                return Ok(worth);
            }
        }
    }

    /// Whether every round of a loop comes to a call that may throw: what such a loop takes is taken by what it calls.
    fn throws_each_round(&self, body: &Body<'_>, throws: &Throws, start: At) -> Result<bool> {
        let end = body.end(start)?;
        // Before this, not every round comes by.
        let mut sure = start;
        let mut at = start + 1;
        while at < end {
            if let Some(handler) = self.handler_from(at) {
                at = handler.end;
                continue;
            }
            if at >= sure && throws.may(body.op(at)) {
                return Ok(true);
            }
            for target in body.jumps(at).into_iter().flatten() {
                if target == start {
                    return Ok(false);
                }
                if target > start && body.op(target) != Op::Loop {
                    sure = sure.max(body.end(target)?);
                }
            }
            if body.op(at) == Op::If {
                sure = sure.max(body.end(at)?);
            }
            at += 1;
        }
        Ok(false)
    }

    /// Which pads an exception may get to.
    fn reached(&self, body: &Body<'_>, throws: &Throws) -> Vec<bool> {
        let throwing: Vec<At> = (0..body.code.len()).filter(|at| throws.may(body.op(*at))).collect();
        let mut reached = vec![false; self.pads.len()];
        loop {
            let mut changed = false;
            for &at in &throwing {
                if self.is_handled(at, |pad| !reached[pad]) {
                    continue;
                }
                for opener in tries_around(body, at) {
                    if let Some(pad) = self.of_try(opener) {
                        changed |= !std::mem::replace(&mut reached[pad], true);
                        break;
                    }
                }
            }
            if !changed {
                return reached;
            }
        }
    }

    /// Whether an instruction is in the handler of such a pad.
    fn is_handled(&self, at: At, such: impl Fn(usize) -> bool) -> bool {
        self.pads.iter().enumerate().any(|(index, pad)| pad.handler.contains(&at) && such(index))
    }
}

/// The `try_table`s that an instruction is in, innermost first.
fn tries_around<'a>(body: &'a Body<'_>, at: At) -> impl Iterator<Item = At> + 'a {
    body.enclosing(at).filter(|opener| body.op(*opener) == Op::TryTable)
}

/// Whether control goes on behind it in a way that is not known here, and that LLVM has no use for beside `try_table`.
fn is_unknown(op: Op) -> bool {
    matches!(op, Op::Jump | Op::Throwing | Op::ReturnCall(_) | Op::Try | Op::Delegate)
}
