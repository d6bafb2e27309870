//! The baseline: the processor features that the documents state are those that rustc turns on, and the system's are stated.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result};

use super::context::Context;
use super::documents::{self, PAGE, TARGETS};
use super::evidence::Evidence;
use super::names;

pub(super) fn check(context: &Context, evidence: &mut Evidence) -> Result<()> {
    let guest = context.guest()?;
    let cfgs = evidence.run(guest.rustc().args(["--print", "cfg"]))?;
    let mut on = names::values(&cfgs, "target_feature");
    // How programs are linked; no feature of a processor.
    on.remove("crt-static");
    evidence.holds(format!("rustc turns on: {}", join(&on)));
    for (document, heading) in [(TARGETS, "CPU baseline"), (PAGE, "Baseline")] {
        let text = documents::read(context, document)?;
        let section =
            documents::section(&text, heading).with_context(|| format!("{document} has no section \"{heading}\""))?;
        let stated = stated(section);
        let missing: BTreeSet<_> = on.difference(&stated).cloned().collect();
        let wrong: BTreeSet<_> = stated.difference(&on).cloned().collect();
        evidence.judge(missing.is_empty(), format!("{document}: what is on and not stated: {}", join(&missing)));
        evidence.judge(wrong.is_empty(), format!("{document}: what is stated and not on: {}", join(&wrong)));
    }
    let spec = evidence.run(guest.rustc().args(["--print", "target-spec-json", "-Zunstable-options"]))?;
    let spec: serde_json::Value = serde_json::from_str(&spec).context("rustc's target-spec-json is no JSON")?;
    for feature in spec["features"].as_str().context("the specification has no features")?.split(',') {
        let name = feature.trim_start_matches('+');
        evidence
            .judge(feature.starts_with('+') && on.contains(name), format!("`{feature}` of the specification is on"));
    }
    let page = documents::read(context, PAGE)?;
    let requirements = documents::section(&page, "Requirements").context("the page has no section \"Requirements\"")?;
    for (word, what) in [
        ("WASI 0.3.0", "the system's version"),
        ("wasmtime 48", "a runtime that has it"),
        ("Rust 1.96.0", "the compiler's version"),
    ] {
        evidence.judge(requirements.contains(word), format!("{PAGE}: {what} is stated: {word}"));
    }
    Ok(())
}

/// The features that a section states: the list it begins with, up to the colon, and each `cfg(target_feature = "...")` that it says is true.
fn stated(section: &str) -> BTreeSet<String> {
    let list = section.trim_start().split(':').next().unwrap_or_default();
    let list = list.split(',').map(|name| name.split_whitespace().collect::<String>());
    let said =
        documents::code(section).filter_map(|code| code.strip_prefix("cfg(target_feature = \"")?.strip_suffix("\")"));
    let said = said.filter(|name| section.contains(&format!("`cfg(target_feature = \"{name}\")` is true")));
    list.chain(said.map(str::to_owned)).filter(|name| !name.is_empty()).collect()
}

fn join(names: &BTreeSet<String>) -> String {
    if names.is_empty() { "nothing".to_owned() } else { names.iter().cloned().collect::<Vec<_>>().join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_and_what_is_said_to_be_true_are_stated() {
        let section = "\nsign-ext, bulk-\nmemory: all.\n\n`cfg(target_feature = \"atomics\")` is true. Not `cfg(target_feature = \"x\")`.\n";
        assert_eq!(stated(section).into_iter().collect::<Vec<_>>(), ["atomics", "bulk-memory", "sign-ext"]);
    }
}
