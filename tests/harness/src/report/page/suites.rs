//! Suites and their modules, each with a bar and its counts beside the native run's.

use std::collections::BTreeMap;
use std::time::Duration;

use maud::{Markup, html};

use crate::record::{Ending, Record};
use crate::report::judgement::{key, tests};
use crate::report::{Counts, NativeCounts, Report, Suite, text};

/// Every suite; its modules fold out.
pub(super) fn table(report: &Report) -> Markup {
    html! {
        section {
            h2 { "Suites" }
            table.suites {
                (head("suite"))
                tbody { @for suite in report.suites.iter().filter(|suite| suite.target.is_some()) { (row_of(suite)) } }
            }
            @for suite in report.suites.iter().filter(|suite| suite.target.is_none()) {
                p.note { (suite.suite) ": run natively only" }
            }
            p.legend {
                i.passed {} "passed " i.known {} "known exception " i.unexpected {} "unexpected " i.ignored {} "ignored by its author"
            }
            @for suite in report.suites.iter().filter(|suite| suite.target.is_some()) {
                @let modules = modules(suite, report);
                @if modules.len() > 1 {
                    details {
                        summary { "The " (modules.len()) " modules of " b { (suite.suite) } }
                        table.suites {
                            (head("module"))
                            tbody { @for (name, module) in &modules { (row(name, None, module)) } }
                        }
                    }
                }
            }
        }
    }
}

/// A line of the table.
#[derive(Default)]
struct Row {
    counts: Counts,
    time: Option<Duration>,
    native_time: Option<Duration>,
}

fn head(what: &str) -> Markup {
    html! {
        thead { tr {
            th { (what) } th {} th.n { "passed" } th.n { "of native" } th.n { "failed" } th.n { "ignored" } th.n { "left out" }
            th.n { "unexpected" } th.n { "time" } th.n { "/ native" }
        } }
    }
}

fn row_of(suite: &Suite) -> Markup {
    let ran = suite.target.as_ref();
    let note = ran.filter(|ran| !ran.selection.is_all()).map(|ran| ran.selection.to_string());
    let row_of_suite = Row {
        counts: suite.counts.clone(),
        time: ran.map(|ran| ran.record.run),
        native_time: suite.native.as_ref().map(|ran| ran.record.run),
    };
    row(&suite.suite, note.as_deref(), &row_of_suite)
}

fn row(name: &str, note: Option<&str>, row: &Row) -> Markup {
    let counts = &row.counts;
    let native = counts.native.as_ref();
    let ratio = row.time.zip(row.native_time).filter(|(_, native)| native.as_secs_f64() > 0.0);
    html! {
        tr {
            td { b { (name) } @if let Some(note) = note { " " span.note { (note) } } }
            td { (bar(counts)) }
            td.n { (counts.passed) }
            td.n { (counts.share().map_or("–".to_owned(), text::share)) @if native.is_some() { " " span.note { "of " (counts.measure()) } } }
            td.n { (quiet(counts.failed)) }
            td.n { (quiet(counts.ignored)) @if let Some(native) = native { @if native.ignored != counts.ignored { " " span.note { "natively " (native.ignored) } } } }
            td.n { @if native.is_some() { (quiet(counts.absent)) } @else { "–" } }
            td.n.alarm[counts.unexpected > 0] { (quiet(counts.unexpected)) }
            td.n { (row.time.map_or("–".to_owned(), text::time)) }
            td.n { @if let Some((time, native)) = ratio { (format!("{:.2}", time.as_secs_f64() / native.as_secs_f64())) } @else { "–" } }
        }
    }
}

/// A count in which nothing is worth no attention.
fn quiet(count: usize) -> Markup {
    html! { @if count == 0 { span.zero { "0" } } @else { (count) } }
}

fn bar(counts: &Counts) -> Markup {
    let parts = [
        ("passed", counts.passed),
        ("known", counts.known),
        ("unexpected", counts.unexpected),
        ("ignored", counts.ignored),
    ];
    let all: usize = parts.iter().map(|(_, count)| count).sum();
    html! {
        div.bar { @for (class, count) in parts { @if count > 0 {
            i.(class) title=(format!("{count} {class}")) style=(format!("flex-grow:{:.4}", count as f64 / all as f64)) {}
        } } }
    }
}

/// The modules of a suite, by name.
fn modules(suite: &Suite, report: &Report) -> BTreeMap<String, Row> {
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    let (Some(target), native) = (&suite.target, &suite.native) else { return rows };
    let mut binaries: Vec<&str> = target.record.tests.iter().map(|test| &*test.binary).collect();
    binaries.dedup();
    let module = |test: &Record| module(&test.binary, &test.name, binaries.len() > 1);
    let here = tests(target);

    for test in &target.record.tests {
        let row = rows.entry(module(test)).or_default();
        match test.ending {
            Ending::Passed => row.counts.passed += 1,
            Ending::Ignored => row.counts.ignored += 1,
            _ => row.counts.failed += 1,
        }
        row.time = add(row.time, test.time);
    }
    for test in native.iter().flat_map(|native| &native.record.tests) {
        let row = rows.entry(module(test)).or_default();
        let here = here.get(&key(test));
        row.counts.absent += usize::from(here.is_none());
        row.native_time = add(row.native_time, test.time);
        let natively = row.counts.native.get_or_insert_with(NativeCounts::default);
        match test.ending {
            Ending::Passed => natively.passed += 1,
            Ending::Ignored => natively.ignored += 1,
            _ => natively.failed += 1,
        }
        let both = test.ending == Ending::Passed && here.is_some_and(|here| here.ending == Ending::Passed);
        natively.passed_on_both += usize::from(both);
    }
    for exception in report.exceptions.iter().filter(|exception| exception.suite == suite.suite) {
        let name = self::module(&exception.binary, &exception.name, binaries.len() > 1);
        let counts = &mut rows.entry(name).or_default().counts;
        match (exception.is_unexpected(), exception.is_host_only()) {
            (true, _) => counts.unexpected += 1,
            (false, true) => counts.host_only += 1,
            (false, false) => counts.known += 1,
        }
    }
    rows
}

fn add(sum: Option<Duration>, time: Option<Duration>) -> Option<Duration> {
    match (sum, time) {
        (sum, None) => sum,
        (None, time) => time,
        (Some(sum), Some(time)) => Some(sum + time),
    }
}

/// The module of a test: the first name of its path, after the binary if there are several. A documentation test is named `FILE - PATH (line N)`.
fn module(binary: &str, name: &str, several: bool) -> String {
    let path = name.split_once(" - ").map_or(name, |(_, path)| path);
    let first = match path.split_once("::") {
        Some((first, _)) => first,
        None if several => return binary.to_owned(),
        None => path.split(" (line").next().unwrap_or(path),
    };
    if several { format!("{binary}::{first}") } else { first.to_owned() }
}

#[cfg(test)]
mod tests_of_modules {
    use super::module;

    #[test]
    fn modules() {
        assert_eq!(module("coretests", "num::flt2dec::digits", false), "num");
        assert_eq!(module("env", "test_self_exe_path", true), "env");
        assert_eq!(module("env_modify", "a::b", true), "env_modify::a");
        assert_eq!(module("core", "src/char/mod.rs - char::methods::from_u32 (line 83)", false), "char");
        assert_eq!(module("core", "src/lib.rs - core (line 3)", false), "core");
    }
}
