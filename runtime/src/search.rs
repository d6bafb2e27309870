//! A search for a schedule in which a program fails.
//!
//! Here because an order of threads that goes wrong is found by trying many, and worth something only if it can be had again: the search tells
//! the command that repeats it.

use crate::outcome::Outcome;
use crate::run::run;
use crate::setup::{Capture, Input, Output, Setup};
use crate::verdict::Report;
use std::ffi::{OsStr, OsString};
use std::io::Write as _;
use std::path::Path;

/// How much of its output is kept of each run, in bytes.
const KEPT: usize = 16 << 20;

/// Runs the component with seeds from 0 on. Prints what the first run wrote that does not end with 0, and how to repeat it; `command` is this
/// process's own command line. Returns the exit code.
pub(crate) fn search(
    component: &Path,
    count: u64,
    command: &[OsString],
    setup: impl Fn() -> Setup,
    report: &Report,
) -> u8 {
    for seed in 0..count {
        let (stdout, stderr) = (Capture::new(KEPT), Capture::new(KEPT));
        let outcome = run(
            component,
            Setup {
                schedule: Some(seed),
                stdin: Input::Empty,
                stdout: Output::Capture(stdout.clone()),
                stderr: Output::Capture(stderr.clone()),
                ..setup()
            },
        );
        if outcome.exit_code() == 0 {
            continue;
        }
        // Closed streams leave nobody to tell.
        let _ = std::io::stdout().write_all(&stdout.bytes());
        let _ = std::io::stderr().write_all(&stderr.bytes());
        let code = report.make(&outcome, |verdict| verdict.seed = Some(seed));
        if !matches!(outcome, Outcome::Refused(_)) {
            let again = repeating(command, seed);
            let _ = writeln!(
                std::io::stderr(),
                "component-run: seed {seed} of {count} ends with exit code {code}; again with\n  {again}"
            );
        }
        return code;
    }
    let _ = writeln!(std::io::stderr(), "component-run: {count} seeds, and none fails");
    report.make(&Outcome::Exited(0), |_| {})
}

/// The command line with the seed in the place of the search, as a shell takes it.
fn repeating(command: &[OsString], seed: u64) -> String {
    const SEARCH: &str = "--schedule-search";
    let mut words = Vec::new();
    let mut rest = command.iter();
    let mut found = false;
    while let Some(word) = rest.next() {
        let text = word.to_string_lossy();
        if !found && text.starts_with(SEARCH) {
            found = true;
            if text == SEARCH {
                rest.next();
            }
            words.push(format!("--schedule-seed {seed}"));
        } else {
            words.push(quoted(word));
        }
    }
    words.join(" ")
}

fn quoted(word: &OsStr) -> String {
    let text = word.to_string_lossy();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:=,+@%".contains(&byte);
    if !text.is_empty() && text.bytes().all(plain) {
        return text.into_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::repeating;
    use std::ffi::OsString;

    #[test]
    fn the_search_gives_way_to_the_seed_and_the_rest_stays() {
        let line = |words: &[&str]| repeating(&words.iter().map(OsString::from).collect::<Vec<_>>(), 7);
        assert_eq!(line(&["run", "--schedule-search", "9", "a b.wasm"]), "run --schedule-seed 7 'a b.wasm'");
        assert_eq!(
            line(&["run", "--schedule-search=9", "x", "--schedule-search", "it's"]),
            "run --schedule-seed 7 x --schedule-search 'it'\\''s'"
        );
    }
}
