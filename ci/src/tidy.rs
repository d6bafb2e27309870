//! What no compiler checks: where unsafe may stand, what a text may not say, that links lead somewhere and arrows
//! downwards.

use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::checkout::Checkout;
use crate::layers;

/// Where host code may use `unsafe`: nowhere else does the workspace's lint table allow it to be re-opened.
const ROOMS_OF_UNSAFE: &[&str] = &[
    "cli/tests/projects/guests/",
    "library/alloc/",
    "library/compiler-builtins/",
    "library/component/src/",
    "library/component/tests/",
    "library/core/",
    "library/faster/",
    "library/heap/src/",
    "library/macros/src/",
    "library/overlay/tests/faster.rs",
    "library/profiler_builtins/src/",
    "library/std/",
    "library/test/src/web.rs",
    "library/c/src/",
    "library/wasi/src/",
    "library/wasi/tests/",
    "library/web/src/",
    "linker/tests/programs/",
    "runtime/src/",
    "tests/abi/",
    "tests/programs/",
];

/// Runs every rule over the checkout; all findings are printed, then counted.
///
/// # Errors
/// There are findings, or a file cannot be read.
pub fn tidy(checkout: &Checkout) -> Result<()> {
    let mut findings = layers::check(checkout)?;
    for file in checkout.files("", "rs")? {
        let shown = checkout.shown(&file).to_string();
        let text = std::fs::read_to_string(&file).with_context(|| format!("cannot read {shown}"))?;
        findings.extend(rust(&shown, &text));
    }
    for file in checkout.files("", "md")? {
        let shown = checkout.shown(&file).to_string();
        let text = std::fs::read_to_string(&file).with_context(|| format!("cannot read {shown}"))?;
        findings.extend(links(&shown, &text, &file));
    }
    for finding in &findings {
        println!("{finding}");
    }
    if findings.is_empty() { Ok(()) } else { bail!("{} findings", findings.len()) }
}

/// The rules for Rust files.
fn rust(shown: &str, text: &str) -> Vec<String> {
    let mut findings = Vec::new();
    if !text.starts_with("//!") && !text.starts_with("#!") {
        findings.push(format!("{shown}:1: begins with no `//!` that says what the file is"));
    }
    let unsafe_allowed = ROOMS_OF_UNSAFE.iter().any(|room| shown.starts_with(room));
    let mut before: Vec<String> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let number = number + 1;
        let code = line.split("//").next().unwrap_or_default();
        // This file spells the words out to find them.
        if shown != "ci/src/tidy.rs" {
            if (code.contains("unsafe {") || code.contains("unsafe impl")) && !before.iter().any(|line| is_reason(line))
            {
                findings.push(format!("{shown}:{number}: an unsafe block without `// SAFETY:` above it"));
            }
            if code.contains("unsafe {") && !unsafe_allowed {
                findings.push(format!("{shown}:{number}: unsafe outside its rooms"));
            }
            if ["TODO", "FIXME", "XXX"].iter().any(|word| line.contains(word)) {
                findings.push(format!("{shown}:{number}: unfinished"));
            }
        }
        // A reason holds for the statement below it: comments and attributes may stand between.
        if line.trim().is_empty() {
            before.clear();
        }
        before.push(line.to_owned());
        if before.len() > 8 {
            before.remove(0);
        }
    }
    findings
}

fn is_reason(line: &str) -> bool {
    line.contains("SAFETY:")
}

/// Relative links of a Markdown file lead to files that exist.
fn links(shown: &str, text: &str, file: &Path) -> Vec<String> {
    let mut findings = Vec::new();
    let folder = file.parent().expect("a file lies in a folder");
    for (number, line) in text.lines().enumerate() {
        for part in line.split("](").skip(1) {
            let Some((target, _)) = part.split_once(')') else { continue };
            let target = target.split('#').next().unwrap_or_default();
            if target.is_empty() || target.contains("://") {
                continue;
            }
            if !folder.join(target).exists() {
                findings.push(format!("{shown}:{}: a link to {target}, which is not there", number + 1));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unsafe_without_a_reason_is_found() {
        let text = "//! A file.\nfn f() {\n    unsafe { g() }\n}\n";
        assert_eq!(rust("library/component/src/a.rs", text).len(), 1);
        let text = "//! A file.\nfn f() {\n    // SAFETY: g asks for nothing.\n    unsafe { g() }\n}\n";
        assert!(rust("library/component/src/a.rs", text).is_empty());
        assert_eq!(rust("cli/src/a.rs", text).len(), 1);
    }

    #[test]
    fn a_file_without_a_header_is_found() {
        assert_eq!(rust("a.rs", "fn main() {}\n").len(), 1);
    }

    #[test]
    fn a_dead_link_is_found() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("a.md");
        assert_eq!(links("a.md", "see [this](no/such.md) and [that](Cargo.toml#x)", &here).len(), 1);
    }
}
