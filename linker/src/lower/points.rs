//! With `--schedule-points`, every atomic instruction is a point at which a schedule by seed may go over to another thread.
//!
//! Why: threads are cooperative, so between two places where they block nothing can come in between, and a race on an atomic variable never
//! shows. Natively it would. The library's function that is called first goes over to another thread where the seed says so, and does nothing
//! without a seed.
//!
//! Found are the instructions of objects that were not lowered, and what the library has marked, std's own functions included. The platform
//! below them has no marks.
//!
//! Delete when: threads are preempted.

use std::collections::BTreeSet;

use anyhow::Result;
use wasm_encoder::Instruction;

use super::atomics;
use super::marks::{Mark, Marks, Part};
use crate::contract;
use crate::module::code::{self, Change};
use crate::module::facts::Facts;
use crate::passes::Options;

/// The function is there only if the option asked for it. Without debug information: instructions move.
pub(crate) fn rewrite(module: Vec<u8>, facts: &Facts, _: &Options<'_>) -> Result<Vec<u8>> {
    let Some(point) = facts.function(contract::SCHEDULE_POINT) else { return Ok(module) };
    let marks = Marks::of(&module, facts)?;
    code::replace_in_line(&module, facts, &BTreeSet::new(), |place| {
        let is_marked = matches!(marks.at(place), Some(Part::First(Mark::Look | Mark::Change)));
        let before = if is_marked || atomics::is_access(place)? { vec![Instruction::Call(point)] } else { Vec::new() };
        Ok(Change { before, ..Change::default() })
    })
}
