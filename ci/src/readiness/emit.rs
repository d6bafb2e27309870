//! What rustc emits for the target: assembly, objects, LLVM's text; with the default processor and features.

use anyhow::{Context as _, Result};

use super::context::Context;
use super::evidence::Evidence;

const SOURCE: &str =
    "#[unsafe(no_mangle)]\npub extern \"C\" fn add(a: i32, b: i32) -> i32 {\n    a.wrapping_add(b)\n}\n";

pub(super) fn check(context: &Context, evidence: &mut Evidence) -> Result<()> {
    let folder = context.scratch("emit")?;
    std::fs::write(folder.join("add.rs"), SOURCE)?;
    let mut rustc = context.guest()?.rustc();
    rustc
        .args(["--crate-type", "lib", "-O", "--emit", "asm,obj,llvm-ir", "--out-dir"])
        .arg(&folder)
        .arg(folder.join("add.rs"));
    let warnings = evidence.attempt(&mut rustc)?;
    evidence.judge(warnings.status.success(), "rustc ends successfully");
    let said = String::from_utf8_lossy(&warnings.stderr);
    evidence.judge(
        said.trim().is_empty(),
        format!(
            "the backend knows every feature{}",
            if said.trim().is_empty() { String::new() } else { format!(": {}", said.trim()) }
        ),
    );
    let read = |name: &str| std::fs::read(folder.join(name)).with_context(|| format!("rustc wrote no {name}"));
    let assembly = String::from_utf8(read("add.s")?)?;
    evidence.judge(
        assembly.contains("i32.add") && assembly.contains("add:"),
        format!("add.s: {} lines of assembly with `i32.add`", assembly.lines().count()),
    );
    let object = read("add.o")?;
    evidence.judge(
        object.starts_with(b"\0asm\x01\0\0\0"),
        format!("add.o: a WebAssembly object of {} bytes", object.len()),
    );
    let text = String::from_utf8(read("add.ll")?)?;
    evidence.judge(
        text.contains("define"),
        format!(
            "add.ll: {} lines for `{}`",
            text.lines().count(),
            text.lines().find(|line| line.starts_with("target triple")).unwrap_or("?")
        ),
    );
    Ok(())
}
