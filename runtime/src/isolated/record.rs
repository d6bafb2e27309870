//! What is said of a test that ran: the form that the ways of running write and that reports read.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How one test ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// It did what it should; panicked, if it should panic.
    Passed,
    /// It panicked, or did not panic though it should, or returned an error.
    Failed,
    /// Its author marks it as not to be run here.
    Ignored,
    /// It trapped: abort, `unreachable`, an access outside of memory, an uncaught exception.
    Trapped,
    /// The call stack or the stack in linear memory was exhausted.
    StackOverflowed,
    /// It wanted more memory than it was given.
    MemoryExhausted,
    /// It was still running when its time was up.
    TimedOut,
    /// Every thread of it waited for another one.
    Deadlocked,
    /// It ended the whole program before it was through, with this code or any other.
    Exited,
    /// It was to run, but what ran before it in the same process ended that process.
    NotRun,
}

impl Ending {
    /// Whether nothing is wrong: the test passed or is not to be run.
    #[must_use]
    pub fn is_fine(self) -> bool {
        matches!(self, Ending::Passed | Ending::Ignored)
    }

    /// The ending in a sentence whose subject is the test.
    #[must_use]
    pub fn verb(self) -> &'static str {
        match self {
            Ending::Passed => "passed",
            Ending::Failed => "failed",
            Ending::Ignored => "is ignored",
            Ending::Trapped => "trapped",
            Ending::StackOverflowed => "overflowed its stack",
            Ending::MemoryExhausted => "exhausted its memory",
            Ending::TimedOut => "timed out",
            Ending::Deadlocked => "deadlocked",
            Ending::Exited => "exited",
            Ending::NotRun => "was not run",
        }
    }
}

/// One test and how it ended.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Record {
    /// The test binary, as cargo names it: `coretests`, `std`, `env` ...
    pub binary: String,
    /// The test's path in its binary, as libtest prints it.
    pub name: String,
    /// How it ended.
    pub ending: Ending,
    /// How long it ran. `None` if that was not measured for this test alone.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "seconds_if_measured")]
    pub time: Option<Duration>,
    /// For a test that is not fine: what it printed, and the runtime's message after that. For one that is ignored: the reason its author gives.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub output: String,
}

/// A duration in files: seconds, as a number.
pub mod seconds {
    use std::time::Duration;

    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    /// Writes it.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(time: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_f64(time.as_secs_f64())
    }

    /// Reads it.
    ///
    /// # Errors
    /// It is no number of seconds that a [`Duration`] can be.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        Duration::try_from_secs_f64(f64::deserialize(from)?).map_err(D::Error::custom)
    }
}

/// The same for a duration that may be missing.
mod seconds_if_measured {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Deserialize)]
    struct Seconds(#[serde(with = "super::seconds")] Duration);

    pub(super) fn serialize<S: Serializer>(time: &Option<Duration>, to: S) -> Result<S::Ok, S::Error> {
        time.map(|time| time.as_secs_f64()).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Duration>, D::Error> {
        Ok(Option::<Seconds>::deserialize(from)?.map(|Seconds(time)| time))
    }
}
