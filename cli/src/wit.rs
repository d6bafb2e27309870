//! `cargo p3 wit`: the WIT of a package's component, for whoever binds to it in another language.
//!
//! The linker writes it, because it alone knows both the types of the component and what their authors have written about them.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};

use crate::process;

/// Builds the component once more and prints its WIT, or writes it into a file of the package's name in `out`.
///
/// # Errors
/// What is built is no component, or a file cannot be written.
pub(crate) fn wit(out: Option<&Path>, arguments: &[OsString]) -> Result<ExitCode> {
    let own = env::current_exe().context("this process does not know its executable")?;
    let directory = tempfile::tempdir().context("no temporary directory can be made")?;
    // Another file each time: cargo would not link again for the same words.
    let file = directory.path().join("component.wit");
    let mut word = OsString::from("-Clink-arg=--wit=");
    word.push(&file);
    let mut build = Command::new(own);
    build.args(["p3", "rustc"]).args(arguments).arg("--").arg(word);
    let status = build.status().context("cargo p3 cannot be started")?;
    if !status.success() {
        return Ok(process::exit_code(status));
    }
    let Ok(text) = fs::read_to_string(&file) else {
        bail!(
            "what was built is no component: WIT is that of a program, or of a library with `crate-type = [\"cdylib\"]`"
        );
    };
    let Some(out) = out else {
        process::print(&text)?;
        return Ok(ExitCode::SUCCESS);
    };
    let file: PathBuf = out.join("component.wit");
    fs::create_dir_all(out).with_context(|| format!("{} cannot be made", out.display()))?;
    fs::write(&file, text).with_context(|| format!("{} cannot be written", file.display()))?;
    process::print(&format!("{}\n", file.display()))?;
    Ok(ExitCode::SUCCESS)
}
