//! All programs as one test binary with the options of libtest (filter, --list, --exact, --nocapture, ...).

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Result;
use libtest_mimic::{Arguments, Failed, Trial};

use crate::build::Built;
use crate::census::{self, Census};
use crate::expectations::{Expectations, KnownFailure};
use crate::program::Program;
use crate::{plain, run, schedules, verdict};

/// Builds and runs every program of `package`; the arguments of the process select among them as in any test binary.
/// One more test compares the page `support` with what the censuses among the programs say ([`crate::census`]); with
/// the environment variable `BLESS` it writes the page instead. A program has one more test for its release build, unless it tells lines of
/// its source. Programs with threads have one more: on several schedules; some of them are also linked so that stack pointers are saved
/// around imports. With [`contract::variables::PLAIN`] in the environment, other tests run ([`plain`]).
///
/// # Errors
/// Programs, expectations or builds that are broken, before any test has run.
pub fn programs(
    package: &Path,
    expectations: &Path,
    support: &Path,
    cargo_p3: &Path,
    component_run: &Path,
    target_dir: &Path,
) -> Result<ExitCode> {
    let arguments = Arguments::from_args();
    let programs: Vec<Arc<Program>> = Program::all(package)?.into_iter().map(Arc::new).collect();
    let expectations = Expectations::read(expectations)?;
    expectations.name_only(programs.iter().map(|program| &*program.name))?;
    if plain::is_wanted() {
        let trials = plain::trials(&programs, package, cargo_p3, component_run, target_dir)?;
        return Ok(libtest_mimic::run(&arguments, trials).exit_code());
    }
    let expectations = Arc::new(expectations);
    let saved: Vec<&str> =
        programs.iter().filter(|program| program.header.saved).map(|program| &*program.name).collect();
    let built = Arc::new(Built::build(package, &saved, cargo_p3, target_dir)?);
    let component_run: Arc<Path> = component_run.into();
    let censuses: Vec<Arc<Program>> = programs.iter().filter(|program| census::is_census(program)).cloned().collect();
    let page = Trial::test(census::TRIAL, {
        let (built, component_run, support) = (built.clone(), component_run.clone(), support.to_owned());
        move || {
            let read = |program: &Arc<Program>| {
                let target = run::on_the_runtime(&component_run, &built.component(&program.name), &program.header)?;
                Census::read(&program.name, &target.stdout)
            };
            let censuses = censuses.iter().map(read).collect::<Result<Vec<_>>>();
            let compared =
                censuses.and_then(|all| census::compare(&support, &all, std::env::var_os("BLESS").is_some()));
            compared.map_err(|error| format!("{error:#}").into())
        }
    });
    let on_schedules = schedules::trials(&programs, &built, &component_run);
    let trial = |name: String, program: Arc<Program>, component: fn(&Built, &str) -> PathBuf| {
        let (built, component_run, expectations) = (built.clone(), component_run.clone(), expectations.clone());
        Trial::test(name, move || {
            let component = component(&built, &program.name);
            let executable = built.executable(&program.name);
            let differences =
                compare(&program, &executable, &component, &component_run).map_err(|error| format!("{error:#}"))?;
            judge(differences, expectations.of(&program.name))
        })
    };
    let saved = programs.iter().filter(|program| program.header.saved);
    let saved = saved
        .map(|program| trial(format!("saved::{}", program.name), program.clone(), Built::saved_component))
        .collect::<Vec<_>>();
    let released = programs.iter().filter(|program| !program.header.lines);
    let released = released
        .map(|program| trial(format!("released::{}", program.name), program.clone(), Built::released_component))
        .collect::<Vec<_>>();
    let trials = programs.iter().map(|program| trial(program.name.clone(), program.clone(), Built::component));
    let all = trials.chain(released).chain(on_schedules).chain(saved).chain([page]).collect();
    Ok(libtest_mimic::run(&arguments, all).exit_code())
}

/// Runs a program on both sides, and tells what differs.
pub(crate) fn compare(
    program: &Program,
    executable: &Path,
    component: &Path,
    component_run: &Path,
) -> Result<Option<String>> {
    let native = match program.header.native {
        Some(_) => None,
        None => Some(run::natively(executable, &program.header)?),
    };
    let target = run::on_the_runtime(component_run, component, &program.header)?;
    Ok(verdict::differences(&program.header, native.as_ref(), &target))
}

fn judge(differences: Option<String>, known: Option<&KnownFailure>) -> Result<(), Failed> {
    match (differences, known) {
        (None, None) | (Some(_), Some(_)) => Ok(()),
        (Some(report), None) => Err(report.into()),
        (None, Some(known)) => {
            Err(format!("passes, though it is listed as a known failure ({}): strike it", known.reason).into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_failure_that_passes_is_an_error() {
        let known = KnownFailure { reason: "the moon".into() };
        assert!(judge(None, Some(&known)).is_err());
        assert!(judge(Some("differs".into()), Some(&known)).is_ok());
        assert!(judge(Some("differs".into()), None).is_err());
        assert!(judge(None, None).is_ok());
    }
}
