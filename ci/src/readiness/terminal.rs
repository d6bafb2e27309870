//! What the terminal shows: a line a check while they run, and the sums.

use std::fmt::Write as _;
use std::io::Write as _;

use super::answer::{Report, Ruling, State};
use super::check::Check;
use super::requirements::Requirement;

/// A check begins.
pub(super) fn begin(check: Check) {
    print!("{:<10} ... ", check.name());
    // A terminal that is gone stops nothing.
    let _ = std::io::stdout().flush();
}

/// A check has ended, or is left out.
pub(super) fn end(ruling: &Ruling) {
    match (ruling.state, &ruling.why) {
        (State::NotRun, Some(why)) if ruling.seconds == 0.0 => println!("{:<10} not run: {why}", ruling.check.name()),
        (State::NotRun, Some(why)) => println!("not run: {why}"),
        (state, _) => println!("{}, {:.1} s", state.word(), ruling.seconds),
    }
    for line in ruling.lines.iter().filter(|line| !line.holds) {
        println!("    {}", line.text);
    }
    if let (State::Red, Some(next)) = (ruling.state, ruling.next) {
        println!("    what to do: {next}");
    }
}

/// The sums.
pub(super) fn summary(report: &Report) -> String {
    let count = |state| report.count(state);
    format!(
        "\n{} requirements: {} green, {} red, {} not run, {} a person's to judge",
        report.answers.len(),
        count(State::Green),
        count(State::Red),
        count(State::NotRun),
        count(State::Person)
    )
}

/// The checks, and what each answers.
pub(super) fn list(requirements: &[Requirement]) -> String {
    let mut text = String::new();
    for &check in Check::ALL {
        let slow = if check.is_slow() { "  (minutes)" } else { "" };
        let _ = writeln!(text, "{:<10} {}{slow}", check.name(), check.title());
        for requirement in requirements.iter().filter(|requirement| requirement.checks.contains(&check)) {
            let _ = writeln!(text, "           - {}: {}", requirement.place, requirement.words);
        }
    }
    text
}
