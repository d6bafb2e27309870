//! What an instance of its own costs: runs a component again and again, and says how long one run takes from making the instance to dropping it.
//!
//!     cargo run --release -p component-run --example instances -- COMPONENT [ARGUMENTS]...
//!
//! A test binary with `--isolated-test=N` runs its test N; with the number of a test that does nothing, what remains is the instance, the entry, and
//! the exit.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use component_run::{Isolation, Outcome, Refusal, Setup};

const RUNS: usize = 10_000;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let Some(component) = arguments.next() else {
        eprintln!("usage: instances COMPONENT [ARGUMENTS]...");
        return ExitCode::FAILURE;
    };
    match measure(component.into(), &arguments.collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(refusal) => {
            eprintln!("error: {refusal}");
            ExitCode::FAILURE
        }
    }
}

fn measure(component: PathBuf, arguments: &[OsString]) -> Result<(), Refusal> {
    let setup = || Setup { arguments: arguments.to_vec(), ..Setup::default() };
    let isolation = Isolation::new(&component, &setup())?;
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    println!("| instances, {RUNS} runs | median of a run, us | 9 of 10 below, us | runs a second |");
    println!("|---|---|---|---|");
    for workers in [1, cores] {
        let (mut times, start) = (Vec::new(), Instant::now());
        isolation.run(
            workers,
            0..RUNS,
            |_| setup(),
            |_, ended| {
                assert!(matches!(ended.outcome, Outcome::Exited(0)), "{}", ended.outcome);
                times.push(ended.time);
            },
        )?;
        row(&format!("from slots, {workers} at a time"), times, start.elapsed());
    }
    let (mut times, start) = (Vec::new(), Instant::now());
    for _ in 0..RUNS / 100 {
        let begin = Instant::now();
        let outcome = component_run::run(&component, setup());
        assert!(matches!(outcome, Outcome::Exited(0)), "{outcome}");
        times.push(begin.elapsed());
    }
    row("a run from the file, as `component-run` does it", times, start.elapsed());
    Ok(())
}

fn row(what: &str, mut times: Vec<Duration>, all: Duration) {
    times.sort_unstable();
    let microseconds = |part: usize| times[times.len() * part / 10].as_secs_f64() * 1e6;
    let rate = times.len() as f64 / all.as_secs_f64();
    println!("| {what} | {:.0} | {:.0} | {rate:.0} |", microseconds(5), microseconds(9));
}
