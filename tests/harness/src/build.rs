//! The package of programs, built by cargo for the host and by `cargo p3` for the target, there in both profiles; some of those
//! with threads once more, with stack pointers that are saved around imports.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// Where the binaries of all builds lie.
#[derive(Debug)]
pub struct Built {
    host: PathBuf,
    target: PathBuf,
    released: PathBuf,
    saved: PathBuf,
}

impl Built {
    /// Builds every program of `package`, with `cargo_p3` for the target, below `target_dir`; those named by `saved` the other way too.
    ///
    /// # Errors
    /// A build that fails; its own output has gone to standard error.
    pub fn build(package: &Path, saved: &[&str], cargo_p3: &Path, target_dir: &Path) -> Result<Built> {
        let manifest = package.join("Cargo.toml");
        // Each side has a directory of its own: the compilers differ, and one would throw the other's work away.
        let host_dir = target_dir.join("native");
        let guest_dir = target_dir.join("guest");
        natively(&manifest, &host_dir, &[])?;
        for profile in ["dev", "release"] {
            let mut target = Command::new(cargo_p3);
            target.args(["p3", "build", "--quiet", "--bins", "--profile", profile]);
            target.arg("--manifest-path").arg(&manifest).arg("--target-dir").arg(&guest_dir);
            complete(target, None)?;
        }
        let saved_dir = target_dir.join("saved");
        let mut other = Command::new(cargo_p3);
        other.args(["p3", "build", "--quiet"]).args(saved.iter().flat_map(|name| ["--bin", name]));
        other.arg("--manifest-path").arg(&manifest).arg("--target-dir").arg(&saved_dir);
        complete(other, Some("-Clink-arg=--thread-context=save-restore"))?;
        let of = |dir: &Path, profile| dir.join("wasm32-wasip3").join(profile);
        Ok(Built {
            host: host_dir.join("debug"),
            target: of(&guest_dir, "debug"),
            released: of(&guest_dir, "release"),
            saved: of(&saved_dir, "debug"),
        })
    }

    /// Builds the programs of these names, for the host and as a user would publish them, which is the only way to have
    /// some more components and nothing else.
    ///
    /// # Errors
    /// As [`Built::build`].
    pub fn released(package: &Path, names: &[&str], cargo_p3: &Path, target_dir: &Path) -> Result<Built> {
        let manifest = package.join("Cargo.toml");
        let (host_dir, guest_dir) = (target_dir.join("native"), target_dir.join("plain"));
        natively(&manifest, &host_dir, names)?;
        let mut target = Command::new(cargo_p3);
        target.args(["p3", "build", "--quiet", "--release"]).args(named(names));
        target.arg("--manifest-path").arg(&manifest).arg("--target-dir").arg(&guest_dir);
        complete(target, None)?;
        let target = guest_dir.join("wasm32-wasip3/release");
        let host = host_dir.join("debug");
        Ok(Built { host, target: target.clone(), released: target.clone(), saved: target })
    }

    /// The native executable of a program.
    pub fn executable(&self, name: &str) -> PathBuf {
        self.host.join(name).with_extension(std::env::consts::EXE_EXTENSION)
    }

    /// The component of a program.
    pub fn component(&self, name: &str) -> PathBuf {
        self.target.join(format!("{name}.wasm"))
    }

    /// The component of a program as a user would publish it: optimised, without debug information, by every pass of the linker.
    pub fn released_component(&self, name: &str) -> PathBuf {
        self.released.join(format!("{name}.wasm"))
    }

    /// The component of a program with threads whose stack pointers are saved around imports.
    pub fn saved_component(&self, name: &str) -> PathBuf {
        self.saved.join(format!("{name}.wasm"))
    }
}

/// Builds the programs of these names, or all of them, for the host.
fn natively(manifest: &Path, target_dir: &Path, names: &[&str]) -> Result<()> {
    let mut host = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    host.args(["build", "--quiet"]).args(named(names)).arg("--manifest-path").arg(manifest);
    host.arg("--target-dir").arg(target_dir);
    complete(host, None)
}

/// Cargo's words for these programs, or for all if none is named.
fn named<'a>(names: &[&'a str]) -> Vec<&'a str> {
    if names.is_empty() { vec!["--bins"] } else { names.iter().flat_map(|name| ["--bin", name]).collect() }
}

fn complete(mut command: Command, rustflags: Option<&str>) -> Result<()> {
    // The toolchain of the process that runs us (cargo sets these) is not the guest's.
    for variable in ["RUSTC", "RUSTUP_TOOLCHAIN", "RUSTC_WRAPPER", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"] {
        command.env_remove(variable);
    }
    command.envs(rustflags.map(|flags| ("RUSTFLAGS", flags)));
    let status = command.status().with_context(|| format!("cannot start {:?}", command.get_program()))?;
    ensure!(status.success(), "{command:?} ended with {status}");
    Ok(())
}
