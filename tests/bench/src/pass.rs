//! What each of the linker's passes is worth that a processor or a compiler is the reason of.
//!
//! Here because such a pass is tuned to one release of Cranelift, and nobody sees from outside that it has become worth
//! nothing: one component with it and one without take turns at the rows that it was made for.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use anyhow::{Context, Result, anyhow, ensure};

use crate::build;
use crate::measure::{take, values};
use crate::place::Place;
use crate::row::{Pass, Row, Run, Table};
use crate::side::Side;
use crate::statistics::Summary;

/// What a pass must gain at one of its rows at least: a hundredth. A row strays by half of that.
const WORTH: f64 = 1.01;

/// A pass, and what it gains.
pub(crate) struct Gain {
    pass: String,
    /// For each row its title, and the time without the pass to that with it.
    rows: Vec<(String, Summary)>,
}

impl Gain {
    fn is_worth_it(&self) -> bool {
        self.rows.iter().any(|(_, ratio)| ratio.median >= WORTH)
    }

    /// Says so if it is worth nothing.
    pub(crate) fn complaint(&self) -> Option<String> {
        (!self.is_worth_it()).then(|| {
            format!("the pass `{0}` gains nothing any more: see whether linker/src/optimize/{0}.rs can go", self.pass)
        })
    }
}

/// Measures these passes, or all of which rows.toml tells.
pub(crate) fn measure(place: &Place, names: &[String], quick: bool, rounds: usize) -> Result<Vec<Gain>> {
    let table = Table::read(place)?;
    for name in names {
        ensure!(table.passes.iter().any(|pass| pass.name == *name), "tests/bench/rows.toml has no pass {name}");
    }
    let chosen = |pass: &&Pass| names.is_empty() || names.contains(&pass.name);
    table.passes.iter().filter(chosen).map(|pass| gain(place, &table, pass, quick, rounds)).collect()
}

fn gain(place: &Place, table: &Table, pass: &Pass, quick: bool, rounds: usize) -> Result<Gain> {
    eprintln!("  {}", pass.name);
    let wanted: Vec<(&Run, &Row)> = pass.rows.iter().map(|name| row(table, name)).collect::<Result<_>>()?;
    let programs: BTreeSet<&str> = wanted.iter().map(|(run, _)| &*run.program).collect();
    let with = Side::component_run(place, "with", build::without(place, &programs, None)?);
    let without = Side::component_run(place, "without", build::without(place, &programs, Some(&pass.name))?);
    let mut rows = Vec::new();
    for (run, row) in wanted {
        let taken = take(place, run, &[&with, &without], quick, rounds)?;
        let figures = |index: usize| values(run, &row.figure, &taken[index]).map_err(|failure| anyhow!(failure));
        let ratios: Vec<f64> = figures(1)?.iter().zip(&figures(0)?).map(|(without, with)| without / with).collect();
        rows.push((row.title.clone(), Summary::of(&ratios)));
    }
    Ok(Gain { pass: pass.name.clone(), rows })
}

/// The row of this name, and the run that fills it.
fn row<'a>(table: &'a Table, name: &str) -> Result<(&'a Run, &'a Row)> {
    let mut all = table.runs.iter().flat_map(|run| run.rows.iter().map(move |row| (run, row)));
    all.find(|(_, row)| row.name == name).with_context(|| format!("no row of tests/bench/rows.toml is called {name}"))
}

/// The gains as a table.
pub(crate) fn markdown(gains: &[Gain]) -> String {
    let mut text = String::from("| pass | row | without, of with | middle half | worth it |\n|---|---|--:|--:|---|\n");
    for gain in gains {
        for (title, Summary { median, middle: (low, high) }) in &gain.rows {
            let worth = if gain.is_worth_it() { "yes" } else { "**no**" };
            let _ = writeln!(text, "| `{}` | {title} | {median:.2} | {low:.2} to {high:.2} | {worth} |", gain.pass);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_row_that_gains_is_enough() {
        let gain = |ratios: &[f64]| Gain {
            pass: "offsets".to_owned(),
            rows: ratios.iter().map(|ratio| ("a row".to_owned(), Summary::of(&[*ratio]))).collect(),
        };
        assert_eq!(gain(&[0.99, 1.05]).complaint(), None);
        assert!(gain(&[0.99, 1.004]).complaint().unwrap().contains("linker/src/optimize/offsets.rs"));
        assert!(markdown(&[gain(&[1.0])]).contains("| `offsets` | a row | 1.00 | 1.00 to 1.00 | **no** |"));
    }
}
