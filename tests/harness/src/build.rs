//! The package of programs, built twice: by cargo for the host, by `cargo p3` for the target.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// Where the binaries of both builds lie.
#[derive(Debug)]
pub struct Built {
    host: PathBuf,
    target: PathBuf,
}

impl Built {
    /// Builds every program of `package`, with `cargo_p3` for the target, below `target_dir`.
    ///
    /// # Errors
    /// A build that fails; its own output has gone to standard error.
    pub fn build(package: &Path, cargo_p3: &Path, target_dir: &Path) -> Result<Built> {
        let manifest = package.join("Cargo.toml");
        // Each side has a directory of its own: the compilers differ, and one would throw the other's work away.
        let host_dir = target_dir.join("native");
        let guest_dir = target_dir.join("guest");
        let mut host = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        host.args(["build", "--quiet", "--bins"])
            .arg("--manifest-path")
            .arg(&manifest)
            .arg("--target-dir")
            .arg(&host_dir);
        complete(host)?;
        let mut target = Command::new(cargo_p3);
        target.args(["p3", "build", "--quiet", "--bins"]);
        target.arg("--manifest-path").arg(&manifest).arg("--target-dir").arg(&guest_dir);
        complete(target)?;
        Ok(Built { host: host_dir.join("debug"), target: guest_dir.join("wasm32-wasip3/debug") })
    }

    /// The native executable of a program.
    pub fn executable(&self, name: &str) -> PathBuf {
        self.host.join(name).with_extension(std::env::consts::EXE_EXTENSION)
    }

    /// The component of a program.
    pub fn component(&self, name: &str) -> PathBuf {
        self.target.join(format!("{name}.wasm"))
    }
}

fn complete(mut command: Command) -> Result<()> {
    // The toolchain of the process that runs us (cargo sets these) is not the guest's.
    for variable in ["RUSTC", "RUSTUP_TOOLCHAIN", "RUSTC_WRAPPER", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"] {
        command.env_remove(variable);
    }
    let status = command.status().with_context(|| format!("cannot start {:?}", command.get_program()))?;
    ensure!(status.success(), "{command:?} ended with {status}");
    Ok(())
}
