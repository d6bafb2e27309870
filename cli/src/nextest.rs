//! `cargo p3 nextest`: cargo-nextest, in an environment in which it builds and runs for the target.
//!
//! Here because cargo-nextest runs each test in a process of its own, in parallel, again when it fails, or on one of many machines; and the runner
//! lets a component be such a process: it takes libtest's arguments and gives its exit codes.

use std::env;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::advice::Advise;
use crate::forward;
use crate::guest::{self, Guest};

const PROGRAM: &str = "cargo-nextest";

/// cargo-nextest, to be given its arguments.
///
/// # Errors
/// It is not installed, or cannot be told the runner.
pub(crate) fn command(guest: &Guest) -> Result<Command> {
    let program = forward::subcommand("nextest".as_ref())
        .with_context(|| format!("{PROGRAM} is not installed: it is neither on PATH nor where cargo installs"))
        .advise(format!("cargo install --locked {PROGRAM}"))?;
    let mut command = guest.command(&program);
    let has_runner = guest::runner_variables()
        .all(|variable| command.get_envs().any(|(name, _)| name == &*variable) || env::var_os(&variable).is_some());
    ensure!(has_runner, "the path {} has a blank, at which {PROGRAM} would split it", guest.sysroot().path().display());
    command.env("CARGO", guest.sysroot().toolchain().cargo());
    Ok(command)
}
