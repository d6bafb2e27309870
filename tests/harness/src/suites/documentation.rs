//! Documentation tests: rustdoc finds them, has them compiled, and runs them with the runtime.
//!
//! Examples that can stand in one crate are compiled together (edition 2024), and rustdoc's program then runs them one after the other; natively
//! it starts itself again for each, which it is asked to by an environment variable that it does not have behind a runtime. The others are
//! programs of their own. What must not compile is judged by rustdoc.

use std::path::Path;

use anyhow::{Context, Result};

use super::build::Place;
use super::run::{Runner, Step};
use super::{Suite, libtest};
use crate::record::{Record, Side};
use crate::report::Selection;

/// Builds and runs the documentation tests of one crate, `jobs` at a time.
///
/// # Errors
/// A crate that has no such tests; a build of the crate itself that fails.
pub fn run(
    place: &Place<'_>,
    runner: &Runner,
    suite: Suite,
    selection: &Selection,
    jobs: usize,
    progress: &mut dyn FnMut(Step<'_>),
) -> Result<Vec<Record>> {
    let documented = suite.documented().with_context(|| format!("{suite} has no documentation tests"))?;
    let directory = tempfile::tempdir().context("cannot make a temporary directory")?;
    let workspace = place.workspace()?;
    let mut cargo = place.cargo(&workspace, "test")?;
    let toolchain = place.sysroot.toolchain();
    let mut flags = vec![
        "-Zunstable-options".into(),
        format!("--sysroot={}", place.private_sysroot().display()),
        format!("--test-builder={}", toolchain.rustc().display()),
    ];
    cargo.args(["--doc", "--package", documented]);
    if place.side == Side::Target {
        flags.push(format!("-Clinker={}", place.linker.display()));
        cargo.arg("--config").arg(format!("target.{}.runner={}", place.target, tool(runner, directory.path())));
    }
    cargo
        .env("RUSTDOC", toolchain.rustc().with_file_name("rustdoc"))
        .env("CARGO_ENCODED_RUSTDOCFLAGS", flags.join("\x1f"))
        .env("TMPDIR", directory.path())
        // Thousands of components that are run once.
        .env("COMPONENT_RUN_CACHE", "");
    cargo.arg("--").args(libtest::ARGUMENTS.iter().filter(|argument| !argument.starts_with("--test-threads")));
    cargo.arg(format!("--test-threads={jobs}")).args(&selection.filter);
    let (reader, outcome) = runner.watch(cargo, documented, progress)?;
    if reader.records().is_empty()
        && let Some((_, words)) = outcome
    {
        anyhow::bail!("cannot run the documentation tests of {documented}:\n{}", words.trim_end());
    }
    Ok(reader.end(None, &[]))
}

/// The runtime with its options, as a TOML array.
fn tool(runner: &Runner, place: &Path) -> String {
    let words = std::iter::once(runner.component_run.clone().into_os_string()).chain(runner.options(place));
    let words = words.map(|word| toml::Value::String(word.to_string_lossy().into_owned()));
    toml::Value::Array(words.collect()).to_string()
}
