//! The checks that are other tools' work: one command or two each.

use std::process::Command;

use anyhow::{Result, ensure};

use crate::checkout::{Checkout, complete};

/// `rustfmt --check` over every file, those that belong to no package of this workspace included.
///
/// # Errors
/// The command cannot be started, or says no.
pub fn format(checkout: &Checkout) -> Result<()> {
    let files = checkout.files("", "rs")?;
    ensure!(files.len() > 10, "only {} Rust files found", files.len());
    let mut rustfmt = Command::new("rustfmt");
    rustfmt.args(["--check", "--edition", "2024"]).args(files).current_dir(checkout.path(""));
    complete(&mut rustfmt)
}

/// Clippy over every package and target, warnings refused.
///
/// # Errors
/// The command cannot be started, or says no.
pub fn lint(checkout: &Checkout) -> Result<()> {
    complete(&mut checkout.cargo(&["clippy", "--release", "--workspace", "--all-targets", "--", "-D", "warnings"]))
}

/// Tests that need no guest toolchain.
///
/// # Errors
/// The command cannot be started, or says no.
pub fn host(checkout: &Checkout) -> Result<()> {
    let packages =
        ["--no-fail-fast", "-p", "component-rt", "-p", "wasi-wit", "-p", "harness", "-p", "bench", "-p", "ci"];
    complete(checkout.cargo(&["test", "--release"]).args(packages))
}

/// Builds `cargo p3` and lets it set up what it needs.
///
/// # Errors
/// The command cannot be started, or says no.
pub fn setup(checkout: &Checkout) -> Result<()> {
    complete(&mut checkout.cargo(&["build", "--release", "--package", "cargo-p3", "--bins"]))?;
    complete(Command::new(checkout.tool("cargo-p3")).args(["p3", "setup"]))
}

/// Tests that go through the guest toolchain, the programs among them.
///
/// # Errors
/// The command cannot be started, or says no.
pub fn guest(checkout: &Checkout) -> Result<()> {
    let packages = ["-p", "overlay", "-p", "component-ld", "-p", "component-run", "-p", "cargo-p3"];
    complete(checkout.cargo(&["test", "--release", "--no-fail-fast"]).args(packages))
}

/// A comparison that the benchmark driver makes, with the tools that [`setup`] has built.
///
/// # Errors
/// The command cannot be started, or says no.
pub fn bench(checkout: &Checkout, arguments: &[&str]) -> Result<()> {
    let tools = checkout.tool("cargo-p3");
    let tools = tools.parent().expect("a tool lies in a folder");
    complete(checkout.cargo(&["run", "--release", "-p", "bench", "--"]).args(arguments).arg("--tools").arg(tools))
}

/// What of the tier readiness report takes little time, with the tools that [`setup`] has built.
///
/// # Errors
/// The report has a red line.
pub fn readiness(checkout: &Checkout) -> Result<()> {
    let mut readiness = checkout.cargo(&["run", "--release", "-p", "ci", "--bin", "readiness", "--", "--quick"]);
    readiness.arg("--cargo-p3").arg(checkout.tool("cargo-p3")).arg("--out").arg(checkout.tool("readiness-report"));
    complete(&mut readiness)
}
