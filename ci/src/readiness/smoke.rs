//! A program from source to its end: cross-compiled on this machine, run by emulation.

use anyhow::Result;

use super::context::Context;
use super::evidence::Evidence;

pub(super) fn check(context: &Context, evidence: &mut Evidence) -> Result<()> {
    let host = evidence.run(context.guest()?.upstream().args(["--print", "host-tuple"]))?;
    evidence.holds(format!("the host is {}, the target's host tools are none", host.trim()));
    let mut run = context.cargo_p3(&context.checkout.path("examples/hello"), &["run", "--quiet"]);
    run.env("CARGO_TARGET_DIR", context.scratch("smoke")?);
    let printed = evidence.run(&mut run)?;
    evidence.judge(printed.contains("Hello"), format!("examples/hello prints {:?}", printed.trim()));
    Ok(())
}
