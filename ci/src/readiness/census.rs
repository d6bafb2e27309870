//! The census of std: how many APIs that touch the platform work, and that each refusal names what forbids it.

use anyhow::Result;

use super::context::Context;
use super::documents;
use super::evidence::Evidence;

const DOCUMENT: &str = "docs/std-support.md";

pub(super) fn check(context: &Context, evidence: &mut Evidence) -> Result<()> {
    let text = documents::read(context, DOCUMENT)?;
    let rows: Vec<Row<'_>> = text.lines().filter_map(Row::of).collect();
    let same = rows.iter().filter(|row| row.answer == "same").count();
    evidence.judge(!rows.is_empty(), format!("{} APIs touch the platform; {same} behave as on Linux", rows.len()));
    for row in rows.iter().filter(|row| row.answer != "same") {
        let text = format!("{}: {}", row.api, row.answer);
        evidence.judge(row.reason().is_some_and(|reason| reason.split_whitespace().count() >= 4), text);
    }
    // The page says only what programs say: this compares the two.
    let test = ["test", "--release", "-p", "cargo-p3", "--test", "programs", "--", "--exact", "docs_std_support"];
    let mut cargo = context.checkout.cargo(&test);
    let said = evidence.run(&mut cargo)?;
    evidence.judge(said.contains("1 passed"), format!("{DOCUMENT} says what the census programs say when they run"));
    Ok(())
}

/// A row of the page's tables.
struct Row<'a> {
    api: &'a str,
    answer: &'a str,
}

impl<'a> Row<'a> {
    fn of(line: &'a str) -> Option<Row<'a>> {
        let (api, answer) = line.strip_prefix("| ")?.strip_suffix(" |")?.split_once(" | ")?;
        let answered = answer == "same" || answer.contains(" on Linux, ");
        answered.then_some(Row { api, answer })
    }

    /// Why it is not the same.
    fn reason(&self) -> Option<&'a str> {
        self.answer.split_once(" here: ").map(|(_, reason)| reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_have_reasons() {
        assert!(Row::of("| API | here |").is_none());
        assert_eq!(Row::of("| File::open | same |").unwrap().reason(), None);
        let row = Row::of("| File::lock | () on Linux, Unsupported here: WASI 0.3.0 has no file locks |").unwrap();
        assert_eq!(row.reason(), Some("WASI 0.3.0 has no file locks"));
    }
}
