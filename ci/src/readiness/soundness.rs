//! Soundness of code generation: programs in which safe code meets what could undermine it, and how each must end.

use anyhow::Result;

use super::context::Context;
use super::evidence::{Evidence, last_words};

/// A program and its end.
struct Case {
    /// Below `tests/programs/src/bin`.
    program: &'static str,
    /// What it shows.
    shows: &'static str,
    exit: i32,
    /// What standard error must say.
    says: &'static str,
}

const CASES: [Case; 5] = [
    Case { program: "stack_overflow", shows: "recursion without end is a trap", exit: 134, says: "stack overflow" },
    Case {
        program: "thread_stack_overflow",
        shows: "so it is in a thread, whose stack is allocated",
        exit: 134,
        says: "overflowed its stack",
    },
    Case {
        program: "stack_big_frames",
        shows: "a frame larger than what is left is a trap, not a write elsewhere",
        exit: 134,
        says: "stack overflow",
    },
    Case {
        program: "panic_in_a_destructor_while_panicking",
        shows: "a panic while unwinding ends the program",
        exit: 134,
        says: "panic",
    },
    Case { program: "alloc_large_and_aligned", shows: "alignment asked for is alignment given", exit: 0, says: "" },
];

pub(super) fn check(context: &Context, evidence: &mut Evidence) -> Result<()> {
    let target_dir = context.scratch("soundness")?;
    let mut build = context.cargo_p3(&context.checkout.path("tests/programs"), &["build", "--quiet"]);
    for Case { program, .. } in &CASES {
        build.args(["--bin", program]);
    }
    evidence.run(build.env("CARGO_TARGET_DIR", &target_dir))?;
    for Case { program, shows, exit, says } in &CASES {
        let component = target_dir.join("wasm32-wasip3/debug").join(format!("{program}.wasm"));
        let output = evidence.attempt(context.component_run(&[])?.arg(component))?;
        let said = String::from_utf8_lossy(&output.stderr);
        let holds = output.status.code() == Some(*exit) && said.contains(says);
        let how = if holds {
            String::new()
        } else {
            format!("; but it ended with {}: {}", output.status, last_words(&output))
        };
        evidence.judge(holds, format!("`{program}`: {shows} (exit code {exit}){how}"));
    }
    Ok(())
}
