//! What becomes of a directory: runs of both sides, the last run, partitions, files that are no report.

use std::fs;

use tempfile::TempDir;

use super::{expecting, part, run, suite};
use crate::record::Ending::{Failed, Passed};
use crate::record::Side::{Native, Target};
use crate::record::{Ending, SuiteRecord};
use crate::report::changes::Changes;
use crate::report::{history, merge, read, write};

fn target(tests: &[(&str, Ending)]) -> SuiteRecord {
    suite("std", Target, tests)
}

#[test]
fn runs_of_both_sides_meet_in_the_directory() {
    let dir = TempDir::new().unwrap();
    let dir = &dir.path().join("made/on/the/way");
    let none = expecting(&[]);
    let native = write(dir, &run(vec![suite("std", Native, &[("a", Passed), ("b", Passed)])]), &none).unwrap();
    assert!(!native.is_red(), "there is no run on the target yet");
    write(dir, &run(vec![suite("coretests", Target, &[("x", Passed)])]), &none).unwrap();
    let report = write(dir, &run(vec![target(&[("a", Passed)])]), &none).unwrap();
    assert!(report.is_red(), "b is left out");
    assert_eq!(report.suites.len(), 2);

    let again = read(dir).unwrap();
    assert_eq!(again.exceptions, report.exceptions);
    assert_eq!(
        again.suites[0].target.as_ref().unwrap().record.run,
        report.suites[0].target.as_ref().unwrap().record.run
    );
    for name in ["report.json", "junit.xml", "index.html", "history.jsonl"] {
        assert!(fs::metadata(dir.join(name)).unwrap().len() > 0, "{name}");
    }
    assert_eq!(fs::read_dir(dir).unwrap().count(), 4, "nothing half-written is left behind");
}

#[test]
fn a_run_is_compared_with_the_last_one() {
    let dir = TempDir::new().unwrap();
    let none = expecting(&[]);
    let first = [("a", Passed), ("b", Failed), ("c", Failed), ("gone", Passed), ("same", Passed)];
    let second = [("a", Failed), ("b", Passed), ("c", Ending::Trapped), ("new", Passed), ("same", Passed)];
    write(dir.path(), &run(vec![target(&first)]), &none).unwrap();
    write(dir.path(), &part(vec![target(&[("a", Passed)])], "1/2"), &none).unwrap();
    let report = write(dir.path(), &run(vec![target(&second)]), &none).unwrap();

    let changes = Changes::of(&report.suites[0]).unwrap();
    let names = |tests: &[(&crate::record::Record, Ending)]| -> Vec<String> {
        tests.iter().map(|(test, before)| format!("{} {before:?}", test.name)).collect()
    };
    assert_eq!(names(&changes.worse), ["a Passed"]);
    assert_eq!(names(&changes.better), ["b Failed"]);
    assert_eq!(names(&changes.other), ["c Failed"]);
    assert_eq!((changes.new[0].name.as_str(), changes.gone[0].name.as_str()), ("new", "gone"));

    let lines = history::read(dir.path()).unwrap();
    let passed: Vec<usize> = lines.iter().map(|line| line.suites["std"].passed).collect();
    assert_eq!(passed, [3, 3], "the part of a suite is no point of its history");
}

#[test]
fn partitions_become_one_report() {
    let dir = TempDir::new().unwrap();
    let none = expecting(&[]);
    let native = suite("std", Native, &[("a", Passed), ("b", Passed), ("c", Passed)]);
    let parts = [("1/3", "a"), ("2/3", "b"), ("3/3", "c")].map(|(partition, test)| {
        let shard = dir.path().join(test);
        write(&shard, &run(vec![native.clone()]), &none).unwrap();
        write(&shard, &part(vec![target(&[(test, Passed)])], partition), &none).unwrap();
        shard.join("report.json")
    });
    let whole = merge(&dir.path().join("whole"), &parts, &none).unwrap();
    assert!(!whole.is_red());
    let ran = whole.suites[0].target.as_ref().unwrap();
    assert!(ran.selection.is_all() && ran.environments.len() == 3);
    assert_eq!(whole.suites[0].counts.share(), Some(1.0));

    let error = |files: &[std::path::PathBuf]| format!("{:#}", merge(dir.path(), files, &none).unwrap_err());
    assert!(error(&parts[..2]).contains("partition 3/3 is missing"));
    assert!(error(&[parts[0].clone(), parts[0].clone()]).contains("given twice"));
    let all = dir.path().join("whole/report.json");
    assert!(error(&[all.clone(), all.clone()]).contains("all of std is given twice"));
    assert!(error(&[parts[0].clone(), all]).contains("given"));
}

#[test]
fn what_is_no_report_is_an_error_that_names_the_file() {
    let dir = TempDir::new().unwrap();
    let none = expecting(&[]);
    let error = || format!("{:#}", write(dir.path(), &run(vec![target(&[("a", Passed)])]), &none).unwrap_err());
    for (content, wanted) in [
        ("{\"version\": 99}", "version 99"),
        ("{\"version\": 1}", "is no report of version 1"),
        ("not JSON", "is no report"),
        ("", "is no report"),
    ] {
        fs::write(dir.path().join("report.json"), content).unwrap();
        let said = error();
        assert!(said.contains(wanted) && said.contains("report.json"), "{said}");
        assert_eq!(fs::read_to_string(dir.path().join("report.json")).unwrap(), content, "nothing was overwritten");
    }
    fs::remove_file(dir.path().join("report.json")).unwrap();
    fs::write(dir.path().join("history.jsonl"), "half a li").unwrap();
    assert!(error().contains("history.jsonl line 1"));
}
