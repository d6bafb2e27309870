//! Programs without all that only makes programs faster: the library without `library/faster`, the linker without its
//! optional passes, the runtime without the host functions that are there for speed.
//!
//! Here because what makes programs right must not depend on what makes them fast: whoever moves the project to another
//! Rust, LLVM or wasmtime leaves the second out first. Some programs say `plain = true` in their header; they are built
//! as they would be published, and run, when the tests are run with [`contract::variables::PLAIN`] set, which all tools
//! that they start understand.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Result, ensure};
use libtest_mimic::Trial;

use crate::build::Built;
use crate::program::Program;
use crate::suite::compare;

/// Whether these are the tests to run.
pub(crate) fn is_wanted() -> bool {
    std::env::var_os(contract::variables::PLAIN).is_some_and(|value| value == "1")
}

/// Builds the programs, and gives a test for each.
pub(crate) fn trials(
    programs: &[Arc<Program>],
    package: &Path,
    cargo_p3: &Path,
    component_run: &Path,
    target_dir: &Path,
) -> Result<Vec<Trial>> {
    let programs: Vec<_> = programs.iter().filter(|program| program.header.plain).cloned().collect();
    let names: Vec<&str> = programs.iter().map(|program| &*program.name).collect();
    ensure!(!names.is_empty(), "no program says `plain = true` in its header");
    let built = Arc::new(Built::released(package, &names, cargo_p3, target_dir)?);
    let component_run: Arc<Path> = component_run.into();
    let trial = |program: Arc<Program>| {
        let (built, component_run) = (built.clone(), component_run.clone());
        Trial::test(format!("plain::{}", program.name), move || {
            let (executable, component) = (built.executable(&program.name), built.released_component(&program.name));
            let differences = compare(&program, &executable, &component, &component_run);
            match differences.map_err(|error| format!("{error:#}"))? {
                None => Ok(()),
                Some(report) => Err(report.into()),
            }
        })
    };
    Ok(programs.into_iter().map(trial).collect())
}
