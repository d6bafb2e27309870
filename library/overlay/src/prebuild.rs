//! Compiling the library of a sysroot for a target, once, so that user builds take no longer than for any other target.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{fs, thread};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::{Sysroot, Workspace, files};

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
    fn command(&self) -> Result<Command> {
        let workspace = Workspace::of_target(self.sysroot, self.spec, self.target_dir.clone());
        let mut command = workspace.cargo("build")?;
        // The profiler's runtime is loaded for instrumented programs alone.
        command.args(["--package", "sysroot", "--features", "profiler"]);
        Ok(command)
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
