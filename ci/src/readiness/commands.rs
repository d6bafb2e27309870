//! The page's commands, run as they are written: in a project that has a program and a test.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use super::context::{Context, TARGET};
use super::documents::{self, PAGE};
use super::evidence::{Evidence, last_words};

pub(super) fn check(context: &Context, evidence: &mut Evidence) -> Result<()> {
    let text = documents::read(context, PAGE)?;
    let project = context.scratch("page")?;
    write_project(&project)?;
    for (level, heading) in documents::headings(&text) {
        let section = documents::section(&text, heading).expect("a heading has a section");
        if level != 2 {
            continue;
        }
        for block in documents::commands(section) {
            let mut shell = Command::new("bash");
            shell.args(["-euo", "pipefail", "-c", &block]).current_dir(&project);
            context.as_a_person(&mut shell);
            let output = evidence.attempt(&mut shell)?;
            let how =
                if output.status.success() { "runs".to_owned() } else { format!("fails: {}", last_words(&output)) };
            let shown = block.lines().collect::<Vec<_>>().join("; ");
            evidence.judge(output.status.success(), format!("\"{heading}\": `{shown}` {how}"));
            if output.status.success() && block.contains("p3 test") {
                let said = String::from_utf8_lossy(&output.stdout);
                evidence.judge(
                    said.contains("test result: ok. 2 passed"),
                    "the project's two tests ran, one of them `#[should_panic]`",
                );
            }
        }
    }
    let component = project.join("target").join(TARGET).join("release/page.wasm");
    evidence.judge(component.is_file(), "the component lies where the page says");
    Ok(())
}

/// A package with a program, a test, and a test that should panic.
fn write_project(project: &Path) -> Result<()> {
    let write = |name: &str, text: &str| {
        std::fs::write(project.join(name), text)
            .with_context(|| format!("cannot write {}", project.join(name).display()))
    };
    std::fs::create_dir_all(project.join("src"))?;
    write("Cargo.toml", "[package]\nname = \"page\"\nedition = \"2024\"\n\n[workspace]\n")?;
    write(
        "src/main.rs",
        "fn main() {\n    println!(\"hello\");\n}\n\n#[test]\nfn adds() {\n    assert_eq!(1 + 1, 2);\n}\n\n\
         #[test]\n#[should_panic]\nfn panics() {\n    panic!(\"as it should\");\n}\n",
    )
}
