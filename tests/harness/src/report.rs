//! What people and CI are told about a run of test suites: from records, expectations and what was known before, one report.
//!
//! | file | noun |
//! |---|---|
//! | [`environment`] | where, when and with what a suite was run |
//! | [`selection`] | which part of a suite was run |
//! | [`judgement`] | how each test that is not as it is natively is to be taken; the counts |
//! | [`changes`] | what is other than in the last run |
//! | [`store`] | a directory with the report in it, and many reports made one |
//! | [`history`] | the runs by date |
//! | [`terminal`], [`junit`], [`page`] | the forms for a terminal, for CI services, for a browser |
//! | [`text`] | what tests print, made fit for each form |
//!
//! `report.json` is this module's [`Report`] and the one thing that CI reads; the other forms are made from it and from nothing else.
//! Left out: running anything.

use serde::{Deserialize, Serialize};

use crate::expectations::Expectations;
use crate::record::{Side, SuiteRecord};

mod changes;
mod environment;
mod history;
mod judgement;
mod junit;
mod page;
mod selection;
mod store;
mod terminal;
mod text;

pub use environment::Environment;
pub use history::Line as HistoryLine;
pub use judgement::{Counts, Exception, NativeCounts, Stale};
pub use selection::{Partition, Selection};
pub use store::{merge, read, write};

/// The version of `report.json`: another one is not read.
pub const VERSION: u32 = 1;

/// One run: what came out, and how it was made.
#[derive(Debug, Clone)]
pub struct Run {
    /// Every suite that was run, on either side.
    pub suites: Vec<SuiteRecord>,
    /// Which part of each was run.
    pub selection: Selection,
    /// Where, when and with what.
    pub environment: Environment,
}

/// All that is known of some suites on one target, and the verdict.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// [`VERSION`].
    pub version: u32,
    /// Whether something is other than expected: an unexpected [`Exception`], a [`Stale`] expectation, a native run that is no measure.
    pub red: bool,
    /// Each suite, on all sides.
    pub suites: Vec<Suite>,
    /// Every test that passes natively and does not on the target, and every one that passes unexpectedly.
    pub exceptions: Vec<Exception>,
    /// Expectations that name no test.
    pub stale: Vec<Stale>,
    /// Suites whose native run is no measure, because most of it fails: nothing can be excused by it.
    #[serde(default)]
    pub unmeasured: Vec<String>,
}

/// One suite: on the target, natively, and on the target the time before.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suite {
    /// The suite's name on the command line.
    pub suite: String,
    /// How many tests do what.
    pub counts: Counts,
    /// The newest run on the target.
    pub target: Option<SuiteRun>,
    /// The newest run on the host, for comparison.
    pub native: Option<SuiteRun>,
    /// The run on the target before the newest one.
    pub last: Option<SuiteRun>,
}

/// A suite that was run on one side.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SuiteRun {
    /// How it was made: once, or once for each partition.
    pub environments: Vec<Environment>,
    /// Which part of it was run.
    pub selection: Selection,
    /// Every test of that part.
    pub record: SuiteRecord,
}

impl Report {
    /// The report on one run, with nothing to compare it with but what it brings along.
    #[must_use]
    pub fn of(run: &Run, expectations: &Expectations) -> Report {
        Report::judged(Suite::gather(Vec::new(), suite_runs(run)), expectations)
    }

    /// Whether something is other than expected: the exit code is to say so.
    #[must_use]
    pub fn is_red(&self) -> bool {
        self.red
    }

    /// Every exception that no expectation foresees.
    pub fn unexpected(&self) -> impl Iterator<Item = &Exception> {
        self.exceptions.iter().filter(|exception| exception.is_unexpected())
    }

    /// How many things are not as expected.
    fn wrong(&self) -> usize {
        self.unexpected().count() + self.stale.len() + self.unmeasured.len()
    }

    /// The short form for the end of a run: a line a suite, then what is other than expected.
    #[must_use]
    pub fn terminal(&self) -> String {
        terminal::summary(self)
    }

    fn judged(mut suites: Vec<Suite>, expectations: &Expectations) -> Report {
        let (mut exceptions, mut stale, mut unmeasured) = (Vec::new(), Vec::new(), Vec::new());
        for suite in &mut suites {
            let judgement = judgement::judge(suite, expectations);
            suite.counts = judgement.counts;
            exceptions.extend(judgement.exceptions);
            stale.extend(judgement.stale);
            let broken = suite.counts.native.as_ref().is_some_and(|native| native.failed > native.passed);
            unmeasured.extend((broken && suite.target.is_some()).then(|| suite.suite.clone()));
        }
        let red = !stale.is_empty() || !unmeasured.is_empty() || exceptions.iter().any(Exception::is_unexpected);
        Report { version: VERSION, red, suites, exceptions, stale, unmeasured }
    }
}

impl Suite {
    /// Puts newer runs into what is known of the suites; what a run on the target replaces becomes the last one.
    fn gather(mut known: Vec<Suite>, suite_runs: Vec<SuiteRun>) -> Vec<Suite> {
        for ran in suite_runs {
            let name = &ran.record.suite;
            let at = known.iter().position(|suite| suite.suite == *name).unwrap_or_else(|| {
                known.push(Suite { suite: name.clone(), ..Suite::default() });
                known.len() - 1
            });
            let suite = &mut known[at];
            match ran.record.side {
                Side::Native => suite.native = Some(ran),
                Side::Target => {
                    let before = suite.target.replace(ran);
                    // A part of a suite is no measure for the whole of it.
                    if before.as_ref().is_some_and(|before| before.selection.is_all() || suite.last.is_none()) {
                        suite.last = before;
                    }
                }
            }
        }
        known
    }
}

fn suite_runs(run: &Run) -> Vec<SuiteRun> {
    let ran = |record: &SuiteRecord| {
        let mut record = record.clone();
        for test in &mut record.tests {
            text::bound(&mut test.output);
        }
        SuiteRun { environments: vec![run.environment.clone()], selection: run.selection.clone(), record }
    };
    run.suites.iter().map(ran).collect()
}

#[cfg(test)]
mod tests;
