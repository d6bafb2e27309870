//! `extern "C"` beside clang: `tests/abi` calls C functions and is called by them, on the target and natively.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use super::context::Context;
use super::evidence::Evidence;

pub(super) fn check(context: &Context, evidence: &mut Evidence) -> Result<()> {
    let Some(clang) = clang() else {
        evidence.unanswered("there is no clang that compiles for WebAssembly. What to do: apt-get install clang-22, or set CC_wasm32_wasip3");
        return Ok(());
    };
    let version = evidence.run(Command::new(&clang).arg("--version"))?;
    evidence.holds(format!("the peer is {}", version.lines().next().unwrap_or("?")));
    let on_target = evidence.run(&mut program(context, "run", "abi", &clang)?)?;
    let mut native = program(context, "run", "abi", &clang)?;
    native.args(["--target", "x86_64-unknown-linux-gnu"]);
    let native = evidence.run(&mut native)?;
    for line in on_target.lines() {
        match line.strip_suffix(": ok") {
            Some(what) => evidence.holds(what),
            None => evidence.fails(line),
        }
    }
    evidence.judge(on_target == native, "the program says the same natively");
    Ok(())
}

/// `cargo p3 VERB --bin NAME` for `tests/abi`, with its C compiled by `clang`.
pub(super) fn program(context: &Context, verb: &str, name: &str, clang: &Path) -> Result<Command> {
    let mut command =
        context.cargo_p3(&context.checkout.path("tests/abi"), &[verb, "--quiet", "--release", "--bin", name]);
    command
        .env("CARGO_TARGET_DIR", context.scratch("abi")?)
        .env("CC_wasm32_wasip3", clang)
        .env("CC_x86_64_unknown_linux_gnu", clang);
    Ok(command)
}

/// A clang with the WebAssembly backend: the one the user names, the one of rustc's LLVM, any.
pub(super) fn clang() -> Option<PathBuf> {
    let named = std::env::var_os("CC_wasm32_wasip3").map(PathBuf::from);
    named.into_iter().chain(["clang-22", "clang"].map(PathBuf::from)).find(|clang| {
        let output = Command::new(clang).arg("--print-targets").output();
        output.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains("wasm32"))
    })
}
