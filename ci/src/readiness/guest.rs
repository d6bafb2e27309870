//! The guest's toolchain and sysroot, as `cargo p3 env --json` tells them.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;

use super::context::TARGET;

/// Compiler and sysroot of the guest.
pub(super) struct Guest {
    /// The sysroot: the edited library.
    pub(super) sysroot: PathBuf,
    /// The folder of tools in it.
    bin: PathBuf,
    /// The compiler behind the wrapper.
    pub(super) upstream_rustc: PathBuf,
}

impl Guest {
    /// Runs the command and reads what it prints.
    pub(super) fn ask(command: &mut Command) -> Result<Guest> {
        #[derive(Deserialize)]
        struct Variables {
            #[serde(rename = "RUSTC")]
            rustc: PathBuf,
        }
        let output = command.output().context("cannot start cargo p3")?;
        ensure!(output.status.success(), "`cargo p3 env` failed: {}", String::from_utf8_lossy(&output.stderr).trim());
        let Variables { rustc } =
            serde_json::from_slice(&output.stdout).context("`cargo p3 env --json` printed something else")?;
        let bin = rustc.parent().context("the sysroot's rustc lies in a folder")?;
        let upstream = bin
            .read_dir()?
            .flatten()
            .map(|entry| entry.path())
            .find(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("rustc-")));
        let upstream = upstream.with_context(|| format!("{} has no link to the compiler", bin.display()))?;
        Ok(Guest {
            sysroot: bin.parent().context("the tools lie in the sysroot")?.to_owned(),
            bin: bin.to_owned(),
            upstream_rustc: upstream.canonicalize()?,
        })
    }

    /// A tool of the sysroot.
    pub(super) fn tool(&self, name: &str) -> PathBuf {
        self.bin.join(name)
    }

    /// The guest's rustc for the target.
    pub(super) fn rustc(&self) -> Command {
        let mut command = Command::new(self.tool("rustc"));
        command.env("RUSTC_BOOTSTRAP", "1").args(["--target", TARGET]);
        command
    }

    /// The unchanged compiler, with its built-in targets.
    pub(super) fn upstream(&self) -> Command {
        let mut command = Command::new(&self.upstream_rustc);
        command.env("RUSTC_BOOTSTRAP", "1");
        command
    }

    /// The machine that the compiler runs on.
    pub(super) fn host(&self) -> Result<String> {
        let output = self.upstream().args(["--print", "host-tuple"]).output().context("cannot start rustc")?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// The toolchain's cargo in the workspace of the edited library, which is only read.
    pub(super) fn library_cargo(&self, arguments: &[&str], target_dir: &Path) -> Command {
        let mut command = Command::new(self.tool("cargo"));
        command.args(arguments).arg("--manifest-path").arg(self.library().join("sysroot/Cargo.toml"));
        command.env("RUSTC_BOOTSTRAP", "1").env("RUSTC", &self.upstream_rustc).env("CARGO_TARGET_DIR", target_dir);
        for variable in ["CARGO", "RUSTUP_TOOLCHAIN", "RUSTFLAGS"] {
            command.env_remove(variable);
        }
        command
    }

    /// The sources of the edited library.
    pub(super) fn library(&self) -> PathBuf {
        self.sysroot.join("lib/rustlib/src/rust/library")
    }

    /// The libraries that programs are linked with.
    pub(super) fn rlibs(&self) -> Result<Vec<PathBuf>> {
        rlibs(&self.sysroot)
    }
}

/// The compiled libraries of a sysroot, by name.
pub(super) fn rlibs(sysroot: &Path) -> Result<Vec<PathBuf>> {
    let folder = sysroot.join("lib/rustlib").join(TARGET).join("lib");
    let entries = folder.read_dir().with_context(|| format!("cannot list {}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "rlib"));
    files.sort();
    Ok(files)
}
