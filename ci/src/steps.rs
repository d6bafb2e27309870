//! The checks that are other tools' work: one command or two each.

use std::process::Command;

use anyhow::{Result, ensure};

use contract::variables::PLAIN;

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

/// Builds the tools and lets `cargo p3` set up what it needs.
///
/// # Errors
/// The command cannot be started, or says no.
pub fn setup(checkout: &Checkout) -> Result<()> {
    checkout.build(&["cargo-p3", "component-run"])?;
    complete(Command::new(checkout.tool("cargo-p3")).args(["p3", "setup"]))
}

/// The tests of every package: those of the host first, then those that go through the guest toolchain, the programs among them.
/// One command, so that what they stand on is compiled once.
///
/// # Errors
/// The command cannot be started, or says no.
pub fn tests(checkout: &Checkout) -> Result<()> {
    complete(&mut checkout.cargo(&["test", "--release", "--workspace", "--no-fail-fast"]))
}

/// Programs, and the runtime's tests of files and of ends from outside, once more without all that only makes programs faster: of the library, the
/// linker and the runtime. A minute, most of it for a standard library of its own.
///
/// # Errors
/// The command cannot be started, or says no.
pub fn plain(checkout: &Checkout) -> Result<()> {
    let tests = ["programs", "files", "metadata", "grants", "interrupt", "outcome", "isolation"];
    let mut cargo = checkout.cargo(&["test", "--release", "--workspace", "--no-fail-fast"]);
    cargo.args(tests.iter().flat_map(|test| ["--test", test])).env(PLAIN, "1");
    complete(&mut cargo)
}

/// A comparison that the benchmark driver makes, with the tools that [`setup`] has built.
///
/// # Errors
/// The command cannot be started, or says no.
pub fn bench(checkout: &Checkout, arguments: &[&str]) -> Result<()> {
    checkout.build(&["bench"])?;
    let bench = checkout.tool("bench");
    let tools = bench.parent().expect("a tool lies in a folder");
    complete(Command::new(&bench).args(arguments).arg("--tools").arg(tools))
}

/// What of the tier readiness report takes little time, with the tools that [`setup`] has built. Where this runs as root on Debian, the clang that C is
/// compared with is installed.
///
/// # Errors
/// The report has a red line; clang cannot be installed.
pub fn readiness(checkout: &Checkout) -> Result<()> {
    let there = Command::new("clang-22").arg("--version").output().is_ok();
    if !there && may_install() {
        install("clang-22")?;
    }
    checkout.build(&["readiness"])?;
    let mut readiness = Command::new(checkout.tool("readiness"));
    readiness.arg("--quick");
    let tool = checkout.tool("cargo-p3");
    readiness.arg("--out").arg(tool.with_file_name("readiness-report")).arg("--cargo-p3").arg(tool);
    complete(&mut readiness)
}

/// Installs a package of Debian's; if that fails, once more with the lists of today.
pub(crate) fn install(package: &str) -> Result<()> {
    let apt = |words: &[&str]| {
        let mut apt = Command::new("apt-get");
        complete(apt.args(words).args(["-o", "DPkg::Lock::Timeout=300"]).env("DEBIAN_FRONTEND", "noninteractive"))
    };
    let install = || apt(&["install", "-y", "--no-install-recommends", "--no-remove", package]);
    install().or_else(|_| apt(&["update"]).and_then(|()| install()))
}

/// Whether packages of Debian can be installed without asking anybody.
pub(crate) fn may_install() -> bool {
    let root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
    root && std::path::Path::new("/etc/debian_version").exists()
}
