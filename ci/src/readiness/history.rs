//! The suites of Rust's own tests: what the last report says beside native, and the dates of the runs before it.

use anyhow::{Context as _, Result};
use serde::Deserialize;

use super::context::Context;
use super::evidence::Evidence;
use crate::report::{Counts, Native, Report, Suite};

/// What of a line of `history.jsonl` matters here.
#[derive(Deserialize)]
struct Run {
    date: String,
}

/// The suites that a report must have to stand for std's tests.
const SUITES: [&str; 3] = ["coretests", "alloctests", "std"];

pub(super) fn check(context: &Context, evidence: &mut Evidence) -> Result<()> {
    let file = context.suites.join("report.json");
    if !file.is_file() {
        evidence.unanswered(format!("there is no {}", context.checkout.shown(&file)));
        return Ok(());
    }
    let report = Report::read(&file)?;
    for name in SUITES {
        evidence.judge(report.suites.iter().any(|suite| suite.suite == name), format!("`{name}` is in the report"));
    }
    for Suite { suite, counts } in &report.suites {
        let (compared, native) = match &counts.native {
            // A native run in which nothing passes is no run.
            Some(Native { passed, passed_on_both }) if *passed > 0 => {
                let share = 100.0 * *passed_on_both as f64 / *passed as f64;
                (true, format!("{passed_on_both} of the {passed} that pass natively ({share:.1} %)"))
            }
            Some(_) => (false, "nothing passes natively".to_owned()),
            None => (false, "native is not in the report".to_owned()),
        };
        let Counts { passed, failed, unexpected, .. } = counts;
        let text = format!("{suite}: {passed} passed, {failed} failed, {unexpected} not as expected; {native}");
        evidence.judge(*unexpected == 0 && compared, text);
    }
    evidence.judge(!report.red, "the report as a whole is not red");
    let file = context.suites.join("history.jsonl");
    let text = std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let runs: Vec<Run> = text
        .lines()
        .map(|line| serde_json::from_str(line).with_context(|| format!("{}: `{line}` is no run", file.display())))
        .collect::<Result<_>>()?;
    let dates: Vec<&str> = runs.iter().map(|run| run.date.get(..10).unwrap_or(&run.date)).collect();
    evidence.judge(
        !dates.is_empty(),
        format!(
            "{} runs are on record, from {} to {}",
            dates.len(),
            dates.first().unwrap_or(&"?"),
            dates.last().unwrap_or(&"?")
        ),
    );
    Ok(())
}
