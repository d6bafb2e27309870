//! `cargo p3 std-test`: bad input is told what would be right, before a toolchain is looked for.

use std::process::Command;

use tempfile::TempDir;

/// What standard error says of these arguments, which have to be refused.
fn refused(arguments: &[&str]) -> String {
    let place = tempfile::tempdir().unwrap();
    let output = std_test(&place).args(arguments).output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code().is_some_and(|code| code != 0 && code != 101), "{:?}: {text}", output.status);
    assert!(!place.path().join("cache").exists(), "nothing is begun");
    text
}

/// `cargo p3 std-test` that finds no toolchain.
fn std_test(place: &TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_std-test"));
    command.env_clear().current_dir(place.path());
    command.env("HOME", place.path()).env("CARGO_P3_CACHE", place.path().join("cache"));
    command
}

#[test]
fn an_unknown_suite_is_answered_with_those_there_are() {
    let error = refused(&["cortests"]);
    for word in ["`cortests`", "coretests", "alloctests", "std-tests", "doc-core"] {
        assert!(error.contains(word), "{word} is missing in: {error}");
    }
}

#[test]
fn a_partition_is_one_of_several() {
    for wrong in ["0/3", "4/3", "2", "1/0", "a/b", "1/2/3"] {
        let error = refused(&["coretests", "--partition", wrong]);
        assert!(error.contains(wrong) && error.contains("--partition"), "{error}");
    }
}

#[test]
fn options_that_do_not_go_together_are_named() {
    assert!(refused(&["--isolate", "--native"]).contains("--native"));
    assert!(refused(&["--timeout", "5"]).contains("--isolate"));
    assert!(refused(&["--merge", "a.json"]).contains("--report"));
    assert!(refused(&["coretests", "--merge", "a.json", "--report", "r"]).contains("--merge"));
}

#[test]
fn numbers_that_mean_nothing_are_refused() {
    assert!(refused(&["--jobs", "0"]).contains("--jobs"));
    assert!(refused(&["--isolate", "--timeout", "0"]).contains("--timeout"));
}

#[test]
fn a_list_of_known_failures_that_is_not_there_is_named() {
    let error = refused(&["test", "--expectations", "nowhere.toml"]);
    assert!(error.contains("nowhere.toml"), "{error}");
}

#[test]
fn a_report_to_merge_that_is_not_there_is_named() {
    let error = refused(&["--merge", "nowhere/report.json", "--report", "r"]);
    assert!(error.contains("nowhere/report.json"), "{error}");
}
