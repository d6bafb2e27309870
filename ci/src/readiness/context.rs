//! What the checks work with: the checkout, the tools, the guest's toolchain, and a place for what they make.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use tempfile::TempDir;

use super::guest::Guest;
use crate::Checkout;

/// The target that is reported on.
pub(super) const TARGET: &str = "wasm32-wasip3";

/// What the checks work with.
pub(super) struct Context {
    pub(super) checkout: Checkout,
    /// How many clean builds to make.
    pub(super) builds: u32,
    /// Where the results of the test suites lie.
    pub(super) suites: PathBuf,
    /// Where the report goes, and files that belong to it.
    pub(super) out: PathBuf,
    cargo_p3: PathBuf,
    scratch: TempDir,
    guest: OnceCell<Guest>,
}

impl Context {
    pub(super) fn new(
        checkout: Checkout,
        cargo_p3: PathBuf,
        out: PathBuf,
        builds: u32,
        suites: PathBuf,
    ) -> Result<Context> {
        let scratch =
            tempfile::Builder::new().prefix("readiness-").tempdir().context("cannot make a temporary directory")?;
        Ok(Context { checkout, builds, suites, out, cargo_p3, scratch, guest: OnceCell::new() })
    }

    /// A directory of its own for what a check makes.
    pub(super) fn scratch(&self, name: &str) -> Result<PathBuf> {
        let directory = self.scratch.path().join(name);
        std::fs::create_dir_all(&directory).with_context(|| format!("cannot make {}", directory.display()))?;
        Ok(directory)
    }

    /// `cargo p3 VERB` in `directory`, as a person in a shell calls it: without what the cargo that runs this left in the environment.
    pub(super) fn cargo_p3(&self, directory: &Path, arguments: &[&str]) -> Command {
        // Not by way of cargo: in this checkout `cargo p3` is an alias that builds `cargo-p3` first.
        let mut command = Command::new(&self.cargo_p3);
        command.arg("p3").args(arguments).current_dir(directory);
        self.as_a_person(&mut command);
        command
    }

    /// `component-run` with these arguments.
    pub(super) fn component_run(&self, arguments: &[&str]) -> Result<Command> {
        let mut command = Command::new(self.guest()?.tool("component-run"));
        command.args(arguments);
        Ok(command)
    }

    /// Takes the marks of the calling cargo out of a command's environment, and puts `cargo p3` onto its path.
    pub(super) fn as_a_person(&self, command: &mut Command) {
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            let of_package = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"];
            if of_package.iter().any(|prefix| text.starts_with(prefix))
                || ["CARGO", "RUSTUP_TOOLCHAIN", "CARGO_TARGET_DIR"].contains(&&*text)
            {
                command.env_remove(&name);
            }
        }
        let tools = self.cargo_p3.parent().unwrap_or(Path::new("."));
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::iter::once(tools.to_owned()).chain(std::env::split_paths(&path));
        command.env("PATH", std::env::join_paths(path).unwrap_or_default());
    }

    /// The guest's toolchain; the first to ask makes the sysroot if it is not there.
    pub(super) fn guest(&self) -> Result<&Guest> {
        if self.guest.get().is_none() {
            let guest = Guest::ask(&mut self.cargo_p3(&self.checkout.path(""), &["env", "--json"]))?;
            return Ok(self.guest.get_or_init(|| guest));
        }
        Ok(self.guest.get().expect("it was just looked at"))
    }

    /// Directories, and what they are called in the commands of the report.
    pub(super) fn names(&self) -> Result<Vec<(PathBuf, &'static str)>> {
        Ok(vec![
            (self.scratch.path().to_owned(), "$TMP"),
            (self.guest()?.sysroot.clone(), "$SYSROOT"),
            (self.cargo_p3.clone(), "cargo"),
            (self.checkout.root(), "."),
        ])
    }
}
