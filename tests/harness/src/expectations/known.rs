//! What is known of some tests of a suite: how they end here though they pass natively, and what forbids more.
//!
//! Or that they pass here, though their authors mark them as not to be run on WASI, because theirs could not.

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};

use crate::record::Ending;

/// One entry, `[[tests]]`: a reason and the tests it holds for.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// The suite, as on the command line of `cargo p3 std-test`.
    pub suite: String,
    /// The test binary, if names alone do not tell.
    #[serde(default)]
    pub binary: Option<String>,
    /// The tests; `*` stands for any text.
    pub names: Vec<String>,
    /// How they end.
    pub outcome: Outcome,
    /// The interface, the host's rule or the bug that forbids more.
    pub reason: String,
    /// Where one can read on.
    #[serde(default)]
    pub link: Option<String>,
}

/// What becomes of a test on the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Outcome {
    /// It is compiled in and ends so.
    Ends(Ending),
    /// It is not there.
    IsNot(NotHere),
}

/// The words for a test that exists natively and not on the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NotHere {
    /// Compiled out though the target could have what it asks.
    Absent,
    /// It tests code of the host's platform alone (`os::unix`, `sys::pal::unix`): no measure for a target that is another platform.
    HostOnly,
}

impl Outcome {
    /// [`NotHere::Absent`]
    pub const ABSENT: Outcome = Outcome::IsNot(NotHere::Absent);
    /// [`NotHere::HostOnly`]
    pub const HOST_ONLY: Outcome = Outcome::IsNot(NotHere::HostOnly);

    /// The outcome in a sentence whose subject is the test.
    #[must_use]
    pub fn verb(self) -> &'static str {
        match self {
            Outcome::Ends(ending) => ending.verb(),
            Outcome::ABSENT => "is compiled out",
            Outcome::HOST_ONLY => "is of the host's platform alone",
        }
    }
}

impl Known {
    /// Whether this entry speaks of that test.
    #[must_use]
    pub fn names(&self, binary: &str, name: &str) -> bool {
        self.is_of(binary) && self.names.iter().any(|pattern| matches(pattern, name))
    }

    /// Whether this entry can speak of tests of that binary.
    #[must_use]
    pub fn is_of(&self, binary: &str) -> bool {
        self.binary.as_deref().is_none_or(|only| only == binary)
    }

    /// Whether its tests are run though their author marks them as ignored.
    pub(super) fn runs_what_is_ignored(&self) -> bool {
        !matches!(self.outcome, Outcome::IsNot(_) | Outcome::Ends(Ending::Ignored))
    }

    /// Checks what the form of the file leaves open.
    pub(super) fn check(&self) -> Result<()> {
        let suite = &self.suite;
        ensure!(!self.names.is_empty(), "an entry for {suite} names no test: strike it");
        ensure!(!self.reason.trim().is_empty(), "the entry for {suite} {} has an empty reason", self.names[0]);
        Ok(())
    }
}

/// Whether `name` is `pattern`, in which `*` stands for any text, an empty one too.
#[must_use]
pub fn matches(pattern: &str, name: &str) -> bool {
    let mut pieces = pattern.split('*');
    let first = pieces.next().expect("a split has at least one piece");
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    let Some(last) = pieces.next_back() else { return rest.is_empty() };
    // The shortest match of each piece leaves the most for the next ones.
    for piece in pieces {
        let Some(at) = rest.find(piece) else { return false };
        rest = &rest[at + piece.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, name) in [
            ("fs::tests::chmod_works", "fs::tests::chmod_works"),
            ("fs::*", "fs::tests::chmod_works"),
            ("*", ""),
            ("*::linger", "net::tcp::tests::linger"),
            ("a*b*c", "a_b_b_c"),
            ("a*b*c", "abc"),
            ("library/std/src/os/unix/*", "library/std/src/os/unix/fs.rs - os::unix::fs::chown (line 3)"),
        ] {
            assert!(matches(pattern, name), "{pattern} is {name}");
        }
        for (pattern, name) in [
            ("fs::tests", "fs::tests::chmod_works"),
            ("fs::tests::chmod_works", "fs::tests"),
            ("*::linger", "net::lingers"),
            ("aba*aba", "aba"),
            ("a*b*c", "a_c_b"),
            ("fs::*", "std::fs::x"),
        ] {
            assert!(!matches(pattern, name), "{pattern} is not {name}");
        }
    }

    #[test]
    fn an_outcome_is_one_word() {
        #[derive(Deserialize)]
        struct Line {
            outcome: Outcome,
        }
        let read = |word: &str| toml::from_str::<Line>(&format!("outcome = \"{word}\"")).map(|line| line.outcome);
        assert_eq!(read("timed-out").unwrap(), Outcome::Ends(Ending::TimedOut));
        assert_eq!(read("absent").unwrap(), Outcome::ABSENT);
        assert_eq!(read("host-only").unwrap(), Outcome::HOST_ONLY);
        assert!(read("sometimes").is_err());
    }

    #[test]
    fn an_entry_that_says_nothing_is_an_error() {
        let entry = |names: &str, outcome: &str, reason: &str| {
            let text = format!("suite = \"std\"\nnames = {names}\noutcome = \"{outcome}\"\nreason = \"{reason}\"\n");
            toml::from_str::<Known>(&text).unwrap().check()
        };
        assert!(entry("[\"x\"]", "failed", "it is so").is_ok());
        assert!(entry("[]", "failed", "it is so").is_err());
        assert!(entry("[\"x\"]", "failed", " ").is_err());
    }
}
