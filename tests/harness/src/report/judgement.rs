//! How a suite on the target is to be taken: beside its native run, and against what is expected.
//!
//! The rule: a test that passes natively and does not on the target is an exception, and needs an expectation with a reason, be it
//! failed, ignored or compiled out. A test that does not pass natively either needs none. Where no native run is known, what is ignored is taken to be fine.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Suite, SuiteRun};
use crate::expectations::{Expectations, Known, Outcome, matches};
use crate::record::{Ending, Record};

/// How many tests of a suite do what.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Passed on the target.
    pub passed: usize,
    /// Ended in any way that is not fine.
    pub failed: usize,
    /// Ignored on the target.
    pub ignored: usize,
    /// Compiled out: natively there, not on the target. Known only of a whole run beside a native one.
    pub absent: usize,
    /// Those of them that pass natively and test code of the host's platform alone, as an expectation with its reason says.
    pub host_only: usize,
    /// Exceptions that are expected.
    pub known: usize,
    /// Exceptions that are not.
    pub unexpected: usize,
    /// The native run, if there is one.
    pub native: Option<NativeCounts>,
}

/// The same of the native run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NativeCounts {
    /// Passed natively.
    pub passed: usize,
    /// Ended in any way that is not fine.
    pub failed: usize,
    /// Ignored natively.
    pub ignored: usize,
    /// Passed natively and on the target.
    pub passed_on_both: usize,
}

impl Counts {
    /// How many tests pass natively that another platform than the host's can have.
    #[must_use]
    pub fn measure(&self) -> usize {
        self.native.as_ref().map_or(0, |native| native.passed - self.host_only)
    }

    /// The share of [`Self::measure`] that passes on the target: from 0 to 1.
    #[must_use]
    pub fn share(&self) -> Option<f64> {
        let native = self.native.as_ref().filter(|_| self.measure() > 0)?;
        Some(native.passed_on_both as f64 / self.measure() as f64)
    }
}

/// A test that passes natively and not on the target, or one that passes though it is expected not to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// The suite.
    pub suite: String,
    /// The test binary.
    pub binary: String,
    /// The test.
    pub name: String,
    /// What becomes of it natively, if that is known.
    pub native: Option<Ending>,
    /// What becomes of it on the target.
    pub outcome: Outcome,
    /// What an expectation says would become of it.
    pub expected: Option<Outcome>,
    /// The expectation's reason.
    pub reason: Option<String>,
    /// Where one can read on.
    pub link: Option<String>,
}

impl Exception {
    /// Whether no expectation foresees this.
    #[must_use]
    pub fn is_unexpected(&self) -> bool {
        self.expected != Some(self.outcome)
    }

    /// Whether this is no exception that could be mended: the test is of the host's platform alone.
    #[must_use]
    pub fn is_host_only(&self) -> bool {
        self.outcome == Outcome::HOST_ONLY
    }

    /// What is wrong, in a sentence whose subject is the test.
    #[must_use]
    pub fn sentence(&self) -> String {
        let verb = self.outcome.verb();
        let reason = self.reason.as_deref().unwrap_or_default();
        match self.expected {
            None if self.native == Some(Ending::Passed) => format!("{verb}, and natively it passed"),
            None => verb.to_owned(),
            Some(expected) if expected == self.outcome => format!("{verb}: {reason}"),
            Some(expected) if self.outcome == Outcome::Ends(Ending::Passed) => {
                format!("passed, though it is listed as a test that {} ({reason}): strike it", expected.verb())
            }
            Some(expected) => format!("{verb}, though it is listed as a test that {} ({reason})", expected.verb()),
        }
    }
}

/// An expectation that names no test of a suite that was run as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stale {
    /// The suite.
    pub suite: String,
    /// The name or pattern.
    pub name: String,
    /// The reason it stands with.
    pub reason: String,
}

/// What is to be said of one suite.
#[derive(Debug, Default)]
pub(super) struct Judgement {
    pub(super) counts: Counts,
    pub(super) exceptions: Vec<Exception>,
    pub(super) stale: Vec<Stale>,
}

