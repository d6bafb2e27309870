//! How a run ended, as data that crosses the boundary of a process: JSON in a file (`component-run --outcome FILE`).
//!
//! Here because an exit code alone cannot tell a guest's `exit(134)` from a trap, nor a trap from a stack that
//! overflowed; and a message on stderr is for people, where the guest may write the same words.

use crate::outcome::Outcome;
use crate::trap::Trap;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

/// How a run ended.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Verdict {
    /// What kind of end it was.
    pub outcome: Kind,
    /// The exit code of `component-run`: the guest's own, if it ended by itself.
    pub code: u8,
    /// What is said of it, for people; nothing of a guest that ended by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The trap that it ended with, or where it was when its time was up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trap: Option<Trap>,
    /// The seed of the schedule that ended so, of a search.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// How many microseconds a run took, of one that was repeated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub microseconds: Option<f64>,
}

/// The kinds of ends: those of [`Outcome`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The guest ended by itself.
    Exited,
    /// It trapped.
    Trapped,
    /// Its call stack, or its stack in linear memory, was exhausted.
    StackOverflowed,
    /// It wanted more memory than it was given, and then ended with a trap.
    MemoryExhausted,
    /// Its time was up.
    TimedOut,
    /// All its threads waited for each other.
    Deadlocked,
    /// It was never started.
    Refused,
}

impl Verdict {
    /// What an outcome comes to.
    #[must_use]
    pub fn of(outcome: &Outcome) -> Verdict {
        let kind = match outcome {
            Outcome::Exited(_) => Kind::Exited,
            Outcome::Trapped(_) => Kind::Trapped,
            Outcome::StackOverflowed(_) => Kind::StackOverflowed,
            Outcome::MemoryExhausted { .. } => Kind::MemoryExhausted,
            Outcome::TimedOut { .. } => Kind::TimedOut,
            Outcome::Deadlocked(_) => Kind::Deadlocked,
            Outcome::Refused(_) => Kind::Refused,
        };
        let message = (kind != Kind::Exited).then(|| outcome.to_string());
        let (code, trap) = (outcome.exit_code(), outcome.trap().cloned());
        Verdict { outcome: kind, code, message, trap, seed: None, microseconds: None }
    }

    /// Reads one that a run has written.
    ///
    /// # Errors
    /// The file cannot be read, or is empty because the runtime itself did not come to its end.
    pub fn read(file: &Path) -> io::Result<Verdict> {
        Ok(serde_json::from_slice(&std::fs::read(file)?)?)
    }
}

/// Where a verdict is to be written, if anywhere. The file is there, and empty, from the beginning.
pub(crate) struct Report(Option<File>);

impl Report {
    pub(crate) fn to(file: Option<&Path>) -> io::Result<Report> {
        Ok(Report(file.map(File::create).transpose()?))
    }

    /// Prints the outcome's message to stderr, and writes the verdict, with what `more` adds. Returns the exit code.
    pub(crate) fn make(&self, outcome: &Outcome, more: impl FnOnce(&mut Verdict)) -> u8 {
        let code = outcome.report();
        if let Some(mut file) = self.0.as_ref() {
            let mut verdict = Verdict::of(outcome);
            more(&mut verdict);
            let written = serde_json::to_vec(&verdict).map_err(io::Error::from).and_then(|text| file.write_all(&text));
            if let Err(error) = written {
                // A closed stderr leaves nobody to tell; whoever reads the file finds it empty.
                let _ = writeln!(io::stderr(), "component-run: the outcome cannot be written: {error}");
            }
        }
        code
    }
}
