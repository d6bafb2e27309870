//! A part of Rust's own test suites, in minutes: std works at all, what fails is what is known to fail, and the report says so.
//!
//! `cargo p3 std-test` without arguments runs all of them; docs/testing.md tells how, on one machine and on many.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::checkout::{Checkout, complete};
use crate::report::{Counts, Report};

/// What is run, and at least how many tests of it pass: a run of nothing has no failures either.
const PART: [(&str, &str, u64); 3] =
    [("wasm32-wasip3", "coretests", 2430), ("wasm32-wasip3", "std", 440), ("wasm32-component", "alloctests", 1640)];

/// Runs the part and reads the report on it.
///
/// # Errors
/// A test that does not end as expected; fewer tests than there must be.
pub fn suites(checkout: &Checkout) -> Result<()> {
    for (target, suite, at_least) in PART {
        let report = checkout.tool(&format!("suites-report-{target}"));
        let mut command = Command::new(checkout.tool("cargo-p3"));
        command.args(["p3", "std-test", suite, "--isolate", "--target", target]).arg("--report").arg(&report);
        for variable in ["CARGO", "RUSTUP_TOOLCHAIN"] {
            command.env_remove(variable);
        }
        complete(&mut command)?;
        let counts = read(&report, suite)?;
        let Counts { passed, known, .. } = counts;
        println!("  {target}, {suite}: {passed} passed, {known} known exceptions");
        ensure!(
            passed >= at_least,
            "of {suite} for {target} {passed} tests passed, which is fewer than {at_least}: the rest did not run"
        );
    }
    Ok(())
}

fn read(report: &Path, suite: &str) -> Result<Counts> {
    let file = report.join("report.json");
    let read = Report::read(&file)?;
    ensure!(!read.red, "something is not as expected: {} tells", report.join("index.html").display());
    let found = read.suites.into_iter().find(|known| known.suite == suite);
    Ok(found.with_context(|| format!("{} says nothing of {suite}", file.display()))?.counts)
}
