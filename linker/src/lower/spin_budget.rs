//! SpinBudget: code that waits by looking at memory gives the other threads one now and then.
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

use wasm_encoder::{BlockType, Instruction};
use wasmparser::FuncType;

use crate::contract;
use crate::module::{Added, At, Change, Module, Op};

/// How looks are counted.
#[derive(Clone, Copy)]
pub(crate) struct SpinBudget {
    /// The global that counts down.
    counter: u32,
    /// The global out of which the next turn's length comes.
    seed: u32,
    /// The function that gives the others a turn, and the one made here that calls it at the end of a turn.
    give_way: u32,
    next: u32,
}

impl SpinBudget {
    /// The first values of the two globals, which come behind all others: so many looks end the first turn; and where the
    /// lengths of the turns behind it begin, the same in every run.
    pub(crate) const GLOBALS: [i32; 2] = [4096, 0x2545_f491];

    /// The name of the function that ends a turn.
    pub(crate) const END: &str = "end of a turn";

    /// None in a program without threads, where there are no others.
    pub(crate) fn of(module: &Module<'_>) -> Option<SpinBudget> {
        let give_way = module.exported_function(contract::GIVE_WAY).filter(|_| module.makes_threads())?;
        let counter = module.globals();
        Some(SpinBudget { counter, seed: counter + 1, give_way, next: module.defined().end })
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
        let body = self.count().into_iter().chain([Instruction::End]).collect();
        Added { ty: FuncType::new([], []), locals: Vec::new(), body }
    }

    /// `() -> ()`: ends a turn. The next is of 1 to 4096 looks: were all of one length, threads that take from one another
    /// could come to do so in step, and one would get everything for ever.
    pub(crate) fn next(self) -> Added {
        let body = vec![
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
        ];
        Added { ty: FuncType::new([], []), locals: Vec::new(), body }
    }
}

/// Where looks are counted in a function.
#[derive(Default)]
pub(crate) struct Looks {
    /// The blocks that the last instruction is in, outermost first: where it begins for a loop.
    blocks: Vec<Option<At>>,
    /// At the call of the function.
    at_call: bool,
    /// The beginnings of loops.
    rounds: BTreeSet<At>,
}

impl Looks {
    /// Goes on to the next instruction.
    pub(crate) fn pass(&mut self, at: At, op: Op) {
        match op {
            Op::Loop => self.blocks.push(Some(at)),
            op if op.opens() => self.blocks.push(None),
            // The last one of a function ends no block.
            Op::End | Op::Delegate => _ = self.blocks.pop(),
            _ => {}
        }
    }

    /// The instruction is a look.
    pub(crate) fn look(&mut self) {
        match self.blocks.iter().rev().find_map(|block| *block) {
            Some(round) => _ = self.rounds.insert(round),
            None => self.at_call = true,
        }
    }

    /// Counts before or behind an instruction where that is due.
    pub(crate) fn count(&self, budget: SpinBudget, at: At, change: Option<Change>) -> Option<Change> {
        let before = self.at_call && at == 0;
        let behind = self.rounds.contains(&at);
        if !before && !behind {
            return change;
        }
        let mut change = change.unwrap_or_default();
        if before {
            change.before.extend(budget.count());
        }
        if behind {
            change.behind.extend(budget.count());
        }
        Some(change)
    }
}
