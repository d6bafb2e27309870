//! All tests, behind a filter: data in the page, shown by its script.

use std::collections::BTreeMap;

use maud::{Markup, PreEscaped, html};
use serde::Serialize;

use crate::expectations::Outcome;
use crate::record::Ending;
use crate::report::judgement::{key, tests};
use crate::report::{Exception, Report, Suite};

/// What the script reads. Texts that repeat are places in a table of texts.
#[derive(Serialize)]
struct Data<'a> {
    suites: Vec<&'a str>,
    binaries: Vec<&'a str>,
    tests: Vec<Row<'a>>,
}

/// Suite, binary, name, here if it has not passed, natively, last time, milliseconds, whether it is known (1) or unexpected (2).
#[derive(Serialize)]
struct Row<'a>(usize, usize, &'a str, Option<Outcome>, Option<Ending>, Option<Ending>, Option<f64>, u8);

/// The filter, and the data.
pub(super) fn section(report: &Report) -> Markup {
    let json = serde_json::to_string(&data(report)).expect("names and numbers are JSON");
    // In a script element only `<` could end the data too early.
    let json = json.replace('<', "\\u003c");
    html! {
        section #all {
            h2 { "All tests" }
            div.filter {
                input #filter type="search" placeholder="filter by name: words, all of which must occur" aria-label="filter by name";
                select #suite aria-label="suite" { option value="" { "every suite" } }
                select #ending aria-label="ending" {
                    @for (value, text) in [
                        ("", "every ending"), ("not-passed", "not passed"), ("unexpected", "unexpected"), ("known", "known exceptions"),
                        ("passed", "passed"), ("ignored", "ignored"), ("absent", "left out"), ("changed", "changed since the last run"),
                    ] { option value=(value) { (text) } }
                }
                span #count {}
            }
            table.list { thead { tr { th { "test" } th { "suite" } th { "here" } th { "natively" } th { "last time" } th.n { "time" } } } tbody #rows {} }
            button #more type="button" hidden { "more" }
            noscript { p.note { "The list needs JavaScript; " code { "report.json" } " holds the same." } }
            script #data type="application/json" { (PreEscaped(json)) }
        }
    }
}

fn data(report: &Report) -> Data<'_> {
    let mut data = Data { suites: Vec::new(), binaries: Vec::new(), tests: Vec::new() };
    let mut exceptions: BTreeMap<(&str, &str, &str), &Exception> = BTreeMap::new();
    for exception in &report.exceptions {
        exceptions.insert((&exception.suite, &exception.binary, &exception.name), exception);
    }
    for suite in report.suites.iter().filter(|suite| suite.target.is_some()) {
        data.suites.push(&suite.suite);
        add(&mut data, suite, &exceptions);
    }
    data
}

fn add<'a>(data: &mut Data<'a>, suite: &'a Suite, exceptions: &BTreeMap<(&str, &str, &str), &Exception>) {
    let of = |ran: &'a Option<crate::report::SuiteRun>| ran.as_ref().map(tests).unwrap_or_default();
    let (target, native, last) = (of(&suite.target), of(&suite.native), of(&suite.last));
    let whole = suite.target.as_ref().is_some_and(|ran| ran.selection.is_all());
    let absent = native.values().filter(|test| whole && !target.contains_key(&key(test)));
    for test in target.values().chain(absent) {
        let binary = data.binaries.iter().position(|binary| *binary == test.binary).unwrap_or_else(|| {
            data.binaries.push(&test.binary);
            data.binaries.len() - 1
        });
        let (here, key) = (target.get(&key(test)), key(test));
        let outcome = here.map_or(Outcome::ABSENT, |here| Outcome::Ends(here.ending));
        let time = here.and_then(|here| here.time).map(|time| (time.as_secs_f64() * 1e5).round() / 100.0);
        let ending = |tests: &crate::report::judgement::Tests<'_>| tests.get(&key).map(|test| test.ending);
        let exception = exceptions.get(&(&*suite.suite, key.0, key.1));
        let kind = exception.map_or(0, |exception| if exception.is_unexpected() { 2 } else { 1 });
        let row = Row(
            data.suites.len() - 1,
            binary,
            &test.name,
            Some(outcome).filter(|outcome| *outcome != Outcome::Ends(Ending::Passed)),
            ending(&native),
            ending(&last),
            time,
            kind,
        );
        data.tests.push(row);
    }
}
