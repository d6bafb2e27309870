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

use anyhow::Result;
use wasm_encoder::Instruction;

use super::atomics;
use super::marks::{Mark, Marks, Part};
use crate::contract;
use crate::module::{Change, Module};
use crate::passes::Options;

/// Without debug information, which the option has had stripped: instructions move.
pub(crate) fn rewrite(module: &mut Module<'_>, _: &Options<'_>) -> Result<()> {
    let Some(point) = module.exported_function(contract::SCHEDULE_POINT) else { return Ok(()) };
    module.decode()?;
    for index in module.defined() {
        let marks = module.function(index).map(Marks::of).unwrap_or_default();
        module.change(index, |at, instr, arena| {
            let is_marked = matches!(marks.at(at), Some(Part::First(Mark::Look | Mark::Change)));
            let is_point = is_marked || atomics::is_access(arena.bytes(instr))?;
            Ok(is_point.then(|| Change { before: vec![Instruction::Call(point)], ..Change::default() }))
        })?;
    }
    Ok(())
}
