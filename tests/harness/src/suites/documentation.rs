//! Documentation tests: rustdoc finds them, has them compiled, and runs them with the runtime.
//!
//! Examples that can stand in one crate are compiled together (edition 2024), and rustdoc's program then runs them one after the other; natively
//! it starts itself again for each, which it is asked to by an environment variable that it does not have behind a runtime. The others are
//! programs of their own. What must not compile is judged by rustdoc.
//!
//! A share of these tests is made of whole source files: rustdoc takes no names with blanks, and names of examples have some.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use super::build::Place;
use super::libtest;
use super::run::{Runner, Step};
use crate::record::{Record, Side};
use crate::report::{Partition, Selection};

/// The documentation tests of one crate.
pub struct Documentation<'a> {
    /// Where the crate was compiled.
    pub place: &'a Place<'a>,
    /// What runs the tests.
    pub runner: &'a Runner,
    /// The crate.
    pub documented: &'static str,
    /// How many tests are compiled and run at once.
    pub jobs: usize,
}

impl Documentation<'_> {
    /// Builds and runs the tests that are selected.
    ///
    /// # Errors
    /// A crate that does not compile, or whose tests rustdoc does not find.
    pub fn run(&self, selection: &Selection, progress: &mut dyn FnMut(Step<'_>)) -> Result<Vec<Record>> {
        let directory = tempfile::tempdir().context("cannot make a temporary directory")?;
        let mut filters: Vec<String> = selection.filter.iter().cloned().collect();
        if let Some(partition) = selection.partition {
            // Both kinds of filter cannot be asked for at once: what is too much is left out of the records.
            filters = self.share(partition, &selection.filter, &directory)?;
            if filters.is_empty() {
                return Ok(Vec::new());
            }
        }
        let mut cargo = self.cargo(&directory)?;
        cargo.args(libtest::ARGUMENTS.iter().filter(|argument| !argument.starts_with("--test-threads")));
        cargo.arg(format!("--test-threads={}", self.jobs)).args(&filters);
        let (reader, outcome) = self.runner.watch(cargo, None, self.documented, progress)?;
        if let Some((_, words)) = outcome.as_ref().filter(|_| reader.is_untouched()) {
            bail!("cannot run the documentation tests of {}:\n{}", self.documented, words.trim_end());
        }
        // Asking for the names takes as long as compiling what can be compiled together.
        let wanted = if reader.lacks_some() { self.list(&filters, &directory)? } else { Vec::new() };
        let mut records = reader.end(outcome.as_ref().map(|(ending, words)| (*ending, &**words)), &wanted);
        if let Some(filter) = &selection.filter {
            records.retain(|record| record.name.contains(filter));
        }
        Ok(records)
    }

    /// The source files of one share of the tests.
    fn share(&self, partition: Partition, filter: &Option<String>, directory: &TempDir) -> Result<Vec<String>> {
        let names = self.list(filter.as_slice(), directory)?;
        let mut files: Vec<&str> = names.iter().map(|name| file(name)).collect();
        files.sort_unstable();
        files.dedup();
        let share = files.iter().enumerate().filter(|(index, _)| partition.has(*index));
        Ok(share.map(|(_, file)| (*file).to_owned()).collect())
    }

    /// The names of all tests, or of those that contain one of `filters`.
    fn list(&self, filters: &[String], directory: &TempDir) -> Result<Vec<String>> {
        let mut cargo = self.cargo(directory)?;
        cargo.args(["--list", "--format=terse"]).args(filters);
        let output = cargo.stdin(Stdio::null()).output().context("cannot run cargo")?;
        if !output.status.success() {
            let words = String::from_utf8_lossy(&output.stderr);
            bail!("rustdoc does not list the tests of {}:\n{}", self.documented, words.trim_end());
        }
        Ok(libtest::listed(&String::from_utf8_lossy(&output.stdout)))
    }

    /// Cargo, up to and with the `--` after which come arguments for libtest.
    fn cargo(&self, directory: &TempDir) -> Result<Command> {
        let place = self.place;
        let workspace = place.workspace()?;
        let mut cargo = place.cargo(&workspace, "test")?;
        let toolchain = place.sysroot.toolchain();
        let mut flags = vec![
            "-Zunstable-options".into(),
            format!("--sysroot={}", place.private_sysroot().display()),
            format!("--test-builder={}", toolchain.rustc().display()),
        ];
        cargo.args(["--doc", "--package", self.documented]);
        if place.side == Side::Target {
            flags.push(format!("-Clinker={}", place.linker.display()));
            let tool = tool(self.runner, directory.path());
            cargo.arg("--config").arg(format!("target.{}.runner={tool}", place.target));
        }
        cargo
            .env("RUSTDOC", toolchain.rustc().with_file_name("rustdoc"))
            .env("CARGO_ENCODED_RUSTDOCFLAGS", flags.join("\x1f"))
            .env("TMPDIR", directory.path())
            // Thousands of components that are run once.
            .env(contract::variables::RUN_CACHE, "")
            .arg("--");
        Ok(cargo)
    }
}

/// The source file in a test's name: `alloc/src/vec/mod.rs - vec::Vec<T>::new (line 7)`.
fn file(name: &str) -> &str {
    name.split(' ').next().unwrap_or(name)
}

/// The runtime with its options, as a TOML array. Examples look at the root directory, too.
fn tool(runner: &Runner, place: &Path) -> String {
    let root = ["--dir", "/:ro"].map(Into::into);
    let words = [runner.component_run.clone().into_os_string()].into_iter().chain(root).chain(runner.options(place));
    let words = words.map(|word| toml::Value::String(word.to_string_lossy().into_owned()));
    toml::Value::Array(words.collect()).to_string()
}
