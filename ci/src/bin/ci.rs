//! What CI runs: every check of this repository, one subcommand each.
//!
//! `cargo ci` runs them all in the order of [`Check`], cheapest first, and goes on after a failure; the last line counts
//! what passed and what failed. `cargo ci CHECK...` runs some.

use std::process::ExitCode;
use std::time::Instant;

use ci::{Checkout, crates, steps, suites, tidy};
use clap::{Parser, ValueEnum};

/// Runs the checks of this repository.
#[derive(Parser)]
#[command(name = "cargo ci")]
struct Arguments {
    /// The checks to run; all of them if none is named.
    checks: Vec<Check>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Check {
    /// Every Rust file is formatted.
    Format,
    /// What no compiler checks: where unsafe may stand, links, program headers.
    Tidy,
    /// Clippy has nothing to say.
    Lint,
    /// The platform crate and the tools pass their tests on the host.
    Host,
    /// The guest toolchain is there (installed if need be) and the sysroot is built.
    Setup,
    /// Linker, runtime and `cargo p3` pass their tests; every program behaves on the runtime as natively.
    Guest,
    /// A part of Rust's own test suites ends as it is expected to.
    Suites,
    /// The part of the tier readiness report that takes little time has no red line.
    Readiness,
    /// Published packages pass their own tests on the target.
    Crates,
    /// Components are as small, and import as little, as the golden files say.
    Golden,
    /// Published programs print what their native builds print.
    Applications,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let checks = if arguments.checks.is_empty() { Check::value_variants() } else { &arguments.checks };
    let checkout = match Checkout::find() {
        Ok(checkout) => checkout,
        Err(error) => {
            eprintln!("error: {error:#}");
            return ExitCode::FAILURE;
        }
    };
    let mut failed = Vec::new();
    for check in checks {
        let name = check.to_possible_value().expect("no check is hidden").get_name().to_owned();
        println!("\n==== {name}");
        let start = Instant::now();
        let result = run(*check, &checkout);
        let seconds = start.elapsed().as_secs();
        match result {
            Ok(()) => println!("==== {name}: ok, {seconds} s"),
            Err(error) => {
                println!("==== {name}: FAILED, {seconds} s: {error:#}");
                failed.push(name);
            }
        }
    }
    if !failed.is_empty() {
        println!("\nfailed: {}", failed.join(", "));
    }
    println!("\n{} passed, {} failed", checks.len() - failed.len(), failed.len());
    if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn run(check: Check, checkout: &Checkout) -> anyhow::Result<()> {
    match check {
        Check::Format => steps::format(checkout),
        Check::Tidy => tidy(checkout),
        Check::Lint => steps::lint(checkout),
        Check::Host => steps::host(checkout),
        Check::Setup => steps::setup(checkout),
        Check::Guest => steps::guest(checkout),
        Check::Suites => suites(checkout),
        Check::Readiness => steps::readiness(checkout),
        Check::Crates => crates(checkout),
        Check::Golden => steps::bench(checkout, &["golden"]),
        Check::Applications => steps::bench(checkout, &["applications", "--rounds", "1"]),
    }
}
