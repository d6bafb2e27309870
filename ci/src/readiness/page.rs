//! The platform-support page: the form that rustc's documentation gives such a page.

use anyhow::Result;

use super::context::{Context, TARGET};
use super::documents::{self, PAGE};
use super::evidence::Evidence;

/// The sections of rustc's template for such pages, in their order.
const SECTIONS: [&str; 6] = [
    "Target maintainers",
    "Requirements",
    "Building the target",
    "Building Rust programs",
    "Testing",
    "Cross-compilation toolchains and C code",
];

pub(super) fn check(context: &Context, evidence: &mut Evidence) -> Result<()> {
    let text = documents::read(context, PAGE)?;
    let headings = documents::headings(&text);
    let title = format!("`{TARGET}`");
    evidence.judge(headings.first() == Some(&(1, &title)), format!("the title is {title}"));
    evidence.judge(text.lines().any(|line| line.starts_with("**Tier: ")), "the tier is stated");
    let found: Vec<_> = headings
        .iter()
        .filter(|(level, title)| *level == 2 && SECTIONS.contains(title))
        .map(|(_, title)| *title)
        .collect();
    for section in SECTIONS {
        let words = documents::section(&text, section).map_or(0, |text| text.split_whitespace().count());
        evidence.judge(words >= 5, format!("\"{section}\": {words} words"));
    }
    evidence.judge(found == SECTIONS, "the sections stand in the template's order");
    for section in ["Building the target", "Building Rust programs", "Testing"] {
        let commands = documents::section(&text, section).map_or(0, |text| documents::commands(text).len());
        evidence.judge(commands > 0, format!("\"{section}\" has {commands} blocks of commands"));
    }
    Ok(())
}
