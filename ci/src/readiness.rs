//! How ready the target is for a tier of Rust's: each requirement of the policy, answered by a check that ran or left to a person.
//!
//! `requirements.toml` says what is asked and which checks answer it; a check is one file in `readiness/`, and all it says comes from commands
//! it ran. The report has three forms: for reading, for machines, for a browser. Left out: an opinion. A check that did not run is not green, and
//! what only a person can judge is never counted as answered.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result, ensure};
use clap::Parser;

use crate::Checkout;

mod abi;
mod answer;
mod baseline;
mod builds;
mod census;
mod check;
mod commands;
mod context;
mod documents;
mod emit;
mod evidence;
mod guest;
mod history;
mod licences;
mod markdown;
mod names;
mod others;
mod page;
mod requirements;
mod sbom;
mod smoke;
mod soundness;
mod terminal;
mod web;

use answer::Report;
use check::Check;
use context::Context;

/// Say how ready the target is for tier 3 and tier 2 of Rust's target policy
///
/// Runs a check for each requirement that a machine can judge, and writes readiness.md, readiness.json, readiness.html and the bill of materials
/// of the sysroot, sbom.cdx.json. The exit code is 0 if no line is red.
#[derive(Parser)]
#[command(name = "readiness", bin_name = "cargo p3 readiness")]
struct Arguments {
    /// The directory to write the report to; made if need be
    #[arg(long, value_name = "DIR", default_value = "target/readiness")]
    out: PathBuf,
    /// Run these checks only; the others stay unanswered
    #[arg(long, value_name = "CHECK", value_delimiter = ',')]
    only: Vec<Check>,
    /// Leave out the checks that take minutes; they stay unanswered
    #[arg(long)]
    quick: bool,
    /// List the checks and the requirements they answer, and run nothing
    #[arg(long)]
    list: bool,
    /// How many clean builds of the standard library the check `builds` makes
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..))]
    builds: u32,
    /// Where `cargo p3 std-test --report DIR` wrote the results of the test suites
    #[arg(long, value_name = "DIR", default_value = "target/suites")]
    suites: PathBuf,
    /// The `cargo-p3` to check with
    #[arg(long, value_name = "FILE", hide = true)]
    cargo_p3: Option<PathBuf>,
}

/// Does what the arguments of `readiness` say. `Ok(ExitCode::FAILURE)`: a line is red.
///
/// # Errors
/// What keeps the report from being made: no checkout, a broken `requirements.toml`, a directory that cannot be written.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> Result<ExitCode> {
    let arguments = Arguments::parse_from(arguments);
    let checkout = Checkout::find()?;
    let requirements = requirements::read(&checkout)?;
    if arguments.list {
        print!("{}", terminal::list(&requirements));
        return Ok(ExitCode::SUCCESS);
    }
    let out = std::path::absolute(&arguments.out)?;
    std::fs::create_dir_all(&out).with_context(|| format!("cannot make the directory {}", out.display()))?;
    let cargo_p3 = arguments.cargo_p3.unwrap_or_else(|| checkout.tool("cargo-p3"));
    ensure!(
        cargo_p3.is_file(),
        "{} is not there. What to do: call `cargo p3 readiness`, which brings it",
        cargo_p3.display()
    );
    let suites = std::path::absolute(&arguments.suites)?;
    let context = Context::new(checkout, cargo_p3, out.clone(), arguments.builds, suites)?;
    let report = Report::make(&context, requirements, |check| {
        if !arguments.only.is_empty() && !arguments.only.contains(&check) {
            Some("left out by --only")
        } else if arguments.quick && check.is_slow() {
            Some("left out by --quick")
        } else {
            None
        }
    })?;
    for (name, text) in [
        ("readiness.json", report.json()?),
        ("readiness.md", markdown::render(&report)),
        ("readiness.html", web::render(&report)),
    ] {
        let file = out.join(name);
        std::fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
    }
    print!("{}\nreport: {}\n", terminal::summary(&report), out.join("readiness.html").display());
    Ok(if report.is_red() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
