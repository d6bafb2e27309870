//! The report: every requirement with its answer, every check with its evidence.

use std::time::{Instant, SystemTime};

use anyhow::Result;
use serde::Serialize;

use super::check::Check;
use super::context::{Context, TARGET};
use super::evidence::{Evidence, Line, Ran};
use super::requirements::Requirement;
use super::terminal;

/// How a check or a requirement stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum State {
    /// Checked, and so.
    Green,
    /// Checked, and not so.
    Red,
    /// Not checked.
    NotRun,
    /// A person's to judge, or the rest of it where checks are green.
    Person,
}

impl State {
    /// The word for it.
    pub(super) fn word(self) -> &'static str {
        match self {
            State::Green => "green",
            State::Red => "red",
            State::NotRun => "not run",
            State::Person => "a person's",
        }
    }
}

/// One check and what it found.
#[derive(Debug, Serialize)]
pub(super) struct Ruling {
    pub(super) check: Check,
    pub(super) title: String,
    pub(super) state: State,
    /// Why it was not run or cannot be judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) why: Option<String>,
    /// What to do about it, if it is red or unanswered for want of something.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next: Option<&'static str>,
    pub(super) seconds: f64,
    /// How to run this check alone.
    pub(super) repeat: String,
    pub(super) lines: Vec<Line>,
    pub(super) commands: Vec<Ran>,
}

/// One requirement and how it stands.
#[derive(Debug, Serialize)]
pub(super) struct Answer {
    #[serde(flatten)]
    pub(super) requirement: Requirement,
    pub(super) link: String,
    pub(super) state: State,
}

/// The whole report.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    /// The form of the JSON document.
    version: u32,
    pub(super) target: &'static str,
    pub(super) date: String,
    /// `rustc 1.96.0 (...)`.
    pub(super) rustc: String,
    /// The sysroot's name: the hash of all that went into it.
    pub(super) sysroot: String,
    /// The revision of the checkout.
    pub(super) revision: String,
    pub(super) answers: Vec<Answer>,
    pub(super) checks: Vec<Ruling>,
}

impl Report {
    /// Runs the checks, except those that `left_out` gives a reason for, and joins what they say with the requirements.
    pub(super) fn make(
        context: &Context,
        requirements: Vec<Requirement>,
        left_out: impl Fn(Check) -> Option<&'static str>,
    ) -> Result<Report> {
        let guest = context.guest()?;
        let mut facts = Evidence::new(context.names()?);
        let rustc = facts.run(guest.upstream().arg("--version"))?.trim().to_owned();
        let revision = revision(context, &mut facts);
        let mut checks = Vec::new();
        for &check in Check::ALL {
            let ruling = match left_out(check) {
                Some(why) => Ruling::without_run(check, why),
                None => {
                    terminal::begin(check);
                    Ruling::of(check, context)?
                }
            };
            terminal::end(&ruling);
            checks.push(ruling);
        }
        let answers = requirements.into_iter().map(|requirement| Answer::of(requirement, &checks)).collect();
        Ok(Report {
            version: 1,
            target: TARGET,
            date: humantime::format_rfc3339_seconds(SystemTime::now()).to_string(),
            rustc,
            sysroot: guest.sysroot.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            revision,
            answers,
            checks,
        })
    }

    /// Whether a check says no.
    pub(super) fn is_red(&self) -> bool {
        self.checks.iter().any(|ruling| ruling.state == State::Red)
    }

    /// How many requirements stand so.
    pub(super) fn count(&self, state: State) -> usize {
        self.answers.iter().filter(|answer| answer.state == state).count()
    }

    /// The document for machines.
    pub(super) fn json(&self) -> Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }
}

impl Ruling {
    fn of(check: Check, context: &Context) -> Result<Ruling> {
        let mut evidence = Evidence::new(context.names()?);
        let start = Instant::now();
        if let Err(error) = check.run(context, &mut evidence) {
            evidence.fails(format!("{error:#}"));
        }
        let red = evidence.lines.iter().any(|line| !line.holds);
        // A check that found nothing has shown nothing.
        let silent = evidence.lines.is_empty().then(|| "it found nothing to judge".to_owned());
        let why = if red { None } else { evidence.unanswered.or(silent) };
        let state = match (&why, red) {
            (_, true) => State::Red,
            (Some(_), false) => State::NotRun,
            (None, false) => State::Green,
        };
        Ok(Ruling {
            state,
            next: (state != State::Green).then(|| check.next_step()),
            why,
            seconds: start.elapsed().as_secs_f64(),
            lines: evidence.lines,
            commands: evidence.commands,
            ..Ruling::empty(check)
        })
    }

    fn without_run(check: Check, why: &str) -> Ruling {
        Ruling { why: Some(why.to_owned()), ..Ruling::empty(check) }
    }

    fn empty(check: Check) -> Ruling {
        Ruling {
            check,
            title: check.title(),
            state: State::NotRun,
            why: None,
            next: None,
            seconds: 0.0,
            repeat: format!("cargo p3 readiness --only {}", check.name()),
            lines: Vec::new(),
            commands: Vec::new(),
        }
    }
}

impl Answer {
    fn of(requirement: Requirement, checks: &[Ruling]) -> Answer {
        let states: Vec<State> = checks
            .iter()
            .filter(|ruling| requirement.checks.contains(&ruling.check))
            .map(|ruling| ruling.state)
            .collect();
        // What is left to a person is not answered by the checks beside it.
        let rest = if requirement.person.is_some() { State::Person } else { State::Green };
        let state = [State::Red, State::NotRun].into_iter().find(|state| states.contains(state)).unwrap_or(rest);
        let link = format!("https://doc.rust-lang.org/rustc/target-tier-policy.html#{}", requirement.anchor());
        Answer { requirement, link, state }
    }
}

/// The checkout's revision, if git can tell it.
fn revision(context: &Context, facts: &mut Evidence) -> String {
    let mut git = std::process::Command::new("git");
    git.args(["describe", "--always", "--dirty", "--abbrev=12"]).current_dir(context.checkout.path(""));
    facts.run(&mut git).map_or_else(|_| "unknown".to_owned(), |text| text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn requirement(checks: &[Check]) -> Requirement {
        Requirement {
            id: "x".to_owned(),
            tier: 3,
            place: "Tier 3 target policy, 1".to_owned(),
            words: String::new(),
            checks: checks.to_vec(),
            person: None,
        }
    }

    #[test]
    fn one_red_check_makes_a_requirement_red_and_one_left_out_keeps_it_from_green() {
        let ruling = |check, state| Ruling { state, ..Ruling::empty(check) };
        let checks =
            [ruling(Check::Names, State::Green), ruling(Check::Page, State::NotRun), ruling(Check::Emit, State::Red)];
        let state = |wanted: &[Check]| Answer::of(requirement(wanted), &checks).state;
        assert_eq!(state(&[Check::Names]), State::Green);
        assert_eq!(state(&[Check::Names, Check::Page]), State::NotRun);
        assert_eq!(state(&[Check::Names, Check::Page, Check::Emit]), State::Red);
        let left = Requirement { person: Some("somebody".to_owned()), ..requirement(&[Check::Names]) };
        assert_eq!(Answer::of(left, &checks).state, State::Person);
    }
}
