//! What is as expected and what is not, and the counts.

use super::{expecting, part, run, sentences, suite};
use crate::record::Ending::{Failed, Ignored, Passed, TimedOut, Trapped};
use crate::record::Side::{Native, Target};
use crate::report::{NativeCounts, Report};

#[test]
fn all_passed_is_green() {
    let report = Report::of(&run(vec![suite("std", Target, &[("a", Passed), ("b", Ignored)])]), &expecting(&[]));
    assert!(!report.is_red() && report.exceptions.is_empty());
}

#[test]
fn a_failure_without_a_reason_is_red() {
    let report = Report::of(&run(vec![suite("std", Target, &[("a", Passed), ("b", Failed)])]), &expecting(&[]));
    assert!(report.is_red());
    assert_eq!(sentences(&report), ["b failed"]);
}

#[test]
fn a_failure_with_a_reason_is_green() {
    let run = run(vec![suite("std", Target, &[("fs::a", Trapped), ("fs::b", Trapped)])]);
    let report = Report::of(&run, &expecting(&["trapped: fs::*"]));
    assert!(!report.is_red());
    assert_eq!((report.suites[0].counts.known, report.suites[0].counts.unexpected), (2, 0));
}

#[test]
fn another_ending_than_the_known_one_is_red() {
    let run = run(vec![suite("std", Target, &[("a", TimedOut)])]);
    let report = Report::of(&run, &expecting(&["failed: a"]));
    assert!(report.is_red());
    assert_eq!(sentences(&report), ["a timed out, though it is listed as a test that failed (the moon)"]);
}

#[test]
fn a_known_failure_that_passes_is_red() {
    let report = Report::of(&run(vec![suite("std", Target, &[("a", Passed)])]), &expecting(&["failed: a"]));
    assert!(report.is_red());
    assert_eq!(sentences(&report), ["a passed, though it is listed as a test that failed (the moon): strike it"]);
}

#[test]
fn what_is_ignored_or_left_out_though_it_passes_natively_needs_a_reason() {
    let target = suite("std", Target, &[("a", Passed), ("b", Ignored)]);
    let native = suite("std", Native, &[("a", Passed), ("b", Passed), ("c", Passed)]);
    let run = run(vec![target, native]);
    let report = Report::of(&run, &expecting(&[]));
    assert_eq!(
        sentences(&report),
        ["b is ignored, and natively it passed", "c is compiled out, and natively it passed"]
    );
    assert!(!Report::of(&run, &expecting(&["ignored: b", "absent: c"])).is_red());
}

#[test]
fn what_does_not_pass_natively_either_needs_no_reason() {
    let target = suite("std", Target, &[("a", Failed), ("b", Ignored), ("c", Failed), ("d", Failed)]);
    let native = suite("std", Native, &[("a", Failed), ("b", Ignored), ("c", Ignored), ("e", Ignored)]);
    let report = Report::of(&run(vec![target, native]), &expecting(&[]));
    // One that is ignored natively is not known to fail there; one that exists only here has no excuse.
    assert_eq!(sentences(&report), ["c failed", "d failed"]);
    assert_eq!(report.suites[0].counts.absent, 1);
}

#[test]
fn the_first_expectation_that_names_a_test_speaks_of_it() {
    let run = run(vec![suite("std", Target, &[("fs::a", TimedOut), ("fs::b", Failed)])]);
    assert!(!Report::of(&run, &expecting(&["timed-out: fs::a", "failed: fs::*"])).is_red());
    assert!(Report::of(&run, &expecting(&["failed: fs::*", "timed-out: fs::a"])).is_red());
}

#[test]
fn an_expectation_that_names_no_test_is_red_if_all_ran() {
    let tests = [("a", Passed)];
    let (whole, native) = (suite("std", Target, &tests), suite("std", Native, &tests));
    let gone = expecting(&["failed: gone"]);
    let report = Report::of(&run(vec![whole.clone()]), &gone);
    assert!(report.is_red() && report.stale[0].name == "gone");
    assert!(!Report::of(&part(vec![whole.clone()], "1/2"), &gone).is_red());

    let absent = expecting(&["absent: gone"]);
    assert!(!Report::of(&run(vec![whole.clone()]), &absent).is_red(), "without a native run nobody knows");
    assert!(Report::of(&run(vec![whole, native]), &absent).is_red());
}

