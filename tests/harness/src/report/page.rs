//! The report as one page for a browser: all in one file, nothing fetched, light and dark.
//!
//! What is wrong stands first, what is known and why second, everything else is folded or behind the filter. Escaping is maud's. Without
//! JavaScript everything is there but the list of all tests.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{Environment, HistoryLine, Report, text};
use crate::expectations::Outcome;
use crate::record::Ending;

mod changes;
mod exceptions;
mod history;
mod list;
mod slowest;
mod suites;

const STYLE: &str = include_str!("page/page.css");
const SCRIPT: &str = include_str!("page/page.js");

/// The whole page.
pub(super) fn html(report: &Report, history: &[HistoryLine]) -> String {
    let ran: Vec<_> = report.suites.iter().filter_map(|suite| suite.target.as_ref()).collect();
    let newest = ran.iter().flat_map(|ran| &ran.environments).max_by(|a, b| a.date.cmp(&b.date));
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title(report)) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    h1 { "Rust's own tests on " code { "wasm32-wasip3" } }
                    @if let Some(made) = newest {
                        p.made { (made.date.replace('T', " ").replace('Z', " UTC")) " · " (made.toolchain) " · sysroot " code { (short(&made.sysroot)) } " · " (made.runtime) }
                    }
                }
                (tiles(report))
                (suites::table(report))
                (exceptions::unexpected(report))
                (changes::section(report))
                (exceptions::known(report))
                (exceptions::host_only(report))
                (exceptions::native_too(report))
                (slowest::table(report))
                (history::section(history))
                (list::section(report))
                (made(report))
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    let mut page = page.into_string();
    page.retain(|c| c == '\n' || !c.is_control());
    page
}

fn title(report: &Report) -> String {
    let wrong = report.wrong();
    match wrong {
        0 => "✓ Rust's own tests on wasm32-wasip3".to_owned(),
        _ => format!("✗ {wrong} not as expected: Rust's own tests on wasm32-wasip3"),
    }
}

/// The four figures one looks for first.
fn tiles(report: &Report) -> Markup {
    let passed: usize = report.suites.iter().map(|suite| suite.counts.passed).sum();
    let known: usize = report.suites.iter().map(|suite| suite.counts.known).sum();
    let (mut both, mut native) = (0, 0);
    for suite in report.suites.iter().filter(|suite| suite.target.is_some()) {
        both += suite.counts.native.as_ref().map_or(0, |native| native.passed_on_both);
        native += suite.counts.measure();
    }
    let wrong = report.wrong();
    html! {
        div.tiles {
            div.tile.good[wrong == 0].bad[wrong > 0] {
                b { @if wrong == 0 { "as expected" } @else { (wrong) " unexpected" } }
                span { @if wrong == 0 { "no failure without a reason, no reason without a failure" } @else { "see below" } }
            }
            div.tile { b { (passed) } span { "tests passed" } }
            div.tile {
                @if native == 0 { b { "–" } span { "no native run to compare with" } }
                @else { b { (text::share(both as f64 / native as f64)) } span { "of the " (native) " that pass natively" } }
            }
            div.tile { b { (known) } span { "known " (if known == 1 { "exception" } else { "exceptions" }) ", each with its reason" } }
        }
    }
}

/// How it was made, suite by suite.
fn made(report: &Report) -> Markup {
    let row = |suite: &str, side: &str, made: &Environment, selection: &str| {
        html! {
            tr {
                td { (suite) } td { (side) } td { (made.date) } td { (selection) } td { (made.toolchain) } td { code { (made.sysroot) } }
                td { (made.runtime) } td { (made.host) ", " (text::counted(made.cores, "core")) } td { (made.load_text()) } td { code { (made.command) } }
            }
        }
    };
    html! {
        section {
            h2 { "How it was made" }
            div.wide { table.small {
                thead { tr { @for head in ["suite", "side", "date", "part", "toolchain", "sysroot", "runtime", "host", "load", "command"] { th { (head) } } } }
                tbody {
                    @for suite in &report.suites {
                        @for (side, ran) in [("target", &suite.target), ("native", &suite.native), ("last", &suite.last)] {
                            @if let Some(ran) = ran { @for made in &ran.environments { (row(&suite.suite, side, made, &ran.selection.to_string())) } }
                        }
                    }
                }
            } }
            p.note { "The same facts for programs: " code { "report.json" } "; for CI services: " code { "junit.xml" } "." }
        }
    }
}

/// The beginning of a hash.
fn short(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}

/// An ending as a coloured word.
fn word(outcome: Outcome) -> Markup {
    let (class, word) = match outcome {
        Outcome::Ends(Ending::Passed) => ("passed", "passed"),
        Outcome::Ends(Ending::Ignored) => ("ignored", "ignored"),
        Outcome::Ends(Ending::Failed) => ("failed", "failed"),
        Outcome::Ends(Ending::Trapped) => ("failed", "trapped"),
        Outcome::Ends(Ending::StackOverflowed) => ("failed", "stack overflow"),
        Outcome::Ends(Ending::MemoryExhausted) => ("failed", "out of memory"),
        Outcome::Ends(Ending::TimedOut) => ("failed", "timed out"),
        Outcome::Ends(Ending::Deadlocked) => ("failed", "deadlock"),
        Outcome::Ends(Ending::Exited) => ("failed", "exited"),
        Outcome::Ends(Ending::NotRun) => ("failed", "not run"),
        Outcome::ABSENT => ("absent", "left out"),
        Outcome::HOST_ONLY => ("absent", "host only"),
    };
    html! { span.word.(class) { (word) } }
}
