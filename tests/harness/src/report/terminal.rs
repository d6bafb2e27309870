//! The report's short form, for the end of a run in a terminal.

use std::fmt::Write;

use super::{Exception, Report, text};
use crate::record::Record;

/// How many failures are shown with their output, how much of it, and how many are named.
const SHOWN: usize = 20;
const OUTPUT: usize = 4096;
const NAMED: usize = 60;

/// A line a suite, then what is other than expected.
pub(super) fn summary(report: &Report) -> String {
    let mut summary = String::new();
    write(report, &mut summary).expect("a string takes everything");
    text::plain(&summary)
}

fn write(report: &Report, to: &mut String) -> std::fmt::Result {
    let unexpected: Vec<&Exception> = report.unexpected().collect();
    for exception in unexpected.iter().take(SHOWN) {
        let Some(test) = record(report, exception) else { continue };
        let output = text::tail(test.output.trim_end(), OUTPUT);
        if !output.is_empty() {
            writeln!(to, "---- {} {} ----\n{output}\n", exception.binary, exception.name)?;
        }
    }
    writeln!(
        to,
        "{:<12} {:>7} {:>7} {:>8} {:>9} {:>10} {:>13} {:>13}",
        "suite", "passed", "failed", "ignored", "left out", "of native", "build", "run"
    )?;
    for suite in &report.suites {
        let counts = &suite.counts;
        let (Some(ran), share) = (suite.target.as_ref().or(suite.native.as_ref()), counts.share()) else { continue };
        let (build, run) = (text::time(ran.record.build), text::time(ran.record.run));
        match (&suite.target, &counts.native) {
            (None, Some(native)) => writeln!(
                to,
                "{:<12} {:>7} {:>7} {:>8} {:>9} {:>10} {build:>13} {run:>13}",
                suite.suite, native.passed, native.failed, native.ignored, "", "native",
            )?,
            _ => writeln!(
                to,
                "{:<12} {:>7} {:>7} {:>8} {:>9} {:>10} {build:>13} {run:>13}{}",
                suite.suite,
                counts.passed,
                counts.failed,
                counts.ignored,
                if counts.native.is_some() { counts.absent.to_string() } else { "?".to_owned() },
                share.map_or("?".to_owned(), text::share),
                if ran.selection.is_all() { String::new() } else { format!("   ({})", ran.selection) },
            )?,
        }
    }
    let known: usize = report.suites.iter().map(|suite| suite.counts.known).sum();
    if known > 0 {
        writeln!(to, "\n{}, each with its reason", text::counted(known, "known exception"))?;
    }
    if !unexpected.is_empty() {
        writeln!(to, "\nunexpected:")?;
        for exception in unexpected.iter().take(NAMED) {
            writeln!(to, "  {} {} {}: {}", exception.suite, exception.binary, exception.name, exception.sentence())?;
        }
        if unexpected.len() > NAMED {
            writeln!(to, "  and {} more", unexpected.len() - NAMED)?;
        }
    }
    if !report.stale.is_empty() {
        writeln!(to, "\nexpectations that name no test, to be struck:")?;
        for stale in &report.stale {
            writeln!(to, "  {} {} ({})", stale.suite, stale.name, stale.reason)?;
        }
    }
    for suite in &report.unmeasured {
        writeln!(to, "\nthe native run of {suite} is no measure, most of it fails: run it again with --native")?;
    }
    if report.suites.iter().any(|suite| suite.target.is_some()) {
        let count = report.wrong();
        match count {
            0 => writeln!(to, "\nok: everything is as expected")?,
            _ => writeln!(to, "\nFAILED: {}", text::counted(count, "thing") + " not as expected")?,
        }
    }
    Ok(())
}

fn record<'a>(report: &'a Report, exception: &Exception) -> Option<&'a Record> {
    let suite = report.suites.iter().find(|suite| suite.suite == exception.suite)?;
    let mut tests = suite.target.iter().flat_map(|ran| &ran.record.tests);
    tests.find(|test| test.binary == exception.binary && test.name == exception.name)
}
