//! Turns: code that waits by looking at memory gives the other threads one now and then.
//!
//! Why: threads are cooperative, so a loop that looks at memory until another thread has changed it would never end. A look is
//! an atomic load, or an exchange that may have changed nothing. Every so many looks, the thread that looks gives way.
//!
//! Counting is a load and a store of a global that wait for each other, and there are three looks in the locking and unlocking of
//! a mutex. So what counts is each round of a loop that has looks in it, and each call of a function that has looks outside of its
//! loops. With debug information instructions cannot move, and each look counts.
//!
//! Delete when: threads are preempted.

use std::collections::BTreeSet;

use anyhow::Result;
use wasm_encoder::{BlockType, Function, Instruction};
use wasmparser::{FuncType, Operator};

use crate::contract;
use crate::module::code::{Added, Change, Place};
use crate::module::facts::Facts;

/// How looks are counted.
#[derive(Clone, Copy)]
pub(crate) struct Turns {
    /// The global that counts down.
    counter: u32,
    /// The global out of which the next turn's length comes.
    seed: u32,
    /// The function that gives the others a turn, and the one made here that calls it at the end of a turn.
    give_way: u32,
    next: u32,
}

impl Turns {
    /// The first values of the two globals, which come behind all others: so many looks end the first turn; and where the
    /// lengths of the turns behind it begin, the same in every run.
    pub(crate) const GLOBALS: [i32; 2] = [4096, 0x2545_f491];

    /// The name of the function that ends a turn.
    pub(crate) const END: &str = "end of a turn";

    /// None in a program without threads, where there are no others.
    pub(crate) fn of(facts: &Facts) -> Result<Option<Turns>> {
        let Some(give_way) = facts.function(contract::GIVE_WAY).filter(|_| facts.makes_threads()) else {
            return Ok(None);
        };
        let counter = u32::try_from(facts.globals.len())?;
        Ok(Some(Turns { counter, seed: counter + 1, give_way, next: facts.functions }))
    }

    /// Counts one look.
    pub(crate) fn count(self) -> [Instruction<'static>; 9] {
        [
            Instruction::GlobalGet(self.counter),
            Instruction::I32Const(1),
            Instruction::I32Sub,
            Instruction::GlobalSet(self.counter),
            Instruction::GlobalGet(self.counter),
            Instruction::I32Eqz,
            Instruction::If(BlockType::Empty),
            Instruction::Call(self.next),
            Instruction::End,
        ]
    }

    /// `() -> ()`: counts one look, where there is no room for more than a call.
    pub(crate) fn look(self) -> Added {
        let mut body = Function::new([]);
        for instruction in self.count().iter().chain([&Instruction::End]) {
            body.instruction(instruction);
        }
        Added { ty: FuncType::new([], []), body }
    }

    /// `() -> ()`: ends a turn. The next is of 1 to 4096 looks: were all of one length, threads that take from one another
    /// could come to do so in step, and one would get everything for ever.
    pub(crate) fn next(self) -> Added {
        let mut body = Function::new([]);
        for instruction in [
            // A linear congruential generator; its upper bits are the random ones.
            Instruction::GlobalGet(self.seed),
            Instruction::I32Const(1_664_525),
            Instruction::I32Mul,
            Instruction::I32Const(1_013_904_223),
            Instruction::I32Add,
            Instruction::GlobalSet(self.seed),
            Instruction::GlobalGet(self.seed),
            Instruction::I32Const(20),
            Instruction::I32ShrU,
            Instruction::I32Const(1),
            Instruction::I32Add,
            Instruction::GlobalSet(self.counter),
            Instruction::Call(self.give_way),
            Instruction::End,
        ] {
            body.instruction(&instruction);
        }
        Added { ty: FuncType::new([], []), body }
    }
}

/// Where looks are counted: found in one walk through the code, used in a second one through the same bytes.
#[derive(Default)]
pub(crate) struct Looks {
    /// The function of the last instruction, and where its first is.
    function: Option<(u32, Site)>,
    /// The blocks that the last instruction is in, outermost first: where it begins for a loop.
    blocks: Vec<Option<Site>>,
    /// The first instructions of functions.
    calls: BTreeSet<Site>,
    /// The beginnings of loops.
    rounds: BTreeSet<Site>,
}

/// Where an instruction's bytes are.
type Site = usize;

impl Looks {
    /// Goes on to the next instruction.
    pub(crate) fn pass(&mut self, place: &Place<'_>) {
        let site = place.bytes.as_ptr().addr();
        if self.function.is_none_or(|(function, _)| function != place.function) {
            self.function = Some((place.function, site));
            self.blocks.clear();
        }
        match place.operator {
            Operator::Loop { .. } => self.blocks.push(Some(site)),
            Operator::Block { .. } | Operator::If { .. } | Operator::TryTable { .. } | Operator::Try { .. } => {
                self.blocks.push(None);
            }
            // The last one of a function ends no block.
            Operator::End | Operator::Delegate { .. } => _ = self.blocks.pop(),
            _ => {}
        }
    }

    /// The instruction is a look.
    pub(crate) fn look(&mut self) {
        match (self.blocks.iter().rev().find_map(|block| *block), self.function) {
            (Some(round), _) => _ = self.rounds.insert(round),
            (None, Some((_, call))) => _ = self.calls.insert(call),
            (None, None) => {}
        }
    }

    /// Counts before or behind an instruction where that is due.
    pub(crate) fn count(&self, turns: Turns, place: &Place<'_>, change: &mut Change) {
        let site = place.bytes.as_ptr().addr();
        if self.calls.contains(&site) {
            change.before.extend(turns.count());
        }
        if self.rounds.contains(&site) {
            change.behind.extend(turns.count());
        }
    }
}
