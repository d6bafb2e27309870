//! The tables, as Markdown for readers and as JSON for machines.
//!
//! docs/benchmarks.md is written by hand but for what stands between `<!-- NAME -->` and `<!-- /NAME -->`.

use std::fmt::Write as _;

use anyhow::{Context, Result};
use serde::Serialize;

use crate::application::Outcome;
use crate::component::Component;
use crate::machine::Machine;
use crate::measure::{Measured, Measurement};
use crate::place::Place;
use crate::row::{Peer, Row};
use crate::side;
use crate::statistics::Summary;

/// Everything that was found in one go.
#[derive(Serialize)]
pub(crate) struct Report {
    machine: Machine,
    rounds: usize,
    peer: Option<Peer>,
    rows: Vec<Measurement>,
    sizes: Vec<Component>,
    applications: Vec<Outcome>,
}

impl Report {
    /// Before anything is measured.
    pub(crate) fn begin(rounds: usize) -> Result<Report> {
        let machine = Machine::look()?;
        Ok(Report { machine, rounds, peer: None, rows: Vec::new(), sizes: Vec::new(), applications: Vec::new() })
    }

    /// Takes the rows in.
    pub(crate) fn rows(&mut self, peer: Peer, rows: Vec<Measurement>) {
        self.peer = Some(peer);
        self.rows = rows;
    }

    /// Takes the sizes in.
    pub(crate) fn sizes(&mut self, sizes: Vec<Component>) {
        self.sizes = sizes;
    }

    /// Takes the applications in.
    pub(crate) fn applications(&mut self, applications: Vec<Outcome>) {
        self.applications = applications;
    }

    /// After everything was measured.
    pub(crate) fn end(&mut self) -> Result<()> {
        self.machine.look_again();
        Ok(())
    }

    /// All tables that have rows.
    pub(crate) fn markdown(&self) -> String {
        self.tables().into_iter().map(|(_, table)| table).collect::<Vec<_>>().join("\n")
    }

    /// Replaces in docs/benchmarks.md the tables that were measured, and writes docs/benchmarks.json.
    pub(crate) fn save(&self, place: &Place) -> Result<()> {
        let file = place.path("docs/benchmarks.md");
        let mut text = std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        for (name, table) in self.tables() {
            text = replaced(&text, name, &table).with_context(|| format!("in {}", file.display()))?;
        }
        std::fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
        let file = place.path("docs/benchmarks.json");
        let mut report = serde_json::to_value(self)?;
        // What was not measured this time stays as it was.
        if let Ok(text) = std::fs::read_to_string(&file) {
            let mut before: serde_json::Value =
                serde_json::from_str(&text).with_context(|| format!("in {}", file.display()))?;
            for part in ["peer", "rows", "sizes", "applications"] {
                if report[part].is_null() || report[part].as_array().is_some_and(Vec::is_empty) {
                    report[part] = before[part].take();
                }
            }
        }
        let text = serde_json::to_string_pretty(&report)? + "\n";
        std::fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))
    }

    fn tables(&self) -> Vec<(&'static str, String)> {
        let mut tables = Vec::new();
        let (within, beside): (Vec<_>, Vec<_>) = self.rows.iter().partition(|row| row.row.of.is_some());
        if !beside.is_empty() {
            tables.push(("rows", self.row_table(&beside)));
        }
        if !within.is_empty() {
            tables.push(("within", self.within_table(&within)));
        }
        if !self.sizes.is_empty() {
            tables.push(("sizes", self.size_table()));
        }
        if !self.applications.is_empty() {
            tables.push(("applications", self.application_table()));
        }
        tables
    }

    fn taken(&self) -> String {
        format!("{} Medians of {} rounds.\n\n", self.machine.paragraph(), self.rounds)
    }

    fn row_table(&self, rows: &[&Measurement]) -> String {
        let mut table = self.taken();
        if let Some(peer) = &self.peer {
            let _ = writeln!(table, "Peer: {}, measured {}.\n", peer.name, peer.date);
        }
        // The native build against itself is the one case in which the second side is another.
        let second = rows[0].sides.get(1).map_or("component-run", |side| side.side);
        let _ = writeln!(
            table,
            "| | native | {second} | ratio | middle half | promised | floor | peer's ratio | ratio, panic=abort | ratio, wasmtime CLI |"
        );
        table.push_str("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n");
        for result in rows {
            let value = |index: usize| match result.sides.get(index) {
                Some(side) => side.figure.map_or("fails".into(), |figure| digits(figure.median)),
                None => String::new(),
            };
            let second = result.sides.get(1);
            let _ = writeln!(
                table,
                "| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |",
                result.row.title,
                value(0),
                value(1),
                ratio(second),
                middle(second),
                promise(&result.row),
                ratio(result.side(side::FLOOR)),
                result.row.peer.map_or(String::new(), two),
                ratio(result.side(side::ABORT)),
                ratio(result.side(side::WASMTIME)),
            );
        }
        table + &remarks(rows)
    }

    fn within_table(&self, rows: &[&Measurement]) -> String {
        let mut table = self.taken();
        table.push_str(
            "| | component-run | middle half | promised | native | panic=abort | wasmtime CLI |\n|---|--:|--:|--:|--:|--:|--:|\n",
        );
        for result in rows {
            let second = result.sides.get(1);
            let _ = writeln!(
                table,
                "| {} | {} | {} | {} | {} | {} | {} |",
                result.row.title,
                ratio(second),
                middle(second),
                promise(&result.row),
                ratio(result.sides.first()),
                ratio(result.side(side::ABORT)),
                ratio(result.side(side::WASMTIME)),
            );
        }
        table + &remarks(rows)
    }

    fn size_table(&self) -> String {
        let mut table = String::from("| | bytes | promised | peer's | imports |\n|---|--:|--:|--:|---|\n");
        for Component { title, size, peer, at_most, imports, .. } in &self.sizes {
            let imports: Vec<_> = imports.iter().map(|import| format!("`{import}`")).collect();
            let _ = writeln!(
                table,
                "| {title} | {size} | {} | {} | {} |",
                at_most.map_or(String::new(), |limit| format!("< {}", limit + 1)),
                peer.map_or(String::new(), |peer| peer.to_string()),
                imports.join(" "),
            );
        }
        table
    }

    fn application_table(&self) -> String {
        let mut table = String::from(
            "| | arguments | same output | native, ms | component, ms | ratio |\n|---|---|---|--:|--:|--:|\n",
        );
        for Outcome { application, printed, native, component, ratio, failure } in &self.applications {
            let same = failure.clone().unwrap_or_else(|| format!("yes, {printed} bytes"));
            let shown = |summary: &Option<Summary>| summary.map_or(String::new(), |summary| digits(summary.median));
            let _ = writeln!(
                table,
                "| {} {}, {} | `{}` | {same} | {} | {} | {} |",
                application.package,
                application.version,
                application.about,
                application.arguments.join(" ").replace('|', "\\|"),
                shown(native),
                shown(component),
                ratio.map_or(String::new(), |ratio| two(ratio.median)),
            );
        }
        table
    }
}

