//! `cargo p3 readiness`: the report on how ready the target is for a tier of Rust's, made by the checkout's own `ci`.
//!
//! The report is about a checkout, and needs it: requirements, documents and programs are read there. So this only finds one and starts its
//! `readiness`, which calls this executable in turn.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};

use crate::advice::Advise;
use crate::process;

/// Becomes the checkout's `readiness` with these arguments.
///
/// # Errors
/// There is no checkout here, or no cargo.
pub(crate) fn run(arguments: Vec<OsString>) -> Result<ExitCode> {
    let manifest = checkout().advise("clone the repository, and call `cargo p3 readiness` in it")?.join("Cargo.toml");
    let own = env::current_exe().context("this process does not know its executable")?;
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["run", "--quiet", "--release", "--bin", "readiness", "--manifest-path"]);
    cargo.arg(manifest).arg("--").arg("--cargo-p3").arg(own).args(arguments);
    Err(process::replace_by(cargo))
}

/// The checkout above the current directory, or else the one that this was built in.
fn checkout() -> Result<PathBuf> {
    let here = env::current_dir().context("the current directory is gone")?;
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    match here.ancestors().chain(built).find(|folder| folder.join("ci/requirements.toml").is_file()) {
        Some(root) => Ok(root.to_owned()),
        None => bail!("{} is not in a checkout of this project, and the report is about one", here.display()),
    }
}
