//! The tests that take longest, beside what they take natively.

use std::cmp::Reverse;
use std::time::Duration;

use maud::{Markup, html};

use crate::record::Record;
use crate::report::judgement::{key, tests};
use crate::report::{Report, Suite, text};

const SHOWN: usize = 15;

/// Nothing if tests were not timed one by one.
pub(super) fn table(report: &Report) -> Markup {
    let mut timed: Vec<(&Suite, &Record, Duration)> = Vec::new();
    for suite in &report.suites {
        let tests = suite.target.iter().flat_map(|ran| &ran.record.tests);
        timed.extend(tests.filter_map(|test| Some((suite, test, test.time?))));
    }
    if timed.is_empty() {
        return Markup::default();
    }
    timed.sort_by_key(|(_, _, time)| Reverse(*time));
    timed.truncate(SHOWN);
    html! {
        section {
            h2 { "Slowest tests" }
            table {
                thead { tr { th { "test" } th { "suite" } th.n { "time" } th.n { "natively" } th.n { "/ native" } } }
                tbody { @for (suite, test, time) in &timed {
                    @let native = suite.native.as_ref().and_then(|native| tests(native).get(&key(test))?.time);
                    tr {
                        td { code { (test.name) } }
                        td { (suite.suite) }
                        td.n { (text::time(*time)) }
                        td.n { (native.map_or("–".to_owned(), text::time)) }
                        td.n { @if let Some(native) = native.filter(|native| !native.is_zero()) { (format!("{:.1}", time.as_secs_f64() / native.as_secs_f64())) } @else { "–" } }
                    }
                } }
            }
        }
    }
}
