//! Measures what this project makes beside what the host's own Rust makes of the same source.
//!
//! `cargo bench-all` does all of it and writes docs/benchmarks.md and docs/benchmarks.json; its subcommands do a part and print it.
//!
//! | file | noun |
//! |---|---|
//! | [`row`] | what is measured: `rows.toml` |
//! | [`build`] | the benchmark programs, built for the host and for the target |
//! | [`floor`] | hand-written components that do the least a row can do |
//! | [`side`] | who runs a program: the host itself, `component-run`, the wasmtime CLI |
//! | [`stage`] | what one run of a program needs beside it, and the figures it reports |
//! | [`measure`] | rounds of runs, the sides taking turns |
//! | [`pass`] | what the linker's passes are worth |
//! | [`statistics`] | median and spread |
//! | [`machine`] | what the figures were taken on |
//! | [`component`] | size and imports of a component |
//! | [`golden`] | sizes and imports against those on record |
//! | [`application`] | published programs: `applications.toml` |
//! | [`report`] | the tables, as Markdown and as JSON |

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::{Parser, Subcommand};

mod application;
mod build;
mod component;
mod floor;
mod golden;
mod machine;
mod measure;
mod pass;
mod place;
mod report;
mod row;
mod side;
mod stage;
mod statistics;

use place::Place;
use report::Report;

/// Measures programs on the target beside their native build.
#[derive(Parser)]
#[command(name = "cargo bench-all")]
struct Arguments {
    /// The part to do; all of them, and the results saved, if none is named.
    #[command(subcommand)]
    part: Option<Part>,
    /// Fewer repetitions and rounds: shows the order of magnitude and that everything runs.
    #[arg(long, global = true)]
    quick: bool,
    /// How often each side runs each program [default: 7, with --quick 3].
    #[arg(long, global = true)]
    rounds: Option<usize>,
    /// Uses the `cargo-p3` and `component-run` of this directory instead of building them.
    #[arg(long, global = true, value_name = "DIRECTORY")]
    tools: Option<PathBuf>,
    /// Writes the results into docs/benchmarks.md and docs/benchmarks.json.
    #[arg(long, global = true, conflicts_with = "quick")]
    save: bool,
}

#[derive(Subcommand)]
enum Part {
    /// Times, row by row.
    Rows {
        /// The rows (see tests/bench/rows.toml), or the beginnings of their names; all if none is named.
        names: Vec<String>,
        /// Lets the native build play the other sides too: how far the ratios of this machine stray from 1.
        #[arg(long)]
        against_itself: bool,
    },
    /// Sizes and imports of components, against tests/golden.
    Golden {
        /// Records what is found instead of comparing.
        #[arg(long)]
        bless: bool,
    },
    /// The linker's passes that processors and Cranelift are the reason of: what each is worth.
    Passes {
        /// The passes (see `[[pass]]` in tests/bench/rows.toml); all if none is named.
        names: Vec<String>,
    },
    /// Published programs: same output as their native build, and the time beside it.
    Applications {
        /// The packages (see tests/bench/applications.toml); all if none is named.
        names: Vec<String>,
    },
}

fn main() -> ExitCode {
    match work(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn work(arguments: &Arguments) -> Result<()> {
    let place = Place::find(arguments.tools.as_deref())?;
    let rounds = arguments.rounds.unwrap_or(if arguments.quick { 3 } else { 7 });
    if rounds == 0 {
        bail!("--rounds 0 measures nothing");
    }
    let mut report = Report::begin(rounds)?;
    let mut complaints = Vec::new();
    match &arguments.part {
        Some(Part::Rows { names, against_itself }) => {
            complaints.extend(rows(&place, names, *against_itself, arguments.quick, rounds, &mut report)?);
        }
        Some(Part::Golden { bless }) => complaints.extend(golden(&place, *bless, &mut report)?),
        Some(Part::Passes { names }) => {
            place.build_tools()?;
            let gains = pass::measure(&place, names, arguments.quick, rounds)?;
            complaints.extend(gains.iter().filter_map(pass::Gain::complaint));
            println!("{}", pass::markdown(&gains));
        }
        Some(Part::Applications { names }) => complaints.extend(applications(&place, names, rounds, &mut report)?),
        None => {
            complaints.extend(golden(&place, false, &mut report)?);
            complaints.extend(applications(&place, &[], rounds, &mut report)?);
            complaints.extend(rows(&place, &[], false, arguments.quick, rounds, &mut report)?);
        }
    }
    report.end()?;
    println!("{}", report.markdown());
    if arguments.save || (arguments.part.is_none() && !arguments.quick) {
        report.save(&place)?;
    }
    if complaints.is_empty() { Ok(()) } else { bail!("{}", complaints.join("\n       ")) }
}

fn rows(
    place: &Place,
    names: &[String],
    against_itself: bool,
    quick: bool,
    rounds: usize,
    report: &mut Report,
) -> Result<Vec<String>> {
    let table = row::Table::read(place)?.named(names)?;
    let sides = side::sides(place, against_itself)?;
    let results = measure::measure(place, &table, &sides, quick, rounds)?;
    let complaints = results.iter().filter_map(measure::Measurement::complaint).collect();
    report.rows(table.peer, results);
    Ok(complaints)
}

fn golden(place: &Place, bless: bool, report: &mut Report) -> Result<Vec<String>> {
    let components = component::build(place)?;
    let complaints = if bless { golden::bless(place, &components)? } else { golden::compare(place, &components)? };
    report.sizes(components);
    Ok(complaints)
}

fn applications(place: &Place, names: &[String], rounds: usize, report: &mut Report) -> Result<Vec<String>> {
    let results = application::run(place, names, rounds)?;
    let complaints = results.iter().filter_map(application::Outcome::complaint).collect();
    report.applications(results);
    Ok(complaints)
}
