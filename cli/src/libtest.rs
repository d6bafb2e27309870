//! The arguments of a test binary, as far as the tests of one can be run apart.
//!
//! Here because `cargo p3 test --isolate` takes the place of libtest's main function: what stands after `--` keeps its meaning. Options that have
//! none here (`--shuffle`, `--bench`, JSON) are errors, not ignored.

use std::env;
use std::ffi::OsString;
use std::num::NonZeroUsize;

use anyhow::{Result, anyhow};
use clap::error::ErrorKind;
use clap::{ArgAction, Parser, ValueEnum};
use component_run::isolated::{Choice, Test};

/// The tests of one binary, each in an instance of its own
#[derive(Debug, Parser)]
#[command(
    name = "cargo p3 test --isolate --",
    no_binary_name = true,
    override_usage = "cargo p3 test --isolate -- [OPTIONS] [FILTERS]..."
)]
pub(crate) struct Arguments {
    /// Run the tests whose names contain one of these
    filters: Vec<String>,
    /// A filter is a whole name
    #[arg(long)]
    exact: bool,
    /// Leave out the tests whose names contain this
    #[arg(long, value_name = "FILTER")]
    skip: Vec<String>,
    /// Run ignored tests too
    #[arg(long)]
    include_ignored: bool,
    /// Run ignored tests only
    #[arg(long, conflicts_with = "include_ignored")]
    ignored: bool,
    /// Let the tests print as they run
    #[arg(long, visible_alias = "no-capture")]
    pub(crate) nocapture: bool,
    /// Show what passed tests printed, too
    #[arg(long)]
    pub(crate) show_output: bool,
    /// List the tests, run none
    #[arg(long)]
    pub(crate) list: bool,
    /// How many tests run at a time
    #[arg(long, value_name = "N")]
    test_threads: Option<NonZeroUsize>,
    /// A line for each test, or a character
    #[arg(long, value_enum, default_value = "pretty")]
    format: Format,
    /// The same as --format=terse
    #[arg(short, long)]
    quiet: bool,
    /// Colours
    #[arg(long, value_enum, default_value = "auto")]
    pub(crate) color: Color,
    /// Accepted, and how it is anyway
    #[arg(long, hide = true, action = ArgAction::SetTrue)]
    test: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Pretty,
    Terse,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

impl Arguments {
    /// Understands what stands after `--`. `None`: help was asked for and given.
    ///
    /// # Errors
    /// An option that libtest does not have, or that has no meaning here.
    pub(crate) fn read(arguments: Vec<OsString>) -> Result<Option<Arguments>> {
        match Arguments::try_parse_from(arguments) {
            Ok(arguments) => Ok(Some(arguments)),
            Err(error) if error.kind() == ErrorKind::DisplayHelp => {
                crate::process::print(&error.to_string())?;
                Ok(None)
            }
            Err(error) => {
                let text = error.to_string();
                let message = text.lines().next().unwrap_or_default().trim_start_matches("error: ");
                Err(anyhow!("{message} (after `--`, with --isolate)"))
            }
        }
    }

    /// What is done about a test.
    pub(crate) fn choose(&self, test: &Test) -> Choice {
        let matches = |filter: &String| if self.exact { test.name == *filter } else { test.name.contains(filter) };
        let is_wanted = self.filters.is_empty() || self.filters.iter().any(matches);
        if !is_wanted || self.skip.iter().any(matches) || (self.ignored && test.ignored.is_none()) {
            return Choice::Leave;
        }
        if test.ignored.is_some() && !self.ignored && !self.include_ignored { Choice::Ignore } else { Choice::Run }
    }

    /// How the tests are shown.
    pub(crate) fn format(&self) -> Format {
        if self.quiet { Format::Terse } else { self.format }
    }

    /// Whether tests print as they run.
    pub(crate) fn prints(&self) -> bool {
        self.nocapture || env::var_os("RUST_TEST_NOCAPTURE").is_some_and(|value| value != "0")
    }

    /// How many tests run at a time.
    ///
    /// # Errors
    /// `RUST_TEST_THREADS` is no number.
    pub(crate) fn jobs(&self) -> Result<usize> {
        if let Some(threads) = self.test_threads {
            return Ok(threads.get());
        }
        match env::var("RUST_TEST_THREADS") {
            Ok(value) => match value.parse::<NonZeroUsize>() {
                Ok(threads) => Ok(threads.get()),
                Err(_) => Err(anyhow!("RUST_TEST_THREADS is {value:?}, which is no number of threads")),
            },
            Err(_) => Ok(std::thread::available_parallelism().map_or(1, NonZeroUsize::get)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &[&str]) -> Result<Option<Arguments>> {
        Arguments::read(words.iter().map(OsString::from).collect())
    }

    fn chosen(words: &[&str]) -> Vec<Choice> {
        let arguments = read(words).unwrap().unwrap();
        let tests = [Test::new(0, "a::b", None), Test::new(1, "a::bc", Some("slow"))];
        tests.iter().map(|test| arguments.choose(test)).collect()
    }

    #[test]
    fn filters_choose_as_in_libtest() {
        use Choice::{Ignore, Leave, Run};
        assert_eq!(chosen(&[]), [Run, Ignore]);
        assert_eq!(chosen(&["b"]), [Run, Ignore]);
        assert_eq!(chosen(&["c", "x"]), [Leave, Ignore]);
        assert_eq!(chosen(&["--exact", "a::b"]), [Run, Leave]);
        assert_eq!(chosen(&["a", "--skip", "bc"]), [Run, Leave]);
        assert_eq!(chosen(&["a", "--exact"]), [Leave, Leave]);
        assert_eq!(chosen(&["--ignored"]), [Leave, Run]);
        assert_eq!(chosen(&["--include-ignored"]), [Run, Run]);
    }

    #[test]
    fn options_without_a_meaning_are_errors_that_name_them() {
        for words in [&["--shuffle"][..], &["--bench"], &["--format", "json"], &["--test-threads=0"]] {
            let error = read(words).unwrap_err().to_string();
            assert!(error.contains(words[0].split('=').next().unwrap()) && error.contains("--isolate"), "{error}");
        }
    }
}
