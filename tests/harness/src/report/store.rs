//! A directory that holds a report in all its forms, and the way of new runs into it.
//!
//! Each suite is kept by itself: a run of one suite leaves what is known of the others, and a native run leaves what is known of the target.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use super::{Partition, Report, Run, Selection, Suite, SuiteRun, VERSION, history, junit, page, suite_runs};
use crate::expectations::Expectations;
use crate::record::Side;

/// What CI reads.
const JSON: &str = "report.json";

/// Adds a run to the report in `dir`, which is made if it is not there, and writes all forms anew.
///
/// # Errors
/// A report or history in `dir` that cannot be read; files that cannot be written.
pub fn write(dir: &Path, run: &Run, expectations: &Expectations) -> Result<Report> {
    add(dir, suite_runs(run), expectations)
}

/// Makes one report in `dir` of those that machines made of their partitions. Nothing is run.
///
/// # Errors
/// A file that cannot be read; a partition that is missing or given twice; files that cannot be written.
pub fn merge(dir: &Path, files: &[PathBuf], expectations: &Expectations) -> Result<Report> {
    let mut suite_runs = Vec::new();
    for file in files {
        let report = read_file(file)?;
        suite_runs.extend(report.suites.into_iter().flat_map(|suite| [suite.native, suite.target]).flatten());
    }
    add(dir, join(suite_runs)?, expectations)
}

/// Reads the report in `dir`.
///
/// # Errors
/// There is none, or it is of another version.
pub fn read(dir: &Path) -> Result<Report> {
    read_file(&dir.join(JSON))
}

fn read_file(file: &Path) -> Result<Report> {
    #[derive(serde::Deserialize)]
    struct OfVersion {
        version: u32,
    }
    let text = std::fs::read(file).with_context(|| format!("cannot read the report {}", file.display()))?;
    let OfVersion { version } =
        serde_json::from_slice(&text).with_context(|| format!("{} is no report", file.display()))?;
    ensure!(
        version == VERSION,
        "{} is a report of version {version}, and this program reads version {VERSION}: move it away",
        file.display()
    );
    serde_json::from_slice(&text).with_context(|| format!("{} is no report of version {VERSION}", file.display()))
}

fn add(dir: &Path, suite_runs: Vec<SuiteRun>, expectations: &Expectations) -> Result<Report> {
    std::fs::create_dir_all(dir).with_context(|| format!("cannot make the directory {}", dir.display()))?;
    let known = if dir.join(JSON).exists() { read(dir)?.suites } else { Vec::new() };
    let mut lines = history::read(dir)?;
    let on_target = suite_runs.iter().filter(|ran| ran.record.side == Side::Target);
    let just_run: Vec<String> = on_target.map(|ran| ran.record.suite.clone()).collect();

    let report = Report::judged(Suite::gather(known, suite_runs), expectations);
    let line = history::Line::of(&report, &just_run);
    lines.extend(line.clone());
    let json = serde_json::to_vec(&report).context("cannot write the report as JSON")?;
    let files =
        [(JSON, json), ("junit.xml", junit::xml(&report)?), ("index.html", page::html(&report, &lines).into_bytes())];
    for (name, content) in files {
        replace(&dir.join(name), &content)?;
    }
    if let Some(line) = line {
        history::append(dir, &line)?;
    }
    Ok(report)
}

/// Puts a file in place as a whole: whoever reads it meanwhile reads the old one.
fn replace(file: &Path, content: &[u8]) -> Result<()> {
    let beside = file.with_extension(format!("{}.new", std::process::id()));
    let put = std::fs::write(&beside, content).and_then(|()| std::fs::rename(&beside, file));
    if put.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
    put.with_context(|| format!("cannot write {}", file.display()))
}

/// Joins the partitions of each suite and side to a whole.
fn join(suite_runs: Vec<SuiteRun>) -> Result<Vec<SuiteRun>> {
    let mut joined: Vec<(SuiteRun, Vec<Partition>)> = Vec::new();
    for ran in suite_runs {
        let partition = ran.selection.partition;
        let same = joined.iter_mut().find(|(other, _)| {
            (&other.record.suite, other.record.side, &other.selection.filter)
                == (&ran.record.suite, ran.record.side, &ran.selection.filter)
        });
        let Some((whole, parts)) = same else {
            joined.push((ran, partition.into_iter().collect()));
            continue;
        };
        let suite = &whole.record.suite;
        match partition {
            Some(partition) if parts.first().is_some_and(|first| first.count() == partition.count()) => {
                ensure!(!parts.contains(&partition), "partition {partition} of {suite} is given twice");
                parts.push(partition);
                whole.environments.extend(ran.environments);
                whole.record.isolated &= ran.record.isolated;
                // What it cost, not how long one waited: the machines need not have worked at the same time.
                whole.record.build += ran.record.build;
                whole.record.run += ran.record.run;
                whole.record.tests.extend(ran.record.tests);
            }
            // Every machine may have been given the same native run to compare with.
            None if parts.is_empty() && ran.record.side == Side::Native => {}
            Some(partition) => bail!("{suite} is given in {partition} and in another division as well"),
            None => bail!("all of {suite} is given twice"),
        }
    }
    let whole = |(mut ran, parts): (SuiteRun, Vec<Partition>)| {
        if let Some(first) = parts.first() {
            let missing: Vec<String> = (1..=first.count())
                .filter(|index| parts.iter().all(|part| part.index() != *index))
                .map(|index| format!("{index}/{}", first.count()))
                .collect();
            ensure!(missing.is_empty(), "of {} partition {} is missing", ran.record.suite, missing.join(" and "));
        }
        ran.selection = Selection { partition: None, ..ran.selection };
        Ok(ran)
    };
    joined.into_iter().map(whole).collect()
}
