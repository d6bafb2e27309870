//! What differs from what was expected.

use std::fmt::Write;

use similar::TextDiff;

use crate::program::Header;
use crate::run::Observed;

/// Compares a run on the target with the native run and with the header. `None`: all as expected.
pub fn differences(header: &Header, native: Option<&Observed>, target: &Observed) -> Option<String> {
    let mut report = String::new();
    let exit = header.exit.or(native.map_or(Some(0), |native| native.exit));
    if target.exit != exit {
        let _ = writeln!(report, "exit code: expected {}, found {}", shown(exit), shown(target.exit));
    }
    let stdout = header.stdout.as_ref().map(|text| text.as_bytes()).or(native.map(|native| &native.stdout[..]));
    if let Some(stdout) = stdout
        && stdout != target.stdout
    {
        let (expected, found) = (String::from_utf8_lossy(stdout), String::from_utf8_lossy(&target.stdout));
        let _ = writeln!(report, "standard output:\n{}", changes(&expected, &found));
    }
    let stderr = String::from_utf8_lossy(&target.stderr);
    for wanted in header.stderr.iter().filter(|wanted| !stderr.contains(&***wanted)) {
        let _ = writeln!(report, "standard error lacks {wanted:?}");
    }
    if report.is_empty() {
        return None;
    }
    let _ = write!(report, "standard error was:\n{stderr}");
    Some(report)
}

/// The lines in which two texts differ.
pub(crate) fn changes(expected: &str, found: &str) -> String {
    TextDiff::from_lines(expected, found).unified_diff().header("expected", "found").to_string()
}

fn shown(exit: Option<i32>) -> String {
    exit.map_or_else(|| "a signal".to_owned(), |code| code.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn observed(stdout: &str, exit: i32) -> Observed {
        Observed { stdout: stdout.into(), stderr: b"thread main panicked".to_vec(), exit: Some(exit) }
    }

    #[test]
    fn equal_runs_do_not_differ() {
        let run = observed("a\n", 3);
        assert_eq!(differences(&Header::default(), Some(&run), &run), None);
    }

    #[test]
    fn exit_code_output_and_missing_text_are_all_named() {
        let header = Header { stderr: vec!["overflow".into()], ..Header::default() };
        let report = differences(&header, Some(&observed("a\n", 0)), &observed("b\n", 1)).unwrap();
        for part in ["expected 0, found 1", "-a", "+b", "\"overflow\"", "thread main panicked"] {
            assert!(report.contains(part), "{part} is missing in:\n{report}");
        }
    }

    #[test]
    fn header_wins_over_the_native_run() {
        let header = Header { exit: Some(134), stdout: Some(String::new()), ..Header::default() };
        assert_eq!(differences(&header, Some(&observed("a\n", 0)), &observed("", 134)), None);
    }

    #[test]
    fn without_a_native_run_success_is_expected() {
        assert_eq!(differences(&Header::default(), None, &observed("anything", 0)), None);
        assert!(differences(&Header::default(), None, &observed("anything", 1)).is_some());
    }
}
