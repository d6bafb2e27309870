//! The forms, whatever a test prints or is called: the page, JUnit, the terminal, JSON.

use super::{expecting, run, suite};
use crate::record::Ending::{Failed, Ignored, Passed};
use crate::record::Side::{Native, Target};
use crate::report::{Report, junit, page};

/// What a test may print and be called to break a page: markup, the end of a script, colours, control characters.
const EVIL: &str = "</script><script>alert(1)</script><img src=x onerror='alert(2)'>&amp; \"quoted\" ]]> \u{1b}[31mred\u{1b}[0m \u{0}\u{7}\u{fffe}";

fn evil() -> Report {
    let mut target = suite("std", Target, &[("plain", Failed), ("known", Failed), ("fine", Passed)]);
    target.tests[0].name = EVIL.to_owned();
    target.tests[0].output = EVIL.to_owned();
    target.tests[1].output = EVIL.to_owned();
    let evil = toml::Value::String(format!("stale {EVIL}"));
    let list =
        format!("[[tests]]\nsuite = \"std\"\nnames = [\"known\", {evil}]\noutcome = \"failed\"\nreason = {evil}\n");
    Report::of(&run(vec![target]), &toml::from_str(&list).unwrap())
}

#[test]
fn the_page_obeys_no_test() {
    let html = page::html(&evil(), &[]);
    assert!(html.contains("alert(1)"), "the output is shown");
    assert!(!html.contains("<script>alert") && !html.contains("<img"));
    assert!(html.contains("&lt;img src=x onerror='alert(2)'&gt;"));
    assert!(!html.contains(['\u{1b}', '\u{0}', '\u{7}']), "what only a terminal understands is not in it");
    assert_eq!(html.matches("<script").count(), html.matches("</script>").count());
}

#[test]
fn the_page_fetches_nothing() {
    let html = page::html(&evil(), &[]);
    for fetch in ["src=\"", "href=\"http", "url(", "@import", "fetch(", "XMLHttpRequest", "<link"] {
        assert!(!html.contains(fetch), "{fetch}");
    }
}

#[test]
fn the_data_of_the_page_is_json() {
    let html = page::html(&evil(), &[]);
    let (_, data) = html.split_once("<script id=\"data\" type=\"application/json\">").unwrap();
    let (data, _) = data.split_once("</script>").unwrap();
    let data: serde_json::Value = serde_json::from_str(data).unwrap();
    assert_eq!(data["tests"].as_array().unwrap().len(), 3);
    assert!(data["tests"].as_array().unwrap().iter().any(|test| test[2] == EVIL));
}

#[test]
fn junit_is_well_formed_whatever_a_test_prints() {
    let xml = String::from_utf8(junit::xml(&evil()).unwrap()).unwrap();
    let read = quick_junit::Report::deserialize_from_str(&xml).unwrap();
    let std = &read.test_suites[0];
    assert_eq!((std.tests, std.failures, std.disabled), (3, 1, 1));
    assert!(std.test_cases[0].system_out.as_ref().unwrap().as_str().contains("<img src=x"));
    assert_eq!(read.test_suites[1].name.as_str(), "expectations");
}

#[test]
fn junit_counts_what_is_left_out() {
    let target = suite("std", Target, &[("a", Passed), ("b", Ignored)]);
    let native = suite("std", Native, &[("a", Passed), ("b", Passed), ("c", Passed), ("d", Passed)]);
    let report = Report::of(&run(vec![target, native]), &expecting(&["ignored: b", "absent: c"]));
    let xml = String::from_utf8(junit::xml(&report).unwrap()).unwrap();
    let std = &quick_junit::Report::deserialize_from_str(&xml).unwrap().test_suites[0];
    assert_eq!((std.tests, std.failures, std.disabled), (4, 1, 2));
    assert!(xml.contains("is compiled out: the moon") && xml.contains("is compiled out, and natively it passed"));
}

#[test]
fn the_terminal_says_what_is_wrong_and_why() {
    let target = suite("std", Target, &[("a", Passed), ("b", Failed), ("c", Failed)]);
    let native = suite("std", Native, &[("a", Passed), ("b", Passed), ("c", Passed)]);
    let run = run(vec![target, native]);
    let red = Report::of(&run, &expecting(&["failed: b", "failed: gone"])).terminal();
    for wanted in [
        "---- std c ----\noutput of c",
        "33.3 %",
        "1 known exception, each with its reason",
        "std std c: failed, and natively it passed",
        "std gone (the moon)",
        "FAILED: 2 things not as expected",
    ] {
        assert!(red.contains(wanted), "{wanted} is missing in\n{red}");
    }
    assert!(!red.contains("output of b"), "what is known is not told again");
    assert!(
        Report::of(&run, &expecting(&["failed: b", "failed: c"]))
            .terminal()
            .ends_with("ok: everything is as expected\n")
    );
}

#[test]
fn the_json_is_the_report() {
    let report = evil();
    let json = serde_json::to_string(&report).unwrap();
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&value["version"], &value["red"]), (&1.into(), &true.into()));
    assert_eq!(value["suites"][0]["target"]["record"]["run"], 4.0);
    assert_eq!(value["suites"][0]["target"]["record"]["tests"][1]["ending"], "failed");
    let again: Report = serde_json::from_str(&json).unwrap();
    assert_eq!(again.exceptions, report.exceptions);
}
