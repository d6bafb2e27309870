//! Programs on the newest versions of the crates that people use: an old pin would hide that today's no longer link.
//!
//! Each folder of `tests/newest` is a package whose dependencies are `*`, without a lock file. A copy of it is built and run by
//! `cargo p3`; what it prints must be what its `expected.txt` says. One that is known to fail has a `fails.txt` instead: a text
//! that its error contains, and the reason; when it no longer fails, that is an error. The versions that were taken are printed, and a package that
//! fails does not keep the others from being tried.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use cargo_metadata::MetadataCommand;

use crate::checkout::{Checkout, copy};

/// Builds and runs every package, and says what broke.
///
/// # Errors
/// A package that does not build, or does not print what it should.
pub fn newest(checkout: &Checkout) -> Result<()> {
    let place = tempfile::tempdir()?;
    let mut folders = Vec::new();
    for entry in std::fs::read_dir(checkout.path("tests/newest")).context("there is no tests/newest")? {
        folders.push(entry?.path());
    }
    folders.sort();
    ensure!(!folders.is_empty(), "tests/newest holds no package");
    let mut broken = Vec::new();
    for folder in folders {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        println!("\n---- {name}");
        match run(checkout, &folder, &place.path().join(&name), &place.path().join("target")) {
            Ok(()) => println!("{name}: ok"),
            Err(error) => {
                println!("{name}: {error:#}");
                broken.push(name);
            }
        }
    }
    if broken.is_empty() { Ok(()) } else { bail!("broken with the newest versions: {}", broken.join(", ")) }
}

fn run(checkout: &Checkout, source: &Path, folder: &Path, target: &Path) -> Result<()> {
    copy(source, folder)?;
    let metadata = MetadataCommand::new().manifest_path(folder.join("Cargo.toml")).exec()?;
    let root = metadata.root_package().context("it is no package")?;
    for dependency in &root.dependencies {
        let taken = metadata.packages.iter().filter(|package| *package.name == dependency.name);
        taken.for_each(|package| println!("  {} {}", package.name, package.version));
    }
    let mut command = Command::new(checkout.tool("cargo-p3"));
    command.args(["p3", "run", "--quiet"]).current_dir(folder).env("CARGO_TARGET_DIR", target);
    for variable in ["CARGO", "RUSTUP_TOOLCHAIN"] {
        command.env_remove(variable);
    }
    let output = command.output().context("cargo p3 cannot be started")?;
    let stderr = String::from_utf8_lossy(&output.stderr);
    if let Ok(known) = std::fs::read_to_string(folder.join("fails.txt")) {
        let (text, reason) = known.split_once('\n').context("fails.txt holds a text and a reason, a line each")?;
        ensure!(!output.status.success(), "it runs, though it is known to fail ({})", reason.trim());
        ensure!(stderr.contains(text), "it fails in another way than known:\n{stderr}");
        println!("  fails, as is known: {}", reason.trim());
        return Ok(());
    }
    ensure!(output.status.success(), "`cargo p3 run` ended with {}:\n{stderr}", output.status);
    let expected = std::fs::read_to_string(folder.join("expected.txt")).context("it has no expected.txt")?;
    let printed = String::from_utf8_lossy(&output.stdout);
    ensure!(printed == expected, "it printed\n{printed}instead of\n{expected}");
    Ok(())
}
