//! The programs with threads on schedules by seed: the result is the same on each, and a race is found and found again.
//!
//! How many seeds: `SCHEDULE_SEEDS`, or 5, which is what a test that runs beside others has time for.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail, ensure};
use component_run::Verdict;
use libtest_mimic::{Failed, Trial};

use crate::build::Built;
use crate::program::Program;
use crate::run::{self, Observed};
use crate::verdict;

/// The environment variable for the number of seeds.
const SEEDS: &str = "SCHEDULE_SEEDS";

/// In how many schedules a race is looked for, and how often it is repeated.
const SEARCHED: u64 = 200;
const REPEATED: u32 = 10;

/// One test for each program that makes threads and uses no network, `schedules::NAME`.
pub(crate) fn trials(programs: &[Arc<Program>], built: &Arc<Built>, component_run: &Arc<Path>) -> Vec<Trial> {
    let scheduled = programs.iter().filter(|program| program.header.threads && !program.header.net);
    let trial = |program: &Arc<Program>| {
        let (program, built, component_run) = (program.clone(), built.clone(), component_run.clone());
        Trial::test(format!("schedules::{}", program.name), move || {
            let component = built.component(&program.name);
            let done = if program.header.race {
                race(&program, &component, &component_run)
            } else {
                same_on_all(&program, &built, &component, &component_run)
            };
            done.map_err(|error| Failed::from(format!("{error:#}")))
        })
    };
    scheduled.map(trial).collect()
}

/// Whatever the schedule, what comes out is what comes out natively.
fn same_on_all(program: &Program, built: &Built, component: &Path, component_run: &Path) -> Result<()> {
    let seeds = match std::env::var(SEEDS) {
        Ok(number) => number.parse().with_context(|| format!("{SEEDS} is a number, not {number}"))?,
        Err(_) => 5,
    };
    let native = match program.header.native {
        Some(_) => None,
        None => Some(run::natively(&built.executable(&program.name), &program.header)?),
    };
    for seed in 0..seeds {
        let target = by_seed(component_run, component, program, seed)?;
        if let Some(differences) = verdict::differences(&program.header, native.as_ref(), &target) {
            bail!("--schedule-seed {seed}: {differences}");
        }
    }
    Ok(())
}

/// A search finds a schedule that goes wrong, and its seed goes wrong the same way every time.
fn race(program: &Program, component: &Path, component_run: &Path) -> Result<()> {
    let verdict = tempfile::NamedTempFile::new().context("cannot make a temporary file")?;
    let into = verdict.path().to_str().context("the temporary directory's name is not Unicode")?.to_owned();
    let options = ["--schedule-search".to_owned(), SEARCHED.to_string(), "--outcome".to_owned(), into];
    let found = run::with_options(component_run, &options, component, &program.header)?;
    let message = String::from_utf8_lossy(&found.stderr).into_owned();
    ensure!(found.exit != Some(0), "no schedule of {SEARCHED} goes wrong: {message}");
    let seed = Verdict::read(verdict.path()).context("the search leaves no verdict")?.seed;
    let seed = seed.with_context(|| format!("no seed is told to repeat it with: {message}"))?;
    ensure!(
        message.contains(&format!("--schedule-seed {seed} ")),
        "the message does not say how to repeat it: {message}"
    );
    let first = by_seed(component_run, component, program, seed)?;
    ensure!(first.exit == found.exit, "seed {seed} ended with {:?} at first, and then {:?}", found.exit, first.exit);
    for _ in 1..REPEATED {
        let again = by_seed(component_run, component, program, seed)?;
        ensure!(again == first, "seed {seed} is not the same every time: {first:?}, {again:?}");
    }
    Ok(())
}

fn by_seed(component_run: &Path, component: &Path, program: &Program, seed: u64) -> Result<Observed> {
    run::with_options(component_run, &["--schedule-seed".to_owned(), seed.to_string()], component, &program.header)
}