/// Judges one suite. Without a run on the target there is nothing to be said but the native counts.
pub(super) fn judge(suite: &Suite, expectations: &Expectations) -> Judgement {
    let native = suite.native.as_ref().map(tests);
    let target = suite.target.as_ref().map(tests).unwrap_or_default();
    let mut judgement = Judgement { counts: counts(&target, native.as_ref()), ..Judgement::default() };
    let Some(ran) = &suite.target else { return judgement };
    let native_is_whole = suite.native.as_ref().is_some_and(|ran| ran.selection.is_all());
    let known = |test: &Record| expectations.of_suite(&suite.suite).find(|known| known.names(&test.binary, &test.name));

    for test in target.values() {
        let natively = native.as_ref().and_then(|native| native.get(&key(test))).map(|test| test.ending);
        let known = known(test);
        let excepted = match (test.ending, natively) {
            (Ending::Passed, _) => known.is_some_and(|known| known.outcome != Outcome::Ends(Ending::Passed)),
            (Ending::Ignored, natively) => {
                natively == Some(Ending::Passed)
                    || known.is_some_and(|known| known.outcome != Outcome::Ends(Ending::Ignored))
            }
            (_, Some(natively)) => natively.is_fine(),
            (_, None) => true,
        };
        if excepted {
            judgement.exceptions.push(exception(suite, test, natively, Outcome::Ends(test.ending), known));
        }
    }
    if ran.selection.is_all() {
        let native = native.iter().flat_map(BTreeMap::values);
        let absent: Vec<&Record> = native.filter(|test| !target.contains_key(&key(test))).copied().collect();
        judgement.counts.absent = absent.len();
        for test in absent.iter().filter(|test| test.ending == Ending::Passed) {
            let known = known(test);
            let host_only = known.is_some_and(|known| known.outcome == Outcome::HOST_ONLY);
            let outcome = if host_only { Outcome::HOST_ONLY } else { Outcome::ABSENT };
            judgement.exceptions.push(exception(suite, test, Some(test.ending), outcome, known));
        }
        for known in expectations.of_suite(&suite.suite) {
            if matches!(known.outcome, Outcome::IsNot(_)) && !native_is_whole {
                continue; // Whether they exist is not known.
            }
            let all = target.values().chain(&absent);
            let stale = known
                .names
                .iter()
                .filter(|pattern| !all.clone().any(|test| known.is_of(&test.binary) && matches(pattern, &test.name)));
            judgement.stale.extend(stale.map(|name| Stale {
                suite: suite.suite.clone(),
                name: name.clone(),
                reason: known.reason.clone(),
            }));
        }
    }
    judgement.counts.unexpected = judgement.exceptions.iter().filter(|exception| exception.is_unexpected()).count();
    judgement.counts.host_only = judgement.exceptions.iter().filter(|exception| exception.is_host_only()).count();
    judgement.counts.known = judgement.exceptions.len() - judgement.counts.unexpected - judgement.counts.host_only;
    judgement
}

/// Tests by binary and name.
pub(super) type Tests<'a> = BTreeMap<(&'a str, &'a str), &'a Record>;

/// The tests of a run by binary and name.
pub(super) fn tests(ran: &SuiteRun) -> Tests<'_> {
    ran.record.tests.iter().map(|test| (key(test), test)).collect()
}

/// What makes a test the same on both sides and at all times.
pub(super) fn key(test: &Record) -> (&str, &str) {
    (&test.binary, &test.name)
}

fn counts(target: &Tests<'_>, native: Option<&Tests<'_>>) -> Counts {
    let count = |tests: &Tests<'_>, is: fn(Ending) -> bool| tests.values().filter(|test| is(test.ending)).count();
    let passed = |ending| ending == Ending::Passed;
    let ignored = |ending| ending == Ending::Ignored;
    let failed = |ending: Ending| !ending.is_fine();
    let on_target = |key: &(&str, &str)| target.get(key).is_some_and(|test| test.ending == Ending::Passed);
    let native = native.map(|native| NativeCounts {
        passed: count(native, passed),
        failed: count(native, failed),
        ignored: count(native, ignored),
        passed_on_both: native.iter().filter(|(key, test)| test.ending == Ending::Passed && on_target(key)).count(),
    });
    let (passed, failed, ignored) = (count(target, passed), count(target, failed), count(target, ignored));
    Counts { passed, failed, ignored, native, ..Counts::default() }
}

fn exception(
    suite: &Suite,
    test: &Record,
    native: Option<Ending>,
    outcome: Outcome,
    known: Option<&Known>,
) -> Exception {
    Exception {
        suite: suite.suite.clone(),
        binary: test.binary.clone(),
        name: test.name.clone(),
        native,
        outcome,
        expected: known.map(|known| known.outcome),
        reason: known.map(|known| known.reason.clone()),
        link: known.and_then(|known| known.link.clone()),
    }
}