fn ratio(side: Option<&Measured>) -> String {
    match side {
        Some(side) => side.ratio.map_or("fails".into(), |ratio| two(ratio.median)),
        None => String::new(),
    }
}

fn middle(side: Option<&Measured>) -> String {
    let ratio = side.and_then(|side| side.ratio);
    ratio.map_or(String::new(), |Summary { middle: (low, high), .. }| format!("{} to {}", two(low), two(high)))
}

/// What the project promises of a row: the ratio, or the figure of `component-run`.
fn promise(row: &Row) -> String {
    let ratio = row.at_most.map(|limit| format!("<= {}", two(limit)));
    let figure = row.figure_at_most.map(|limit| format!("takes <= {limit}"));
    [ratio, figure].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// What does not run, and which promises are not kept.
fn remarks(rows: &[&Measurement]) -> String {
    let (mut notes, mut broken, mut at_floor) = (String::new(), Vec::new(), Vec::new());
    for result in rows {
        for side in &result.sides {
            if let Some(failure) = &side.failure {
                let _ = writeln!(notes, "- {}, {}: {failure}", result.row.title, side.side);
            }
        }
        if result.kept() == Some(false) {
            if result.at_floor() { &mut at_floor } else { &mut broken }.push(&*result.row.name);
        }
    }
    let mut remarks = String::new();
    if !notes.is_empty() {
        let _ = write!(remarks, "\nDoes not run:\n\n{notes}");
    }
    if !broken.is_empty() {
        let _ = writeln!(remarks, "\nPromises not kept: {}.", broken.join(", "));
    }
    if !at_floor.is_empty() {
        let _ = writeln!(remarks, "\nPromises out of reach, at their floor: {}.", at_floor.join(", "));
    }
    remarks
}

/// Replaces what stands between a pair of marks.
fn replaced(text: &str, name: &str, table: &str) -> Result<String> {
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let (before, rest) = text.split_once(&begin).with_context(|| format!("there is no line {}", begin.trim()))?;
    let (_, after) = rest.split_once(&end).with_context(|| format!("there is no {end}"))?;
    Ok(format!("{before}{begin}\n{table}\n{end}{after}"))
}

/// Three digits that say something.
fn digits(value: f64) -> String {
    match value {
        _ if value >= 100.0 => format!("{value:.0}"),
        _ if value >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

fn two(value: f64) -> String {
    format!("{value:.2}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_between_the_marks_is_replaced() {
        let text = "before\n<!-- a -->\nold\n<!-- /a -->\nafter\n";
        assert_eq!(replaced(text, "a", "new\n").unwrap(), "before\n<!-- a -->\n\nnew\n\n<!-- /a -->\nafter\n");
        let again = replaced(&replaced(text, "a", "new\n").unwrap(), "a", "new\n").unwrap();
        assert_eq!(again, "before\n<!-- a -->\n\nnew\n\n<!-- /a -->\nafter\n");
        assert!(replaced(text, "b", "new").is_err());
    }

    #[test]
    fn three_digits_are_enough() {
        assert_eq!((digits(1234.5).as_str(), digits(12.34).as_str(), digits(1.234).as_str()), ("1234", "12.3", "1.23"));
    }
}