#[test]
fn an_expectation_of_another_suite_says_nothing() {
    let run = run(vec![suite("coretests", Target, &[("a", Failed)])]);
    let report = Report::of(&run, &expecting(&["failed: a"]));
    assert_eq!(sentences(&report), ["a failed"]);
    assert!(report.stale.is_empty(), "std was not run");
}

#[test]
fn the_binary_tells_apart_tests_of_one_name() {
    let mut target = suite("std", Target, &[("a", Failed), ("a", Passed)]);
    target.tests[1].binary = "env".to_owned();
    let list = "[[tests]]\nsuite = \"std\"\nbinary = \"std\"\nnames = [\"a\"]\noutcome = \"failed\"\nreason = \"so\"";
    assert!(!Report::of(&run(vec![target]), &toml::from_str(list).unwrap()).is_red());
}

#[test]
fn what_is_run_though_ignored_must_pass() {
    let run = |ending| run(vec![suite("std", Target, &[("a", ending)])]);
    let list = expecting(&["passed: a"]);
    assert!(!Report::of(&run(Passed), &list).is_red());
    assert!(Report::of(&run(Ignored), &list).is_red());
    let report = Report::of(&run(Failed), &list);
    assert_eq!(sentences(&report), ["a failed, though it is listed as a test that passed (the moon)"]);
}

#[test]
fn counts_stand_beside_native_ones() {
    let target = suite("std", Target, &[("a", Passed), ("b", Failed), ("c", Ignored), ("only here", Passed)]);
    let native = suite("std", Native, &[("a", Passed), ("b", Passed), ("c", Passed), ("d", Passed), ("e", Failed)]);
    let report = Report::of(&run(vec![target, native]), &expecting(&["failed: b"]));
    let counts = &report.suites[0].counts;
    assert_eq!((counts.passed, counts.failed, counts.ignored, counts.absent), (2, 1, 1, 2));
    assert_eq!((counts.known, counts.unexpected), (1, 2));
    assert_eq!(counts.native, Some(NativeCounts { passed: 4, failed: 1, ignored: 0, passed_on_both: 1 }));
    assert_eq!(counts.share(), Some(0.25));
}

#[test]
fn what_is_of_the_host_alone_is_no_measure() {
    let target = suite("std", Target, &[("a", Passed), ("here", Passed)]);
    let native =
        suite("std", Native, &[("a", Passed), ("b", Passed), ("os::unix::c", Passed), ("os::unix::d", Ignored)]);
    let run = run(vec![target, native]);
    let report = Report::of(&run, &expecting(&["absent: b", "host-only: os::unix::*"]));
    let counts = &report.suites[0].counts;
    assert!(!report.is_red());
    assert_eq!((counts.host_only, counts.absent, counts.known, counts.measure()), (1, 3, 1, 2));
    assert_eq!(counts.share(), Some(0.5));
    assert!(Report::of(&run, &expecting(&["absent: b", "host-only: os::unix::*", "host-only: here"])).is_red());
}

#[test]
fn a_native_run_that_fails_excuses_nothing() {
    let (target, native) = ([("a", Failed), ("b", Passed)], [("a", Failed), ("b", Failed)]);
    let report = Report::of(&run(vec![suite("std", Target, &target), suite("std", Native, &native)]), &expecting(&[]));
    assert!(report.is_red() && report.unmeasured == ["std"]);
    assert!(report.terminal().contains("the native run of std is no measure"));
}

#[test]
fn a_part_of_a_suite_leaves_nothing_out() {
    let native = suite("std", Native, &[("a", Passed), ("b", Passed)]);
    let report = Report::of(&part(vec![suite("std", Target, &[("a", Passed)]), native], "1/2"), &expecting(&[]));
    assert!(!report.is_red());
}
