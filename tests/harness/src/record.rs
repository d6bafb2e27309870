//! What a run of a suite says, test by test: the form that the ways of running write and the reports read.
//!
//! Here because running tests (as one process, isolated, natively) and telling people about it are two things that change for different reasons.
//! Left out: how a test is run, and how a record is shown. How a single test ended is the runtime's word, which runs tests apart.

use std::time::Duration;

use component_run::isolated::record::seconds;
pub use component_run::isolated::record::{Ending, Record};
use serde::{Deserialize, Serialize};

/// Where tests ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// As components, on the runtime.
    Target,
    /// As processes of the host.
    Native,
}

/// One suite, run once on one side.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SuiteRecord {
    /// The suite's name on the command line: `coretests`, `alloctests`, `std`, ...
    pub suite: String,
    /// Where it ran.
    pub side: Side,
    /// Whether each test had an instance of its own.
    pub isolated: bool,
    /// How long building took.
    #[serde(with = "seconds")]
    pub build: Duration,
    /// How long running took, from the first test's start to the last one's end.
    #[serde(with = "seconds")]
    pub run: Duration,
    /// Every test of the suite that is compiled in, by binary and name.
    pub tests: Vec<Record>,
}
