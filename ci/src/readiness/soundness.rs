//! Soundness of code generation: programs in which safe code meets what could undermine it, and how each must end.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::abi;
use super::context::{Context, TARGET};
use super::evidence::{Evidence, last_words};

/// A program and its end.
struct Case {
    program: &'static str,
    /// What it shows.
    shows: &'static str,
    exit: i32,
    /// What standard error must say.
    says: &'static str,
    /// What standard output must not say.
    never: &'static str,
}

/// Programs of `tests/programs`.
const CASES: [Case; 6] = [
    Case {
        program: "stack_overflow",
        shows: "recursion without end is a trap",
        exit: 134,
        says: "stack overflow",
        never: "after",
    },
    Case {
        program: "thread_stack_overflow",
        shows: "so it is in a thread, whose stack lies among other data",
        exit: 134,
        says: "overflowed its stack",
        never: "Ok",
    },
    Case {
        program: "stack_big_frames",
        shows: "a frame larger than the whole stack is a trap, not a write elsewhere",
        exit: 134,
        says: "stack overflow",
        never: "after",
    },
    Case {
        program: "stack_overflow_beside_a_full_heap",
        shows: "a stack pointer that wraps around does not reach the heap, were it 4 GiB (rust-lang/rust#126747)",
        exit: 134,
        says: "stack overflow",
        never: "overwritten",
    },
    Case {
        program: "panic_in_a_destructor_while_panicking",
        shows: "a panic while unwinding ends the program",
        exit: 134,
        says: "second",
        never: "after",
    },
    Case {
        program: "alloc_large_and_aligned",
        shows: "alignment asked for is alignment given",
        exit: 0,
        says: "",
        never: "wrong",
    },
];

/// A program of `tests/abi`, with C beside it.
const PANIC_ACROSS_C: Case = Case {
    program: "panic_across_c",
    shows: "a panic does not leave an `extern \"C\"` function",
    exit: 134,
    says: "panic in a function that cannot unwind",
    never: "went on",
};

/// One that must not even be linked: what it throws would get past `catch_unwind`.
const FOREIGN_EXCEPTION: &str = "foreign_exception";
/// What the linker says of it.
const REFUSED: &str = "rust-lang/rust#148273";

pub(super) fn check(context: &Context, evidence: &mut Evidence) -> Result<()> {
    let target_dir = context.scratch("soundness")?;
    let mut build = context.cargo_p3(&context.checkout.path("tests/programs"), &["build", "--quiet"]);
    for Case { program, .. } in &CASES {
        build.args(["--bin", program]);
    }
    evidence.run(build.env("CARGO_TARGET_DIR", &target_dir))?;
    for case in &CASES {
        run(context, case, &component(&target_dir.join(TARGET).join("debug"), case), evidence)?;
    }
    let Some(clang) = abi::clang() else {
        evidence.unanswered("the cases with C need a clang: apt-get install clang-22");
        return Ok(());
    };
    evidence.run(&mut abi::cargo(context, "build", PANIC_ACROSS_C.program, &clang)?)?;
    let folder = abi::target_dir(context)?.join(TARGET).join("debug");
    run(context, &PANIC_ACROSS_C, &component(&folder, &PANIC_ACROSS_C), evidence)?;
    let output = evidence.attempt(&mut abi::cargo(context, "build", FOREIGN_EXCEPTION, &clang)?)?;
    let refused = !output.status.success() && String::from_utf8_lossy(&output.stderr).contains(REFUSED);
    let how = if refused { String::new() } else { format!("; but linking it ended with {}", output.status) };
    evidence.judge(
        refused,
        format!("`{FOREIGN_EXCEPTION}`: an exception that is no panic would get past `catch_unwind` ({REFUSED}); the linker refuses it{how}"),
    );
    Ok(())
}

fn component(folder: &Path, case: &Case) -> PathBuf {
    folder.join(format!("{}.wasm", case.program))
}

fn run(context: &Context, case: &Case, component: &Path, evidence: &mut Evidence) -> Result<()> {
    let output = evidence.attempt(context.component_run(&["--max-memory", "4G"])?.arg(component))?;
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let Case { program, shows, exit, says, never } = case;
    let holds = output.status.code() == Some(*exit) && stderr.contains(says) && !stdout.contains(never);
    let how =
        if holds { String::new() } else { format!("; but it ended with {}: {}", output.status, last_words(&output)) };
    evidence.judge(holds, format!("`{program}`: {shows} (exit code {exit}){how}"));
    Ok(())
}
