//! Where things lie: this checkout, the tools built from it, a directory for files that should cost nothing to write.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

/// The checkout that this binary was built from, and a scratch directory that lives as long as this value.
pub(crate) struct Place {
    root: PathBuf,
    builds: PathBuf,
    tools: PathBuf,
    /// Whether the tools are this workspace's, to be built from it.
    own_tools: bool,
    scratch: TempDir,
}

impl Place {
    /// Finds the checkout and makes the scratch directory, in memory where the host offers that.
    ///
    /// # Errors
    /// A directory of tools without the tools.
    pub(crate) fn find(tools: Option<&Path>) -> Result<Place> {
        let root =
            Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).context("this package lies in a workspace")?;
        let own = std::env::current_exe().context("cannot tell where this program lies")?;
        let beside = own.parent().context("an executable lies in a directory")?;
        let memory = Path::new("/dev/shm");
        let parent = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let scratch = tempfile::Builder::new().prefix("bench-").tempdir_in(&parent);
        let scratch = scratch.with_context(|| format!("cannot make a directory in {}", parent.display()))?;
        let place = Place {
            root: root.to_owned(),
            builds: beside.join("benchmarks"),
            tools: std::path::absolute(tools.unwrap_or(&beside.with_file_name("dist")))?,
            own_tools: tools.is_none(),
            scratch,
        };
        let tool = place.tool("cargo-p3");
        ensure!(place.own_tools || tool.is_file(), "{} is not there", tool.display());
        Ok(place)
    }

    /// A path below the checkout.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// The scratch directory.
    pub(crate) fn scratch(&self) -> &Path {
        self.scratch.path()
    }

    /// A tool; unless another directory was named, the workspace's own, as it is used: built with the profile `dist`.
    pub(crate) fn tool(&self, name: &str) -> PathBuf {
        self.tools.join(name).with_extension(std::env::consts::EXE_EXTENSION)
    }

    /// Where the programs' builds go: beside this program, but kept apart from its files.
    pub(crate) fn builds(&self, name: &str) -> PathBuf {
        self.builds.join(name)
    }

    /// Brings `cargo p3` and `component-run` up to date.
    pub(crate) fn build_tools(&self) -> Result<()> {
        if !self.own_tools {
            return Ok(());
        }
        let mut command = cargo();
        command.args(["build", "--quiet", "--profile", "dist", "--package", "cargo-p3", "--bin", "cargo-p3"]);
        command.args(["--bin", "component-run"]).current_dir(&self.root);
        complete(command)
    }

    /// `cargo p3 VERB`, by the tool built from this checkout.
    pub(crate) fn cargo_p3(&self, verb: &str) -> Command {
        let mut command = Command::new(self.tool("cargo-p3"));
        command.args(["p3", verb]);
        command
    }
}

/// The host's cargo, as whoever started us chose it.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Runs a build to its end; its output goes to ours.
pub(crate) fn complete(mut command: Command) -> Result<()> {
    // Flags meant for the build of this tool would go into what is measured.
    for variable in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"] {
        command.env_remove(variable);
    }
    let words: Vec<_> =
        std::iter::once(command.get_program()).chain(command.get_args()).map(OsStr::to_string_lossy).collect();
    let line = words.join(" ");
    let status = command.status().with_context(|| format!("cannot start `{line}`"))?;
    ensure!(status.success(), "`{line}` ended with {status}");
    Ok(())
}
