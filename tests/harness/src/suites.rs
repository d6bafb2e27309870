//! Rust's own test suites: what there is, compiled for the target or the host, and run.
//!
//! | file | noun |
//! |---|---|
//! | this one | the suites, by name |
//! | [`build`] | test binaries, from the workspace of a sysroot's library |
//! | [`libtest`] | what a test binary says of its tests while it runs |
//! | [`run`] | a binary run as a whole: all its tests in one process, or one instance |
//! | [`documentation`] | documentation tests, which rustdoc builds and runs |
//!
//! Upstream's sources are compiled as they are in the sysroot, edits included. Left out: a test in an instance of its own (`isolated`), and
//! telling people (`report`).

use std::fmt;
use std::str::FromStr;

pub mod build;
pub mod documentation;
pub mod libtest;
pub mod run;

/// A suite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Suite {
    /// core's tests.
    Coretests,
    /// alloc's tests: those inside of its modules and those beside them.
    Alloctests,
    /// The tests inside of std's modules.
    Std,
    /// The tests beside std: `library/std/tests`.
    StdTests,
    /// libtest's own tests.
    Test,
    /// The documentation tests of core.
    DocCore,
    /// The documentation tests of alloc.
    DocAlloc,
    /// The documentation tests of std.
    DocStd,
}

impl Suite {
    /// All of them, the quickest first.
    pub const ALL: [Suite; 8] = [
        Suite::Test,
        Suite::Coretests,
        Suite::Alloctests,
        Suite::Std,
        Suite::StdTests,
        Suite::DocCore,
        Suite::DocAlloc,
        Suite::DocStd,
    ];

    /// Its name on the command line and in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Suite::Coretests => "coretests",
            Suite::Alloctests => "alloctests",
            Suite::Std => "std",
            Suite::StdTests => "std-tests",
            Suite::Test => "test",
            Suite::DocCore => "doc-core",
            Suite::DocAlloc => "doc-alloc",
            Suite::DocStd => "doc-std",
        }
    }

    /// The crate whose documentation it runs.
    #[must_use]
    pub fn documented(self) -> Option<&'static str> {
        match self {
            Suite::DocCore => Some("core"),
            Suite::DocAlloc => Some("alloc"),
            Suite::DocStd => Some("std"),
            _ => None,
        }
    }

    /// What a word on the command line means: a suite, `doc` for those of documentation, `all`.
    ///
    /// # Errors
    /// A word that means none; the error lists those that do.
    pub fn named(word: &str) -> Result<Vec<Suite>, UnknownSuite> {
        match word {
            "all" => Ok(Suite::ALL.to_vec()),
            "doc" => Ok(Suite::ALL.into_iter().filter(|suite| suite.documented().is_some()).collect()),
            _ => word.parse().map(|suite| vec![suite]),
        }
    }
}

impl FromStr for Suite {
    type Err = UnknownSuite;

    fn from_str(word: &str) -> Result<Suite, UnknownSuite> {
        Suite::ALL.into_iter().find(|suite| suite.name() == word).ok_or_else(|| UnknownSuite(word.to_owned()))
    }
}

impl fmt::Display for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A word that names no suite.
#[derive(Debug)]
pub struct UnknownSuite(String);

impl std::error::Error for UnknownSuite {}

impl fmt::Display for UnknownSuite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = Suite::ALL.map(Suite::name).join(", ");
        write!(f, "there is no suite `{}`; the suites are {names}; `doc` means those of documentation", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_suite_answers_to_its_name() {
        for suite in Suite::ALL {
            assert_eq!(Suite::named(suite.name()).unwrap(), [suite]);
        }
        assert_eq!(Suite::named("doc").unwrap(), [Suite::DocCore, Suite::DocAlloc, Suite::DocStd]);
        assert_eq!(Suite::named("all").unwrap().len(), Suite::ALL.len());
    }

    #[test]
    fn a_wrong_name_is_told_the_right_ones() {
        let error = Suite::named("cortests").unwrap_err().to_string();
        assert!(error.contains("`cortests`") && error.contains("coretests, alloctests"), "{error}");
    }
}
