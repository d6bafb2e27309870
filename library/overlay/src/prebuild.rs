//! Compiling the library of a sysroot for a target, once, so that user builds take no longer than for any other target.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs, thread};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::{RUST_COMMIT, Sysroot, files};

/// How far a prebuild is.
#[derive(Debug)]
pub enum Progress<'a> {
    /// Cargo finished a unit of work.
    Unit {
        /// Units that are done.
        done: usize,
        /// Units there are.
        total: usize,
        /// The crate it belongs to.
        name: &'a str,
    },
    /// The build succeeded and cargo had this to say (warnings, mostly), on one or more lines.
    Diagnostics(&'a str),
}

impl Sysroot {
    /// Compiles the library for `target`, unless that was done. The result serves panic=unwind and `-Cpanic=abort` alike.
    /// Registry crates that std needs are fetched, pinned by its lock file.
    ///
    /// # Errors
    /// An unknown target, a build that fails (with cargo's messages), a cache that is full.
    pub fn prebuild(&self, target: &str, progress: &mut dyn FnMut(Progress<'_>)) -> Result<()> {
        let spec = self.spec(target)?;
        if self.is_prebuilt(target) {
            return Ok(());
        }
        let _lock = self.lock()?;
        if self.is_prebuilt(target) {
            return Ok(());
        }
        let build = Build { sysroot: self, spec: &spec, target_dir: files::with_suffix(self.path(), ".build") };
        let total = build.count_units()?;
        let artifacts = build.run(total, progress)?;
        install(&artifacts, &self.target_lib(target))?;
        if self.is_in_place() { Ok(()) } else { files::remove_dir(&build.target_dir) }
    }
}

/// Copies the rlibs to where rustc looks for them; they appear there all at once.
fn install(rlibs: &[PathBuf], lib: &Path) -> Result<()> {
    let partial = files::with_suffix(lib, ".partial");
    files::remove_dir(&partial)?;
    files::create_dir(&partial)?;
    for rlib in rlibs {
        let to = partial.join(rlib.file_name().expect("an artifact is a file"));
        fs::copy(rlib, &to).map_err(|error| files::explain(error, "write", &to))?;
    }
    files::rename(&partial, lib)
}

/// One run of cargo in the library's workspace.
struct Build<'a> {
    sysroot: &'a Sysroot,
    spec: &'a Path,
    target_dir: PathBuf,
}

impl Build<'_> {
    /// `cargo build` with nothing of the user's configuration in its environment.
    fn command(&self) -> Result<Command> {
        let toolchain = self.sysroot.toolchain();
        let mut command = Command::new(toolchain.cargo());
        for (name, _) in env::vars_os().filter(|(name, _)| is_build_setting(name)) {
            command.env_remove(name);
        }
        command
            .current_dir(self.sysroot.library())
            .args(["build", "--package", "sysroot", "--release", "--locked", "-Zjson-target-spec", "--target"])
            .arg(self.spec)
            .env("RUSTC_BOOTSTRAP", "1")
            // As in a released std: what cannot unwind is only found within a codegen unit.
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1")
            .env("RUSTC", toolchain.rustc())
            .env("CARGO_TARGET_DIR", &self.target_dir)
            .env("CARGO_ENCODED_RUSTFLAGS", self.rustflags()?)
            .stdin(Stdio::null());
        Ok(command)
    }

    /// Marks everything unstable that is not marked stable, as in a released std; keeps LLVM's bitcode for `lto`; and gives
    /// sources the paths they have in a released std, so that what is compiled does not depend on where the cache is.
    fn rustflags(&self) -> Result<OsString> {
        let mut flags = OsString::from("-Zforce-unstable-if-unmarked\x1f-Cembed-bitcode=yes\x1f-Cpasses=lower-atomic");
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

    /// How many messages of finished units a whole build gives.
    fn count_units(&self) -> Result<usize> {
        #[derive(Deserialize)]
        struct UnitGraph {
            units: Vec<serde::de::IgnoredAny>,
        }
        let output =
            self.command()?.args(["--unit-graph", "-Zunstable-options"]).output().context("cannot run cargo")?;
        if !output.status.success() {
            bail!(self.failure(&String::from_utf8_lossy(&output.stderr)));
        }
        let graph: UnitGraph =
            serde_json::from_slice(&output.stdout).context("cargo's unit graph is not as expected")?;
        Ok(graph.units.len())
    }

    /// Builds, and returns the rlibs for the target.
    fn run(&self, total: usize, progress: &mut dyn FnMut(Progress<'_>)) -> Result<Vec<PathBuf>> {
        let mut child = self
            .command()?
            .arg("--message-format=json-render-diagnostics")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot run {}", self.sysroot.toolchain().cargo().display()))?;
        let mut stderr = child.stderr.take().expect("stderr is piped");
        let diagnostics = thread::spawn(move || {
            let mut text = Vec::new();
            let result = stderr.read_to_end(&mut text);
            result.map(|_| String::from_utf8_lossy(&text).into_owned())
        });
        let target_dir = self.target_dir.join(self.spec.file_stem().expect("a spec has a name"));
        let mut rlibs = Vec::new();
        let mut done = 0;
        for line in BufReader::new(child.stdout.take().expect("stdout is piped")).lines() {
            let message: Message = serde_json::from_str(&line.context("cannot read what cargo prints")?)
                .context("cargo's messages are not as expected")?;
            if matches!(message.reason.as_str(), "compiler-artifact" | "build-script-executed") {
                done += 1;
                progress(Progress::Unit { done, total: total.max(done), name: message.name() });
            }
            let is_rlib =
                |file: &PathBuf| file.starts_with(&target_dir) && file.extension().is_some_and(|e| e == "rlib");
            rlibs.extend(message.filenames.into_iter().filter(is_rlib));
        }
        let status = child.wait().context("cannot wait for cargo")?;
        let diagnostics =
            diagnostics.join().expect("reading does not panic").context("cannot read what cargo prints")?;
        if !status.success() {
            bail!(self.failure(&diagnostics));
        }
        if !diagnostics.is_empty() {
            progress(Progress::Diagnostics(&diagnostics));
        }
        Ok(rlibs)
    }

    /// What to tell of a failed build.
    fn failure(&self, diagnostics: &str) -> String {
        let errors = diagnostics.find("error").map_or(diagnostics, |at| &diagnostics[at..]).trim_end();
        let advice = if errors.contains("No space left on device") {
            "\nFree some space (building takes about 300 MiB) or choose another cache directory."
        } else if errors.contains("failed to download")
            || errors.contains("failed to get")
            || errors.contains("--offline")
        {
            "\nBuilding the standard library for the first time needs the crates registry: check the network and repeat."
        } else {
            ""
        };
        format!("cannot build the standard library for {}:\n{errors}{advice}", self.spec.display())
    }
}

/// What one line of cargo's JSON says, as far as it matters here.
#[derive(Deserialize)]
struct Message {
    reason: String,
    #[serde(default)]
    filenames: Vec<PathBuf>,
    #[serde(default)]
    package_id: String,
    target: Option<MessageTarget>,
}

#[derive(Deserialize)]
struct MessageTarget {
    name: String,
}

impl Message {
    fn name(&self) -> &str {
        self.target.as_ref().map_or(&self.package_id, |target| &target.name)
    }
}

/// Whether a variable would make the library's build depend on settings meant for the user's own project.
fn is_build_setting(name: &std::ffi::OsStr) -> bool {
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
