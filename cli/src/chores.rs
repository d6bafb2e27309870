//! The verbs that are about a checkout of this project: its own tools do them, built there when they are first asked for.
//!
//! `cargo p3 readiness` reads the checkout's requirements, documents and programs; `cargo p3 std-test` its list of known failures.
//! Who only builds programs needs neither, nor what they stand on.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};

use crate::advice::Advise;
use crate::process;

/// Becomes the checkout's `readiness`, which calls this executable in turn.
///
/// # Errors
/// There is no checkout here, or no cargo.
pub(crate) fn readiness(arguments: &[OsString]) -> Result<ExitCode> {
    let own = env::current_exe().context("this process does not know its executable")?;
    let arguments = ["--cargo-p3".into(), own.into()].into_iter().chain(arguments.iter().cloned());
    become_tool("readiness", arguments)
}

/// Becomes the checkout's `std-test`.
///
/// # Errors
/// There is no checkout here, or no cargo.
pub(crate) fn std_test(arguments: &[OsString]) -> Result<ExitCode> {
    become_tool("std-test", arguments.iter().cloned())
}

fn become_tool(name: &str, arguments: impl IntoIterator<Item = OsString>) -> Result<ExitCode> {
    let checkout = checkout(name).advise(format!("clone the repository, and call `cargo p3 {name}` in it"))?;
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // No package is named: cargo then takes the features of the whole workspace, and compiles nothing twice.
    cargo.args(["run", "--quiet", "--release", "--bin", name, "--manifest-path"]);
    cargo.arg(checkout.join("Cargo.toml")).arg("--").args(arguments);
    Err(process::replace_by(cargo))
}

/// The checkout above the current directory, or else the one that this was built in.
pub(crate) fn checkout(verb: &str) -> Result<PathBuf> {
    let here = env::current_dir().context("the current directory is gone")?;
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    match here.ancestors().chain(built).find(|folder| folder.join("ci/requirements.toml").is_file()) {
        Some(root) => Ok(root.to_owned()),
        None => bail!("{} is not in a checkout of this project, and `{verb}` needs one", here.display()),
    }
}
