//! The report as JUnit XML: what CI services show.
//!
//! A known exception is `skipped` with its reason; what is unexpected is a `failure` with the output. Escaping, and leaving out what XML
//! cannot hold, is quick-junit's.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use quick_junit::{NonSuccessKind, Report as Junit, TestCase, TestCaseStatus, TestSuite};

use super::{Exception, Report, Suite};
use crate::expectations::Outcome;
use crate::record::{Ending, Record};

/// The whole document.
pub(super) fn xml(report: &Report) -> Result<Vec<u8>> {
    let mut junit = Junit::new("wasm32-wasip3");
    junit.add_test_suites(report.suites.iter().filter(|suite| suite.target.is_some()).map(|suite| of(suite, report)));
    let stale = report.stale.iter().map(|stale| {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status.set_message(format!("names no test ({}): strike it", stale.reason));
        let mut case = TestCase::new(&*stale.name, status);
        case.set_classname(&*stale.suite);
        case
    });
    let mut expectations = TestSuite::new("expectations");
    expectations.add_test_cases(stale);
    if expectations.tests > 0 {
        junit.add_test_suite(expectations);
    }
    let mut xml = Vec::new();
    junit.serialize(&mut xml).context("cannot write the report as JUnit")?;
    Ok(xml)
}

fn of(suite: &Suite, report: &Report) -> TestSuite {
    let exceptions: BTreeMap<(&str, &str), &Exception> = report
        .exceptions
        .iter()
        .filter(|exception| exception.suite == suite.suite)
        .map(|exception| ((&*exception.binary, &*exception.name), exception))
        .collect();
    let mut made = TestSuite::new(&*suite.suite);
    if let Some(ran) = &suite.target {
        made.set_time(ran.record.run);
        for test in &ran.record.tests {
            made.add_test_case(case(suite, test, exceptions.get(&(&*test.binary, &*test.name)).copied()));
        }
    }
    for absent in exceptions.values().filter(|exception| matches!(exception.outcome, Outcome::IsNot(_))) {
        let mut case = TestCase::new(&*absent.name, status_of(absent));
        case.set_classname(format!("{}::{}", suite.suite, absent.binary));
        made.add_test_case(case);
    }
    made
}

fn case(suite: &Suite, test: &Record, exception: Option<&Exception>) -> TestCase {
    let status = match exception {
        Some(exception) => status_of(exception),
        None if test.ending == Ending::Passed => TestCaseStatus::success(),
        None => skipped(if test.ending == Ending::Ignored { &test.output } else { "does not pass natively either" }),
    };
    let mut case = TestCase::new(&*test.name, status);
    case.set_classname(format!("{}::{}", suite.suite, test.binary));
    if let Some(time) = test.time {
        case.set_time(time);
    }
    if !test.ending.is_fine() {
        case.set_system_out(&*test.output);
    }
    case
}

fn status_of(exception: &Exception) -> TestCaseStatus {
    if !exception.is_unexpected() {
        return skipped(&exception.sentence());
    }
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_message(exception.sentence());
    status
}

fn skipped(message: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    if !message.is_empty() {
        status.set_message(message);
    }
    status
}
