//! A program run again and again in one process, each time in an instance of its own.
//!
//! Here because that is how a server or a test harness runs a program, and what it costs cannot be seen from outside a process.

use crate::isolation::Isolation;
use crate::outcome::Outcome;
use crate::setup::Setup;
use crate::verdict::Report;
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

/// Runs the component so many times, one after the other, and says on stderr how long one took, from making the instance to dropping it.
/// Returns the exit code: that of the first run whose is not 0.
pub(crate) fn repeat(component: &Path, count: u64, setup: impl Fn() -> Setup, report: &Report) -> u8 {
    let isolation = match Isolation::new(component, &setup()) {
        Ok(isolation) => isolation,
        Err(refusal) => return report.make(&Outcome::Refused(refusal), |_| {}),
    };
    let (mut time, mut failed) = (Duration::ZERO, None);
    let ran = isolation.run(
        1,
        0..count,
        |_| setup(),
        |_, ended| {
            time += ended.time;
            if failed.is_none() && ended.outcome.exit_code() != 0 {
                failed = Some(ended.outcome);
            }
        },
    );
    if let Err(refusal) = ran {
        return report.make(&Outcome::Refused(refusal), |_| {});
    }
    let each = time.as_secs_f64() * 1e6 / count as f64;
    // A closed stream leaves nobody to tell.
    let _ = writeln!(std::io::stderr(), "component-run: {count} runs, {each:.1} us each");
    report.make(&failed.unwrap_or(Outcome::Exited(0)), |verdict| verdict.microseconds = Some(each))
}
