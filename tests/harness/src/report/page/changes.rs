//! What changed since the last run, suite by suite.

use maud::{Markup, html};

use super::word;
use crate::expectations::Outcome;
use crate::record::{Ending, Record};
use crate::report::Report;
use crate::report::changes::Changes;

/// Nothing if no suite has a last run.
pub(super) fn section(report: &Report) -> Markup {
    let compared: Vec<_> = report
        .suites
        .iter()
        .filter_map(|suite| Some((&suite.suite, suite.last.as_ref()?, Changes::of(suite)?)))
        .collect();
    if compared.is_empty() {
        return Markup::default();
    }
    html! {
        section {
            h2 { "Since the last run" }
            @for (suite, last, changes) in &compared {
                @let date = last.environments.last().map_or("", |made| &made.date);
                @if changes.is_empty() { p { b { (suite) } ": nothing changed since " (date) "." } }
                @else {
                    p { b { (suite) } " since " (date) ":" }
                    (moved("do not pass any more", &changes.worse, true))
                    (moved("pass now", &changes.better, false))
                    (moved("do not pass, in another way than before", &changes.other, true))
                    (named("new", &changes.new))
                    (named("gone", &changes.gone))
                }
            }
        }
    }
}

fn moved(what: &str, tests: &[(&Record, Ending)], open: bool) -> Markup {
    html! { @if !tests.is_empty() {
        details open[open && tests.len() <= 20] {
            summary { span.number { (tests.len()) } " " (what) }
            ul.names { @for (test, before) in tests {
                li { (word(Outcome::Ends(*before))) " → " (word(Outcome::Ends(test.ending))) " " code { (test.name) } }
            } }
        }
    } }
}

fn named(what: &str, tests: &[&Record]) -> Markup {
    html! { @if !tests.is_empty() {
        details {
            summary { span.number { (tests.len()) } " " (what) }
            ul.names { @for test in tests { li { (word(Outcome::Ends(test.ending))) " " code { (test.name) } } } }
        }
    } }
}
