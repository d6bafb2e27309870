//! What is measured: `rows.toml`, whose own comment explains its keys.

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use crate::place::Place;

/// The whole list.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Table {
    pub(crate) peer: Peer,
    #[serde(rename = "run")]
    pub(crate) runs: Vec<Run>,
    #[serde(rename = "pass")]
    pub(crate) passes: Vec<Pass>,
}

/// A pass of the linker, and the rows that it was made for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pass {
    pub(crate) name: String,
    pub(crate) rows: Vec<String>,
}

/// Whose ratios stand beside ours.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Peer {
    pub(crate) name: String,
    pub(crate) date: String,
}

/// A program, how it is run, and the rows it fills.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Run {
    pub(crate) program: String,
    arguments: Vec<String>,
    quick: Vec<String>,
    pub(crate) output: Option<Output>,
    input: Option<u64>,
    quick_input: Option<u64>,
    repeat: Option<u64>,
    quick_repeat: Option<u64>,
    #[serde(default)]
    pub(crate) one_core: bool,
    #[serde(default)]
    pub(crate) time_limit: bool,
    pub(crate) fails: Option<String>,
    pub(crate) rows: Vec<Row>,
}

/// Where standard output goes.
#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Output {
    File,
    Pipe,
}

/// One figure.
#[derive(Deserialize, Serialize, Clone)]
#[serde(deny_unknown_fields)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) figure: String,
    pub(crate) of: Option<String>,
    pub(crate) at_most: Option<f64>,
    pub(crate) figure_at_most: Option<f64>,
    pub(crate) peer: Option<f64>,
}

impl Table {
    /// Reads the list of this checkout.
    pub(crate) fn read(place: &Place) -> Result<Table> {
        let file = place.path("tests/bench/rows.toml");
        let text = std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        toml::from_str(&text).with_context(|| format!("in {}", file.display()))
    }

    /// Keeps the rows whose names begin with one of `names`; all if `names` is empty.
    pub(crate) fn named(mut self, names: &[String]) -> Result<Table> {
        let meant = |row: &Row, name: &String| row.name.starts_with(name);
        for name in names {
            let known = self.runs.iter().flat_map(|run| &run.rows).any(|row| meant(row, name));
            ensure!(known, "no row of tests/bench/rows.toml is called {name}");
        }
        for run in &mut self.runs {
            run.rows.retain(|row| names.is_empty() || names.iter().any(|name| meant(row, name)));
        }
        self.runs.retain(|run| !run.rows.is_empty());
        Ok(self)
    }
}

impl Run {
    /// The arguments of a quick or a full run.
    pub(crate) fn arguments(&self, quick: bool) -> &[String] {
        if quick { &self.quick } else { &self.arguments }
    }

    /// How many lines standard input holds; `None` if it is empty.
    pub(crate) fn input(&self, quick: bool) -> Option<u64> {
        if quick { self.quick_input.or(self.input) } else { self.input }
    }

    /// How often `component-run` runs the program in one process.
    pub(crate) fn repeat(&self, quick: bool) -> Option<u64> {
        if quick { self.quick_repeat.or(self.repeat) } else { self.repeat }
    }

    /// Whether an argument is the address of `tcp_peer`.
    pub(crate) fn wants_peer(&self) -> bool {
        self.arguments.iter().any(|argument| argument == "{peer}")
    }
}
