//! What of a `report.json` on suites matters here; docs/testing.md describes all of it.

use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

/// A report on suites.
#[derive(Deserialize)]
pub(crate) struct Report {
    /// Whether anything is not as expected.
    pub(crate) red: bool,
    pub(crate) suites: Vec<Suite>,
}

/// One suite of it.
#[derive(Deserialize)]
pub(crate) struct Suite {
    pub(crate) suite: String,
    pub(crate) counts: Counts,
}

/// How many of its tests ended how on the target.
#[derive(Deserialize)]
pub(crate) struct Counts {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    /// Exceptions with a reason, and without.
    pub(crate) known: u64,
    pub(crate) unexpected: u64,
    /// The native run, if it is in the report.
    pub(crate) native: Option<Native>,
}

/// How many passed natively.
#[derive(Deserialize)]
pub(crate) struct Native {
    pub(crate) passed: u64,
    pub(crate) passed_on_both: u64,
}

impl Report {
    /// Reads the file.
    pub(crate) fn read(file: &Path) -> Result<Report> {
        let text = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        serde_json::from_slice(&text).with_context(|| format!("{} is no report on suites", file.display()))
    }
}
