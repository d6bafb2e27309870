//! What is wrong, with its output; what is known, by reason; what the host cannot do either.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::word;
use crate::expectations::Outcome;
use crate::record::{Ending, Record};
use crate::report::judgement::{Tests, tests};
use crate::report::{Exception, Report, Suite, text};

/// How many failures are unfolded from the start, and how many there are before the rest is folded away.
const UNFOLDED: usize = 3;
const LINES: usize = 30;

/// What no expectation foresees, and expectations that foresee nothing.
pub(super) fn unexpected(report: &Report) -> Markup {
    let dropped =
        |exception: &&Exception| matches!(exception.outcome, Outcome::Ends(Ending::Ignored) | Outcome::IsNot(_));
    let (dropped, ran): (Vec<&Exception>, Vec<&Exception>) = report.unexpected().partition(dropped);
    if report.wrong() == 0 {
        return Markup::default();
    }
    let records: BTreeMap<&str, Tests<'_>> =
        report.suites.iter().filter_map(|suite| Some((&*suite.suite, tests(suite.target.as_ref()?)))).collect();
    let show = |exception: &Exception, open: bool| {
        let tests = records.get(&*exception.suite);
        failure(exception, tests.and_then(|tests| tests.get(&(&*exception.binary, &*exception.name)).copied()), open)
    };
    let (first, rest) = ran.split_at(ran.len().min(LINES));
    html! {
        section.alarm {
            h2 { "Not as expected" }
            @for (place, exception) in first.iter().enumerate() { (show(exception, place < UNFOLDED)) }
            @if !rest.is_empty() {
                details { summary { span.number { (rest.len()) } " more" } @for exception in rest { (show(exception, false)) } }
            }
            @if !dropped.is_empty() {
                h3 { "Not run, though they pass natively, and nobody says why" }
                @for suite in &report.suites {
                    @let of_suite: Vec<&Exception> = dropped.iter().copied().filter(|exception| exception.suite == suite.suite).collect();
                    @if !of_suite.is_empty() {
                        details open[of_suite.len() <= LINES] {
                            summary { span.number { (of_suite.len()) } " in " b { (suite.suite) } }
                            (names(&of_suite))
                        }
                    }
                }
            }
            @for suite in &report.unmeasured {
                p { "The native run of " b { (suite) } " is no measure: most of it fails. Run it again with " code { "--native" } "." }
            }
            @if !report.stale.is_empty() {
                h3 { "Expectations that name no test, to be struck" }
                ul { @for stale in &report.stale { li { (stale.suite) " " code { (stale.name) } " – " (stale.reason) } } }
            }
        }
    }
}

fn failure(exception: &Exception, record: Option<&Record>, open: bool) -> Markup {
    let output = record.map(|record| text::plain(&record.output)).unwrap_or_default();
    html! {
        details open[open && !output.is_empty()] {
            summary { (word(exception.outcome)) " " (place(&exception.suite, &exception.binary)) " " code { (exception.name) } }
            p { (exception.sentence()) "." }
            @if !output.trim().is_empty() { pre { (output.trim_end()) } }
        }
    }
}

fn names(exceptions: &[&Exception]) -> Markup {
    html! {
        ul.names { @for exception in exceptions {
            li { (word(exception.outcome)) " " (place(&exception.suite, &exception.binary)) " " code { (exception.name) } }
        } }
    }
}

/// Known exceptions.
pub(super) fn known(report: &Report) -> Markup {
    let known = |exception: &&Exception| !exception.is_unexpected() && !exception.is_host_only();
    by_reason(
        "Known exceptions, and what forbids more",
        "Each of them still runs where it can; one that passes after all turns the report red.",
        report.exceptions.iter().filter(known),
    )
}

/// What no other platform can have.
pub(super) fn host_only(report: &Report) -> Markup {
    by_reason(
        "Of the host's platform alone",
        "Tests of code that is not compiled for another platform: no measure for this one, and not in the shares above.",
        report.exceptions.iter().filter(|exception| exception.is_host_only()),
    )
}

/// Exceptions reason by reason, each with its tests.
fn by_reason<'a>(title: &str, note: &str, exceptions: impl Iterator<Item = &'a Exception>) -> Markup {
    let mut reasons: Vec<(&str, Vec<&Exception>)> = Vec::new();
    for exception in exceptions {
        let reason = exception.reason.as_deref().unwrap_or_default();
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, exceptions)) => exceptions.push(exception),
            None => reasons.push((reason, vec![exception])),
        }
    }
    if reasons.is_empty() {
        return Markup::default();
    }
    reasons.sort_by_key(|(_, exceptions)| std::cmp::Reverse(exceptions.len()));
    html! {
        section {
            h2 { (title) }
            p.note { (note) }
            @for (reason, exceptions) in &reasons {
                details {
                    summary { span.number { (exceptions.len()) } " " (reason) }
                    @if let Some(link) = exceptions.iter().find_map(|exception| exception.link.as_ref()) {
                        p { a href=(link) rel="noreferrer" { (link) } }
                    }
                    (names(exceptions))
                }
            }
        }
    }
}

/// What passes on neither side: no exception, but nothing to be silent about.
pub(super) fn native_too(report: &Report) -> Markup {
    let both: Vec<(&Suite, &Record, Ending)> = report.suites.iter().flat_map(failing_on_both).collect();
    if both.is_empty() {
        return Markup::default();
    }
    html! {
        section {
            h2 { "Failing natively as well" }
            details {
                summary { span.number { (both.len()) } " on this host; here and there for whatever reason" }
                ul.names { @for (suite, test, native) in &both {
                    li {
                        (word(Outcome::Ends(test.ending))) " natively " (word(Outcome::Ends(*native))) " "
                        (place(&suite.suite, &test.binary)) " " code { (test.name) }
                    }
                } }
            }
        }
    }
}

fn failing_on_both(suite: &Suite) -> Vec<(&Suite, &Record, Ending)> {
    let (Some(target), Some(native)) = (&suite.target, &suite.native) else { return Vec::new() };
    let native = tests(native);
    let failing = target.record.tests.iter().filter(|test| !test.ending.is_fine());
    let both = failing.filter_map(|test| Some((test, native.get(&(&*test.binary, &*test.name))?.ending)));
    both.filter(|(_, native)| !native.is_fine()).map(|(test, native)| (suite, test, native)).collect()
}

/// The suite and the binary, once if they are the same.
fn place(suite: &str, binary: &str) -> Markup {
    html! { span.place { (suite) @if suite != binary { " / " (binary) } } }
}
