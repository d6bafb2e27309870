//! A Rust toolchain: which compiler it is, and where its library's sources are.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::sources;

/// The Rust that the edits fit. Guests are compiled with exactly this one.
pub const RUST: &str = "Rust 1.96.0";
/// The number of its release.
pub const RUST_RELEASE: &str = RUST.split_at("Rust ".len()).1;
/// The commit that release was built from.
pub const RUST_COMMIT: &str = "ac68faa20c58cbccd01ee7208bf3b6e93a7d7f96";

/// A `rustc` of [`RUST_RELEASE`] with its `cargo` and its sources.
#[derive(Debug, Clone)]
pub struct Toolchain {
    rustc: PathBuf,
    cargo: PathBuf,
    sysroot: PathBuf,
    host: String,
    verbose_version: String,
}

impl Toolchain {
    /// Asks `rustc` what it is. `cargo` must be of the same toolchain.
    ///
    /// # Errors
    /// A program that does not run, is no rustc, is not [`RUST_RELEASE`], or has no library sources beside it.
    pub fn probe(rustc: &Path, cargo: &Path) -> Result<Self> {
        let toolchain = Self::ask(rustc, cargo)?;
        toolchain.has_sources()?;
        Ok(toolchain)
    }

    /// The same, whether or not there are library sources.
    ///
    /// # Errors
    /// A program that does not run, is no rustc, or is not [`RUST_RELEASE`].
    pub fn ask(rustc: &Path, cargo: &Path) -> Result<Self> {
        let verbose_version = ask(rustc, &["--version", "--verbose"])?;
        let release =
            field(&verbose_version, "release").with_context(|| format!("{} is not a rustc", rustc.display()))?;
        ensure!(
            release == RUST_RELEASE,
            "{} is Rust {release}; the standard library of this target is made for Rust {RUST_RELEASE} exactly. \
             `cargo p3 setup` finds or installs it.",
            rustc.display()
        );
        let commit = field(&verbose_version, "commit-hash").unwrap_or("unknown");
        ensure!(
            commit == RUST_COMMIT || commit == "unknown",
            "{} calls itself Rust {RUST_RELEASE} but was built from commit {commit} instead of {RUST_COMMIT}. \
             `cargo p3 setup` finds or installs the released one.",
            rustc.display()
        );
        let host = field(&verbose_version, "host").context("rustc does not tell its host")?.to_owned();
        let sysroot = PathBuf::from(ask(rustc, &["--print", "sysroot"])?.trim());
        Ok(Self { rustc: rustc.to_owned(), cargo: cargo.to_owned(), sysroot, host, verbose_version })
    }

    /// Whether there are library sources; [`Toolchain::check_sources`] reads them.
    ///
    /// # Errors
    /// There are none.
    pub fn has_sources(&self) -> Result<()> {
        let first = self.library().join("std/src/lib.rs");
        ensure!(
            first.is_file(),
            "{} has no library sources: {} is missing. Install rustup's component `rust-src` for {RUST_RELEASE}, or \
             Debian's package rust-web-src; `cargo p3 setup` does it.",
            self.rustc.display(),
            first.display()
        );
        Ok(())
    }

    /// Whether the library sources are those of the release.
    ///
    /// # Errors
    /// They are not: what differs, and what to do.
    pub fn check_sources(&self) -> Result<()> {
        sources::check(&self.library())
    }

    /// The compiler.
    pub fn rustc(&self) -> &Path {
        &self.rustc
    }

    /// The cargo beside it.
    pub fn cargo(&self) -> &Path {
        &self.cargo
    }

    /// The compiler's own sysroot.
    pub fn sysroot(&self) -> &Path {
        &self.sysroot
    }

    /// The triple of the machine the compiler runs on.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The library workspace among the compiler's sources.
    pub fn library(&self) -> PathBuf {
        self.sysroot.join("lib/rustlib/src/rust/library")
    }

    /// All that `rustc --version --verbose` says; part of what names a sysroot.
    pub(crate) fn verbose_version(&self) -> &str {
        &self.verbose_version
    }
}

/// The value of `name: value` in the verbose version.
fn field<'a>(verbose_version: &'a str, name: &str) -> Option<&'a str> {
    verbose_version.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

/// What `program` prints on stdout.
fn ask(program: &Path, arguments: &[&str]) -> Result<String> {
    let output =
        Command::new(program).args(arguments).output().with_context(|| format!("cannot run {}", program.display()))?;
    ensure!(
        output.status.success(),
        "{} {} failed ({}): {}",
        program.display(),
        arguments.join(" "),
        output.status,
        String::from_utf8_lossy(&output.stderr).trim()
    );
    String::from_utf8(output.stdout).with_context(|| format!("{} did not print UTF-8", program.display()))
}
