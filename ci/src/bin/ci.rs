//! What CI runs: every check of this repository, one subcommand each.
//!
//! `cargo ci` runs those that every change must pass, in the order of [`Check`], and goes on after a failure; the last line
//! counts what passed and what failed. `cargo ci CHECK...` runs some, also those that take too long for every change.

use std::process::ExitCode;
use std::time::Instant;

use ci::{Checkout, Extent, crates, newest, steps, suites, tidy, web};
use clap::{Parser, ValueEnum};

/// Runs the checks of this repository.
#[derive(Parser)]
#[command(name = "cargo ci")]
struct Arguments {
    /// The checks to run; if none is named, all but `all-crates`, `applications` and `newest`.
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
    /// The guest toolchain is there (installed if need be) and the sysroot is built.
    Setup,
    /// Every package passes its tests; every program behaves on the runtime as natively.
    Tests,
    /// Some programs do the same without all that only makes programs faster.
    Plain,
    /// Programs for the web do in Node, Chromium and Firefox what they do natively.
    Web,
    /// A part of Rust's own test suites ends as it is expected to.
    Suites,
    /// The part of the tier readiness report that takes little time has no red line.
    Readiness,
    /// Some published packages pass their own tests on the target.
    Crates,
    /// Components are as small, and import as little, as the golden files say.
    Golden,
    /// All published packages of the list pass their own tests on the target. Takes long.
    AllCrates,
    /// Published programs print what their native builds print. Takes long.
    Applications,
    /// Programs on the newest versions of the bindings that people use build and run. Looks at the registry of today.
    Newest,
}

impl Check {
    /// Whether it is part of every change's checks: it is quick enough, and says the same tomorrow.
    fn is_for_every_change(self) -> bool {
        !matches!(self, Check::AllCrates | Check::Applications | Check::Newest)
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut checks = arguments.checks;
    if checks.is_empty() {
        checks.extend(Check::value_variants().iter().filter(|check| check.is_for_every_change()));
    }
    let checkout = match Checkout::find() {
        Ok(checkout) => checkout,
        Err(error) => {
            eprintln!("error: {error:#}");
            return ExitCode::FAILURE;
        }
    };
    let mut failed = Vec::new();
    for check in &checks {
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
        Check::Setup => steps::setup(checkout),
        Check::Tests => steps::tests(checkout),
        Check::Plain => steps::plain(checkout),
        Check::Web => web(checkout),
        Check::Suites => suites(checkout),
        Check::Readiness => steps::readiness(checkout),
        Check::Crates => crates(checkout, Extent::Some),
        Check::Golden => steps::bench(checkout, &["golden"]),
        Check::AllCrates => crates(checkout, Extent::All),
        Check::Newest => newest(checkout),
        Check::Applications => steps::bench(checkout, &["applications", "--rounds", "1"]),
    }
}
