//! Known failures: data, with a reason, and still run. One that passes after all is an error, so the list cannot rot.
//!
//! Two kinds: programs of `tests/programs`, by name, and tests of Rust's own suites ([`known`]), by suite and pattern.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

mod known;

pub use known::{Known, Outcome, matches};

/// The known failures of one target, `tests/expectations/TARGET.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectations {
    /// Program name to what is known of its failure.
    #[serde(default)]
    program: BTreeMap<String, KnownFailure>,
    /// What is known of tests of Rust's suites.
    #[serde(default)]
    tests: Vec<Known>,
}

/// Why a test fails, and who could change that.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownFailure {
    /// What forbids it: the interface, the host, or the bug.
    pub reason: String,
}

impl Expectations {
    /// Reads the list of one target.
    ///
    /// # Errors
    /// A file that cannot be read or is not of this form.
    pub fn read(file: &Path) -> Result<Expectations> {
        let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        let expectations: Expectations = toml::from_str(&text).with_context(|| format!("in {}", file.display()))?;
        for known in &expectations.tests {
            known.check().with_context(|| format!("in {}", file.display()))?;
        }
        Ok(expectations)
    }

    /// What is known of a program's failure.
    pub fn of(&self, program: &str) -> Option<&KnownFailure> {
        self.program.get(program)
    }

    /// Checks that every entry names a program that exists.
    ///
    /// # Errors
    /// The first name nobody has.
    pub fn name_only<'a>(&self, programs: impl Iterator<Item = &'a str> + Clone) -> Result<()> {
        for name in self.program.keys() {
            ensure!(
                programs.clone().any(|program| program == name),
                "an expectation names {name}, which is no program"
            );
        }
        Ok(())
    }

    /// What is known of tests of `suite`, in the order of the file: the first entry that names a test speaks of it.
    pub fn of_suite<'a>(&'a self, suite: &'a str) -> impl Iterator<Item = &'a Known> + Clone {
        self.tests.iter().filter(move |known| known.suite == suite)
    }

    /// Whether a test is to be run though its author marks it as ignored: because an entry tells how it ends here.
    pub fn runs(&self, suite: &str, binary: &str, name: &str) -> bool {
        self.of_suite(suite).find(|known| known.names(binary, name)).is_some_and(Known::runs_what_is_ignored)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_nobody_has_is_an_error() {
        let list: Expectations = toml::from_str("[program.gone]\nreason = \"it was so\"\n").unwrap();
        assert!(list.of("gone").is_some());
        assert!(list.name_only(["fs_read"].into_iter()).unwrap_err().to_string().contains("gone"));
    }

    #[test]
    fn a_failure_without_a_reason_is_an_error() {
        assert!(toml::from_str::<Expectations>("[program.fs_read]\n").is_err());
        let unreasoned = "[[tests]]\nsuite = \"std\"\nnames = [\"fs::*\"]\noutcome = \"failed\"\n";
        assert!(toml::from_str::<Expectations>(unreasoned).is_err());
        assert!(toml::from_str::<Expectations>(&format!("{unreasoned}reason = \"it is so\"\n")).is_ok());
    }

    #[test]
    fn what_an_entry_says_the_end_of_is_run() {
        let entry = |name: &str, outcome: &str| {
            format!("[[tests]]\nsuite = \"std\"\nnames = [\"{name}\"]\noutcome = \"{outcome}\"\nreason = \"so\"\n")
        };
        let list: Expectations =
            toml::from_str(&[entry("a", "passed"), entry("b", "failed"), entry("c", "ignored")].concat()).unwrap();
        let runs = |suite, name| list.runs(suite, "std", name);
        assert!(runs("std", "a") && runs("std", "b"));
        assert!(!runs("std", "c") && !runs("std", "d") && !runs("coretests", "a"));
    }

    #[test]
    fn the_lists_of_this_repository_can_be_read() {
        let lists = Path::new(env!("CARGO_MANIFEST_DIR")).join("../expectations");
        let files: Vec<_> = std::fs::read_dir(lists).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert!(!files.is_empty());
        for file in files {
            Expectations::read(&file).unwrap_or_else(|error| panic!("{error:#}"));
        }
    }
}
