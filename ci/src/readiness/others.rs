//! Other targets: std with our edits in it still compiles for them. Checking needs neither their linkers nor their compiled libraries.

use anyhow::Result;

use super::context::Context;
use super::evidence::{Evidence, last_words};

/// One of tier 1 for each system, and every relative that shares files with ours.
const TARGETS: [&str; 7] = [
    "x86_64-unknown-linux-gnu",
    "aarch64-apple-darwin",
    "x86_64-pc-windows-msvc",
    "wasm32-unknown-unknown",
    "wasm32-wasip1",
    "wasm32-wasip1-threads",
    "wasm32-wasip2",
];

pub(super) fn check(context: &Context, evidence: &mut Evidence) -> Result<()> {
    let guest = context.guest()?;
    let target_dir = context.scratch("others")?;
    for target in TARGETS {
        let mut cargo =
            guest.library_cargo(&["check", "--locked", "--package", "sysroot", "--target", target], &target_dir);
        // As a released std is compiled: without it, its crates count as stable to each other.
        cargo.env("RUSTFLAGS", "-Zforce-unstable-if-unmarked");
        let output = evidence.attempt(&mut cargo)?;
        if output.status.success() {
            evidence.holds(format!("the edited library compiles for {target}"));
        } else {
            evidence.fails(format!("the edited library does not compile for {target}: {}", last_words(&output)));
        }
    }
    let (total, fits) = conditions(context)?;
    evidence.holds(format!("{fits} of {total} edits name this target in the lines they insert"));
    Ok(())
}

/// How many edits there are, and how many of them say in their own lines for which target they are.
fn conditions(context: &Context) -> Result<(usize, usize)> {
    let (mut total, mut fits) = (0, 0);
    let needed = context.checkout.files("library/edits", "toml")?;
    for file in needed.into_iter().chain(context.checkout.files("library/faster/edits", "toml")?) {
        let edits: toml::Table = std::fs::read_to_string(&file)?.parse()?;
        for edit in edits.get("edit").and_then(toml::Value::as_array).into_iter().flatten() {
            total += 1;
            let inserted = edit.get("insert").and_then(toml::Value::as_str).unwrap_or_default();
            fits += usize::from(inserted.contains("\"p3\"") || inserted.contains("wasip3"));
        }
    }
    Ok((total, fits))
}
