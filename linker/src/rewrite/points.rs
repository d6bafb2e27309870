//! With `--schedule-points`, every atomic instruction is a point at which a schedule by seed may go over to another thread.
//!
//! Why: threads are cooperative, so between two places where they block nothing can come in between, and a race on an atomic variable never
//! shows. Natively it would. The library's function that is called first goes over to another thread where the seed says so, and does nothing
//! without a seed.
//!
//! Only what was not lowered before is found, which leaves std's own functions alone, but not those of its generic ones that are compiled with
//! the program: taking and letting go of a `Mutex`, counting an `Arc`.
//!
//! Delete when: threads are preempted.

use std::collections::BTreeSet;

use anyhow::Result;
use wasm_encoder::Instruction;

use super::atomics;
use super::code::{self, Change};
use super::facts::Facts;
use crate::contract;

/// The function is there only if the option asked for it. Without debug information: instructions move.
pub(super) fn rewrite(module: Vec<u8>, facts: &Facts) -> Result<Vec<u8>> {
    let Some(point) = facts.function(contract::SCHEDULE_POINT).filter(|_| facts.may_be_atomic()) else {
        return Ok(module);
    };
    code::replace_in_line(&module, facts, &BTreeSet::new(), |place| {
        let before = if atomics::is_access(place)? { vec![Instruction::Call(point)] } else { Vec::new() };
        Ok(Change { before, ..Change::default() })
    })
}
