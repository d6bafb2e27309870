//! The runs on the target by date: one line of JSON each, only ever appended to.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::{Counts, Report};

/// The file's name in the report's directory.
pub(super) const FILE: &str = "history.jsonl";

/// One run, in one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// When, RFC 3339 in UTC.
    pub date: String,
    /// The compiler of the tests.
    pub toolchain: String,
    /// The hash of the sysroot.
    pub sysroot: String,
    /// Each suite that was run as a whole.
    pub suites: BTreeMap<String, Counts>,
}

impl Line {
    /// The line for the suites of a report that were just run as a whole; `None` if there are none.
    pub(super) fn of(report: &Report, just_run: &[String]) -> Option<Line> {
        let whole = |ran: &&super::SuiteRun| ran.selection.is_all();
        let suites = report.suites.iter().filter(|suite| just_run.contains(&suite.suite));
        let ran: Vec<_> = suites
            .filter_map(|suite| Some((suite, suite.target.as_ref().filter(whole)?.environments.last()?)))
            .collect();
        let (_, environment) = ran.first()?;
        Some(Line {
            date: environment.date.clone(),
            toolchain: environment.toolchain.clone(),
            sysroot: environment.sysroot.clone(),
            suites: ran.iter().map(|(suite, _)| (suite.suite.clone(), suite.counts.clone())).collect(),
        })
    }
}

/// Reads all lines, oldest first.
pub(super) fn read(dir: &Path) -> Result<Vec<Line>> {
    let file = dir.join(FILE);
    if !file.exists() {
        return Ok(Vec::new());
    }
    let text = std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let line = |(number, line)| {
        serde_json::from_str(line)
            .with_context(|| format!("{} line {} is no line of a history: strike it", file.display(), number + 1))
    };
    text.lines().enumerate().map(line).collect()
}

/// Adds one line, by one write.
pub(super) fn append(dir: &Path, line: &Line) -> Result<()> {
    let file = dir.join(FILE);
    let mut text = serde_json::to_string(line).context("cannot write a line of the history")?;
    text.push('\n');
    let mut open = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(&file)
        .with_context(|| format!("cannot open {}", file.display()))?;
    open.write_all(text.as_bytes()).with_context(|| format!("cannot write {}", file.display()))
}
