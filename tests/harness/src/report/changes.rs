//! What is other than in the last run of a suite.

use super::Suite;
use super::judgement::{Tests, tests};
use crate::record::{Ending, Record};

/// What changed in one suite.
#[derive(Debug, Default)]
pub(super) struct Changes<'a> {
    /// Passed last time, and not now.
    pub(super) worse: Vec<(&'a Record, Ending)>,
    /// Pass now, and not last time.
    pub(super) better: Vec<(&'a Record, Ending)>,
    /// Did not pass either time, in different ways.
    pub(super) other: Vec<(&'a Record, Ending)>,
    /// Were not there last time.
    pub(super) new: Vec<&'a Record>,
    /// Were there last time. Known only of two whole runs.
    pub(super) gone: Vec<&'a Record>,
}

impl<'a> Changes<'a> {
    /// The changes of a suite that has a last run.
    pub(super) fn of(suite: &'a Suite) -> Option<Changes<'a>> {
        let (target, last) = (suite.target.as_ref()?, suite.last.as_ref()?);
        let (now, before): (Tests<'a>, Tests<'a>) = (tests(target), tests(last));
        let mut changes = Changes::default();
        for (key, test) in &now {
            match before.get(key).map(|before| before.ending) {
                Some(before) if before == test.ending => {}
                Some(before @ Ending::Passed) => changes.worse.push((test, before)),
                Some(before) if test.ending == Ending::Passed => changes.better.push((test, before)),
                Some(before) => changes.other.push((test, before)),
                None if last.selection.is_all() => changes.new.push(test),
                None => {}
            }
        }
        if target.selection.is_all() && last.selection.is_all() {
            let gone = before.iter().filter(|(key, _)| !now.contains_key(*key));
            changes.gone = gone.map(|(_, test)| *test).collect();
        }
        Some(changes)
    }

    /// Whether nothing changed.
    pub(super) fn is_empty(&self) -> bool {
        let Changes { worse, better, other, new, gone } = self;
        worse.is_empty() && better.is_empty() && other.is_empty() && new.is_empty() && gone.is_empty()
    }
}
