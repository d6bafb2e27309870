//! readiness.md: the report for reading, and for quoting in a proposal.

use std::fmt::Write as _;

use super::answer::{Report, Ruling, State};

/// The report as Markdown.
pub(super) fn render(report: &Report) -> String {
    let mut text = format!(
        "# How ready `{}` is\n\n{}, sysroot `{}`, revision `{}`, {}. Repeat with `cargo p3 readiness`.\n\n",
        report.target, report.rustc, report.sysroot, report.revision, report.date
    );
    let _ = writeln!(
        text,
        "{} requirements of Rust's target tier policy: {} green, {} red, {} not run, {} a person's to judge.\n",
        report.answers.len(),
        report.count(State::Green),
        report.count(State::Red),
        report.count(State::NotRun),
        report.count(State::Person)
    );
    for tier in [3, 2] {
        let _ = writeln!(
            text,
            "## Tier {tier}\n\n| place in the policy | what it asks | state | answered by |\n|---|---|---|---|"
        );
        for answer in report.answers.iter().filter(|answer| answer.requirement.tier == tier) {
            let requirement = &answer.requirement;
            let checks: Vec<_> = requirement.checks.iter().map(|check| format!("[{0}](#{0})", check.name())).collect();
            let by: Vec<_> = checks
                .into_iter()
                .chain(requirement.person.as_ref().map(|words| format!("a person: {words}")))
                .collect();
            let _ = writeln!(
                text,
                "| [{}]({}) | {} | **{}** | {} |",
                requirement.place,
                answer.link,
                cell(&requirement.words),
                answer.state.word(),
                cell(&by.join(", "))
            );
        }
        text.push('\n');
    }
    text.push_str("## The checks\n\nIn commands, `$SYSROOT` is the directory of `cargo p3 env`'s `RUSTC`, two up, and `$TMP` is an empty directory.\n");
    report.checks.iter().for_each(|ruling| check(&mut text, ruling));
    text
}

fn check(text: &mut String, ruling: &Ruling) {
    let _ = writeln!(text, "\n### {}\n\n{}: **{}**", ruling.check.name(), ruling.title, ruling.state.word());
    let _ = match &ruling.why {
        Some(why) => writeln!(text, "({why}). Run it with `{}`.", ruling.repeat),
        None => writeln!(text, "after {:.1} s. Repeat with `{}`.", ruling.seconds, ruling.repeat),
    };
    if let Some(next) = ruling.next {
        let _ = writeln!(text, "\nWhat to do: {next}.");
    }
    if !ruling.lines.is_empty() {
        text.push('\n');
    }
    for line in &ruling.lines {
        let _ = writeln!(text, "- {}{}", if line.holds { "" } else { "**red:** " }, line.text);
    }
    if !ruling.commands.is_empty() {
        text.push_str("\n```sh\n");
        for ran in &ruling.commands {
            let failed = if ran.succeeded { "" } else { ", not successful" };
            let _ = writeln!(text, "{}    # {:.1} s{failed}", ran.command, ran.seconds);
        }
        text.push_str("```\n");
    }
}

/// Text for a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', r"\|").replace('\n', " ")
}
