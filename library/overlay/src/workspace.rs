//! Cargo in the workspace of a sysroot's library: whatever compiles the library, or something that has it inside, does so with one set of flags.
//!
//! Here because a test of the library is linked with the library as well: two crates with other flags would be two standard libraries, and the
//! compiler refuses both.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use anyhow::{Context, Result};

use crate::{RUST_COMMIT, Sysroot, macros};

/// What cargo is told for one target beyond what all are compiled with. A part of the sysroot's name.
pub(crate) fn settings(target: &str) -> &'static [&'static str] {
    match target {
        // Programs there are plugins, and parts of pages: a few kilobytes, of which the heap is a good part. What is quick of it is inlined, and compiled as those are
        // who call it.
        "wasm32-component" | "wasm32-component-web" => {
            &["--config", "profile.release.package.component-heap.opt-level='z'"]
        }
        _ => &[],
    }
}

/// The library's workspace, to be compiled for one target in a target directory.
#[derive(Debug)]
pub struct Workspace<'a> {
    sysroot: &'a Sysroot,
    /// A triple or a specification.
    target: PathBuf,
    target_dir: PathBuf,
    /// Flags for rustc beside the library's own.
    flags: Vec<OsString>,
}

impl<'a> Workspace<'a> {
    /// For the target with this specification.
    pub fn of_target(sysroot: &'a Sysroot, spec: &Path, target_dir: PathBuf) -> Self {
        Self { sysroot, target: spec.to_owned(), target_dir, flags: Vec::new() }
    }

    /// For the machine the compiler runs on.
    pub fn of_host(sysroot: &'a Sysroot, target_dir: PathBuf) -> Self {
        Self { sysroot, target: sysroot.toolchain().host().into(), target_dir, flags: Vec::new() }
    }

    /// Adds a flag for rustc.
    pub fn flag(&mut self, flag: impl Into<OsString>) {
        self.flags.push(flag.into());
    }

    /// Where cargo puts what it compiles for the target.
    pub fn output(&self) -> PathBuf {
        let name = self.target.file_stem().expect("a target has a name");
        self.target_dir.join(name).join("release")
    }

    /// `cargo VERB`, with nothing of the user's configuration in its environment.
    ///
    /// # Errors
    /// A library that cannot be listed.
    pub fn cargo(&self, verb: &str) -> Result<Command> {
        let toolchain = self.sysroot.toolchain();
        let mut command = Command::new(toolchain.cargo());
        for (name, _) in env::vars_os().filter(|(name, _)| is_build_setting(name)) {
            command.env_remove(name);
        }
        command
            .current_dir(self.sysroot.library().join("sysroot"))
            .args([verb, "--release", "--locked", "-Zjson-target-spec", "--target"])
            .arg(&self.target)
            .env("RUSTC_BOOTSTRAP", "1")
            // As in a released std: what cannot unwind is only found within a codegen unit.
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1")
            .env("RUSTC", toolchain.rustc())
            .env("CARGO_TARGET_DIR", &self.target_dir)
            .env("CARGO_ENCODED_RUSTFLAGS", self.rustflags()?)
            .stdin(Stdio::null());
        command.args(self.target.file_stem().and_then(OsStr::to_str).map_or(&[][..], settings));
        Ok(command)
    }

    /// Marks everything unstable that is not marked stable, as in a released std; keeps LLVM's bitcode for `lto`; and gives
    /// sources the paths they have in a released std, so that what is compiled does not depend on where the cache is.
    fn rustflags(&self) -> Result<OsString> {
        let mut flags = OsString::from("-Zforce-unstable-if-unmarked\x1f-Cembed-bitcode=yes");
        for flag in &self.flags {
            flags.push("\x1f");
            flags.push(flag);
        }
        // For std, and for whatever has std inside: the macros that it exports.
        flags.push("\x1f-L");
        flags.push(macros::directory(self.sysroot.path()));
        let mut remap = |from: &Path, to: &str| {
            flags.push("\x1f--remap-path-prefix=");
            flags.push(from);
            flags.push(format!("={to}"));
        };
        let library = self.sysroot.library();
        let released = format!("/rustc/{RUST_COMMIT}/library");
        remap(&library, &released);
        // Cargo names the files of a workspace relative to it.
        for entry in fs::read_dir(&library).with_context(|| format!("cannot list {}", library.display()))? {
            let name = entry.with_context(|| format!("cannot list {}", library.display()))?.file_name();
            remap(name.as_ref(), &format!("{released}/{}", name.display()));
        }
        if let Some(cargo_home) = cargo_home() {
            remap(&cargo_home.join("registry/src"), "/rust/deps");
        }
        Ok(flags)
    }
}

/// Whether a variable would make the library's build depend on settings meant for the user's own project.
fn is_build_setting(name: &OsStr) -> bool {
    const ABOUT_CARGO_ITSELF: [&str; 2] = ["CARGO_HOME", "CARGO_NET_OFFLINE"];
    let Some(name) = name.to_str() else { return false };
    let cargo = name.starts_with("CARGO_") && !ABOUT_CARGO_ITSELF.contains(&name) && !name.starts_with("CARGO_HTTP_");
    cargo
        || name == "CARGO"
        || name.starts_with("RUSTC")
        || name == "RUSTFLAGS"
        || name == "RUSTUP_TOOLCHAIN"
        || name == "MAKEFLAGS"
}

/// Where cargo keeps its registry.
fn cargo_home() -> Option<PathBuf> {
    env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".cargo")))
}
