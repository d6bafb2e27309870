//! The runs by date: for each suite a line of how many tests passed, and a table of the newest.

use std::collections::BTreeSet;

use maud::{Markup, html};

use super::short;
use crate::report::{Counts, HistoryLine};

/// How many runs are drawn, and how many listed.
const DRAWN: usize = 60;
const LISTED: usize = 12;

const WIDTH: f64 = 320.0;
const HEIGHT: f64 = 64.0;
const MARGIN: f64 = 8.0;

/// Nothing before the second run.
pub(super) fn section(history: &[HistoryLine]) -> Markup {
    if history.len() < 2 {
        return Markup::default();
    }
    let suites: BTreeSet<&str> = history.iter().flat_map(|line| line.suites.keys()).map(|suite| &**suite).collect();
    html! {
        section {
            h2 { "History" }
            div.charts { @for suite in &suites { (chart(suite, history)) } }
            div.wide { table.small {
                thead { tr { th { "date" } th { "toolchain" } th { "sysroot" } @for suite in &suites { th.n { (suite) } } } }
                tbody { @for line in history.iter().rev().take(LISTED) { tr {
                    td { (line.date) } td { (line.toolchain) } td { code { (short(&line.sysroot)) } }
                    @for suite in &suites { td.n { @if let Some(counts) = line.suites.get(*suite) { (figures(counts)) } } }
                } } }
            } }
            p.note { "Passed, and in brackets how many exceptions were known; " span.word.failed { "+n" } " were not." }
        }
    }
}

fn figures(counts: &Counts) -> Markup {
    html! {
        (counts.passed) @if counts.known > 0 { " (" (counts.known) ")" }
        @if counts.unexpected > 0 { " " span.word.failed { "+" (counts.unexpected) } }
    }
}

/// Tests passed in each run, from the fewest to the most; a run with something unexpected has a red dot.
fn chart(suite: &str, history: &[HistoryLine]) -> Markup {
    let runs: Vec<(&str, &Counts)> =
        history.iter().filter_map(|line| Some((&*line.date, line.suites.get(suite)?))).collect();
    let runs = &runs[runs.len().saturating_sub(DRAWN)..];
    let passed = || runs.iter().map(|(_, counts)| counts.passed);
    let (low, high) = (passed().min().unwrap_or(0), passed().max().unwrap_or(0));
    let x = |place: usize| MARGIN + place as f64 * (WIDTH - 2.0 * MARGIN) / (runs.len().max(2) - 1) as f64;
    let y = |passed: usize| match high - low {
        0 => HEIGHT / 2.0,
        range => HEIGHT - MARGIN - (passed - low) as f64 * (HEIGHT - 2.0 * MARGIN) / range as f64,
    };
    let dots: Vec<(f64, f64, &str, &Counts)> =
        runs.iter().enumerate().map(|(place, (date, counts))| (x(place), y(counts.passed), *date, *counts)).collect();
    let line: Vec<String> = dots.iter().map(|(x, y, ..)| format!("{x:.1},{y:.1}")).collect();
    html! {
        figure {
            figcaption { b { (suite) } " " span.note { @if low == high { (high) " passed" } @else { (low) " to " (high) " passed" } } }
            svg viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" aria-label=(format!("tests passed in each run of {suite}")) {
                polyline points=(line.join(" ")) {}
                @for (x, y, date, counts) in &dots {
                    circle.bad[counts.unexpected > 0] cx=(format!("{x:.1}")) cy=(format!("{y:.1}")) r="3" {
                        title { (date) ": " (counts.passed) " passed, " (counts.known) " known, " (counts.unexpected) " unexpected" }
                    }
                }
            }
        }
    }
}
