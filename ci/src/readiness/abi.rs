//! `extern "C"` beside clang: `tests/abi` calls C functions and is called by them, on the target and natively.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::Result;

use super::context::Context;
use super::evidence::{Evidence, last_words};

pub(super) fn check(context: &Context, evidence: &mut Evidence) -> Result<()> {
    let Some(clang) = clang() else {
        evidence.unanswered("there is no clang that compiles for WebAssembly. What to do: apt-get install clang-22, or set CC_wasm32_wasip3");
        return Ok(());
    };
    let version = evidence.run(Command::new(&clang).arg("--version"))?;
    evidence.holds(format!("the peer is {}", version.lines().next().unwrap_or("?")));
    for (program, arguments, variables) in
        [("abi", &["--features", "c-variadic"][..], &[("RUSTC_BOOTSTRAP", "1")][..]), ("unwind", &[], &[])]
    {
        let mut on_target = cargo(context, "run", program, &clang)?;
        let on_target = evidence.attempt(on_target.args(arguments).envs(variables.iter().copied()))?;
        let mut native = cargo(context, "run", program, &clang)?;
        let host = context.guest()?.host()?;
        native.args(arguments).args(["--target", &host]).envs(variables.iter().copied());
        let native = evidence.attempt(&mut native)?;
        judge(program, &on_target, evidence);
        let same = on_target.stdout == native.stdout && native.status.success();
        evidence.judge(same, format!("`{program}` says the same natively"));
    }
    Ok(())
}

/// A line of a program is `WHAT: ok`, or something differs.
fn judge(program: &str, output: &Output, evidence: &mut Evidence) {
    let said = String::from_utf8_lossy(&output.stdout);
    let good = said.lines().filter(|line| line.ends_with(": ok")).count();
    let differ: Vec<_> = said.lines().filter(|line| !line.ends_with(": ok")).collect();
    for line in &differ {
        evidence.fails(format!("`{program}`: {}", line.chars().take(300).collect::<String>()));
    }
    let functions = said.lines().filter(|line| line.starts_with("fn(")).count();
    let what = if functions == 0 {
        format!("{good} findings about panics and frames of C")
    } else {
        let types = good.saturating_sub(functions);
        format!(
            "{types} types as argument, result, in callbacks and variable lists, and {functions} lists of parameters"
        )
    };
    if output.status.success() && good > 0 && differ.is_empty() {
        evidence.holds(format!("`{program}`: {what} agree with clang"));
    } else {
        evidence.fails(format!("`{program}` ended with {}, {good} lines agree: {}", output.status, last_words(output)));
    }
}

/// `cargo p3 VERB --bin NAME` for `tests/abi`, with its C compiled by `clang`.
pub(super) fn cargo(context: &Context, verb: &str, name: &str, clang: &Path) -> Result<Command> {
    let mut command = context.cargo_p3(&context.checkout.path("tests/abi"), &[verb, "--quiet", "--bin", name]);
    command.env("CARGO_TARGET_DIR", target_dir(context)?).env("CC_wasm32_wasip3", clang).env("HOST_CC", clang);
    Ok(command)
}

/// Where these builds go.
pub(super) fn target_dir(context: &Context) -> Result<PathBuf> {
    context.scratch("abi")
}

/// A clang with the WebAssembly backend: the one the user names, the one of rustc's LLVM, any.
pub(super) fn clang() -> Option<PathBuf> {
    let named = std::env::var_os("CC_wasm32_wasip3").map(PathBuf::from);
    named.into_iter().chain(["clang-22", "clang"].map(PathBuf::from)).find(|clang| {
        let output = Command::new(clang).arg("--print-targets").output();
        output.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains("wasm32"))
    })
}
