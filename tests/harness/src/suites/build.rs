//! Test binaries of the suites, compiled in the workspace of a sysroot's library.
//!
//! As Rust's own bootstrap does it: the library is compiled, becomes the library of a sysroot made for the purpose, and the tests are compiled
//! with the same flags into the same target directory, so that a test of std finds one core and not two. Nothing of this touches the sysroot
//! that users' programs are compiled with. The directory is named after that sysroot, so the second run compiles nothing.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use anyhow::{Context, Result, bail, ensure};
use overlay::{Sysroot, Workspace};
use serde::Deserialize;

use super::Suite;
use crate::record::Side;

/// Where the suites of one sysroot are compiled for one side, and with what.
#[derive(Debug)]
pub struct Place<'a> {
    /// The sysroot whose library is tested.
    pub sysroot: &'a Sysroot,
    /// For whom.
    pub side: Side,
    /// The target's name, if it is for the target.
    pub target: &'a str,
    /// A directory of this sysroot's and side's own.
    pub directory: PathBuf,
    /// What stands between cargo and rustc: calls rustc with [`rustc_arguments`].
    pub rustc_wrapper: PathBuf,
    /// The target's linker.
    pub linker: PathBuf,
}

/// A test binary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binary {
    /// The suite it belongs to.
    pub suite: Suite,
    /// What it is called in records: cargo's name of it, `lib` behind it where two have the same.
    pub name: String,
    /// The component, or the executable.
    pub path: PathBuf,
    /// Whether libtest is in it; without, it is one test.
    pub has_libtest: bool,
}

/// How the arguments of rustc change for the suites: code under test has the library's flags, but tests are a user's code, and
/// compile sooner in several pieces.
pub fn rustc_arguments(arguments: impl Iterator<Item = std::ffi::OsString>) -> Vec<std::ffi::OsString> {
    let mut arguments: Vec<_> = arguments.collect();
    if arguments.iter().any(|argument| argument == "--test") {
        arguments.push("-Ccodegen-units=16".into());
    }
    arguments
}

impl Place<'_> {
    /// Compiles the library for the tests to stand on. `progress` is told the name of each crate.
    ///
    /// # Errors
    /// A build that fails, with the compiler's words; a directory that cannot be written.
    pub fn library(&self, progress: &mut dyn FnMut(&str)) -> Result<()> {
        self.relink()?;
        let workspace = self.workspace()?;
        let mut cargo = self.cargo(&workspace, "build")?;
        cargo.args(["--package", "sysroot"]);
        let output = workspace.output();
        let artifacts = messages(cargo, "the library", progress)?;
        let files = artifacts.into_iter().flat_map(|artifact| artifact.filenames);
        self.install(files.filter(|file| file.starts_with(&output)))
    }

    /// Compiles a suite; [`Place::library`] comes first. `progress` is told the name of each crate.
    ///
    /// # Errors
    /// As [`Place::library`].
    pub fn suite(&self, suite: Suite, progress: &mut dyn FnMut(&str)) -> Result<Vec<Binary>> {
        let selection: &[&str] = match suite {
            Suite::Coretests => &["--package=coretests", "--test=coretests"],
            Suite::Alloctests => {
                &["--package=alloctests", "--lib", "--test=alloctests", "--test=vec_deque_alloc_error"]
            }
            Suite::Std => &["--package=std", "--lib"],
            Suite::StdTests => &["--package=std", "--test=*"],
            Suite::Test => &["--package=test", "--lib"],
            Suite::DocCore | Suite::DocAlloc | Suite::DocStd => return Ok(Vec::new()),
        };
        let workspace = self.workspace()?;
        let mut cargo = self.cargo(&workspace, "test")?;
        cargo.arg("--no-run").args(selection);
        let artifacts = messages(cargo, suite.name(), progress)?;
        let mut binaries: Vec<Binary> = artifacts.into_iter().filter_map(|artifact| artifact.binary(suite)).collect();
        binaries.sort_by(|a, b| a.name.cmp(&b.name));
        ensure!(!binaries.is_empty(), "cargo built no test binary of {suite}");
        Ok(binaries)
    }

    /// The sysroot that the tests are compiled with.
    pub(super) fn private_sysroot(&self) -> PathBuf {
        self.directory.join("sysroot")
    }

    /// The library's workspace, with the flags that lead to the sysroot of the tests.
    pub(super) fn workspace(&self) -> Result<Workspace<'_>> {
        let target_dir = self.directory.join("target");
        let mut workspace = match self.side {
            Side::Native => Workspace::of_host(self.sysroot, target_dir),
            Side::Target => Workspace::of_target(self.sysroot, &self.sysroot.spec(self.target)?, target_dir),
        };
        workspace.flag(prefixed("--sysroot=", &self.private_sysroot()));
        if self.side == Side::Target {
            workspace.flag(prefixed("-Clinker=", &self.linker));
        }
        Ok(workspace)
    }

    /// Cargo, with the wrapper.
    pub(super) fn cargo(&self, workspace: &Workspace<'_>, verb: &str) -> Result<Command> {
        let mut cargo = workspace.cargo(verb)?;
        cargo.env("RUSTC_WRAPPER", &self.rustc_wrapper);
        Ok(cargo)
    }

    /// Cargo does not know our linker: when that is another one, it must be made to link again.
    fn relink(&self) -> Result<()> {
        if self.side == Side::Native {
            return Ok(());
        }
        let linker = fs::metadata(&self.linker).with_context(|| format!("no linker {}", self.linker.display()))?;
        let identity = format!("{:?} {}", linker.modified().ok(), linker.len());
        let stamp = self.directory.join("linker");
        if fs::read_to_string(&stamp).is_ok_and(|known| known == identity) {
            return Ok(());
        }
        let deps = self.workspace()?.output().join("deps");
        for file in fs::read_dir(&deps).into_iter().flatten().flatten().map(|entry| entry.path()) {
            if file.extension().is_some_and(|extension| extension == "wasm") {
                fs::remove_file(&file).with_context(|| format!("cannot remove {}", file.display()))?;
            }
        }
        fs::create_dir_all(&self.directory).with_context(|| format!("cannot make {}", self.directory.display()))?;
        fs::write(&stamp, identity).with_context(|| format!("cannot write {}", stamp.display()))
    }

    /// Makes compiled crates the library of the sysroot of the tests.
    fn install(&self, crates: impl Iterator<Item = PathBuf>) -> Result<()> {
        let sysroot = self.private_sysroot();
        let toolchain = self.sysroot.toolchain();
        let rustlib = sysroot.join("lib/rustlib");
        let of = match self.side {
            Side::Target => self.target,
            Side::Native => toolchain.host(),
        };
        let lib = rustlib.join(of).join("lib");
        let partial = rustlib.join(format!("{of}.partial"));
        remove(&partial)?;
        fs::create_dir_all(&partial).with_context(|| format!("cannot make {}", partial.display()))?;
        for file in crates.filter(|file| file.extension().is_some_and(|e| e == "rlib" || e == "so" || e == "rmeta")) {
            let to = partial.join(file.file_name().expect("an artifact is a file"));
            // The same file under two names, where that can be.
            if fs::hard_link(&file, &to).is_err() {
                fs::copy(&file, &to).with_context(|| format!("cannot write {}", to.display()))?;
            }
        }
        remove(&lib)?;
        fs::create_dir_all(rustlib.join(of)).with_context(|| format!("cannot make {}", rustlib.display()))?;
        fs::rename(&partial, &lib).with_context(|| format!("cannot rename {}", partial.display()))?;
        // rustc looks for its linkers in the host's part of the sysroot it is given.
        let own = Path::new("lib/rustlib").join(toolchain.host()).join("bin");
        let (own, link) = (toolchain.sysroot().join(&own), sysroot.join(own));
        if own.is_dir() && fs::symlink_metadata(&link).is_err() {
            fs::create_dir_all(link.parent().expect("a folder of rustlib"))
                .and_then(|()| std::os::unix::fs::symlink(&own, &link))
                .with_context(|| format!("cannot link {}", link.display()))?;
        }
        Ok(())
    }

    /// Keeps other runs away from this place while the result lives.
    ///
    /// # Errors
    /// A directory that cannot be written.
    pub fn lock(&self) -> Result<File> {
        fs::create_dir_all(&self.directory).with_context(|| format!("cannot make {}", self.directory.display()))?;
        let path = self.directory.join("lock");
        let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
        file.lock().with_context(|| format!("cannot lock {}", path.display()))?;
        Ok(file)
    }
}

fn prefixed(prefix: &str, path: &Path) -> std::ffi::OsString {
    let mut text = std::ffi::OsString::from(prefix);
    text.push(path);
    text
}

fn remove(directory: &Path) -> Result<()> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", directory.display()))
        }
        _ => Ok(()),
    }
}

/// A line of cargo's JSON that tells of a finished crate.
#[derive(Deserialize)]
struct Artifact {
    target: Target,
    filenames: Vec<PathBuf>,
    executable: Option<PathBuf>,
    profile: Profile,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
    src_path: PathBuf,
}

#[derive(Deserialize)]
struct Profile {
    test: bool,
}

impl Artifact {
    fn binary(self, suite: Suite) -> Option<Binary> {
        let path = self.executable.filter(|_| self.profile.test)?;
        let is_inside = self.target.kind.iter().any(|kind| kind == "lib" || kind.ends_with("lib"));
        // Only one of a suite's binaries has no suffix to its name.
        let name = if is_inside && suite == Suite::Alloctests {
            format!("{}-lib", self.target.name)
        } else {
            self.target.name
        };
        let has_libtest = !self.target.src_path.ends_with("std/tests/pipe_subprocess.rs");
        Some(Binary { suite, name, path, has_libtest })
    }
}

#[derive(Deserialize)]
struct Reason {
    reason: String,
}

/// Runs cargo and returns what it made.
fn messages(mut cargo: Command, what: &str, progress: &mut dyn FnMut(&str)) -> Result<Vec<Artifact>> {
    cargo.arg("--message-format=json-render-diagnostics").stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = cargo.spawn().with_context(|| format!("cannot run {}", cargo.get_program().display()))?;
    let mut stderr = child.stderr.take().expect("stderr is piped");
    let diagnostics = thread::spawn(move || {
        let mut text = Vec::new();
        stderr.read_to_end(&mut text).map(|_| String::from_utf8_lossy(&text).into_owned())
    });
    let mut artifacts = Vec::new();
    for line in BufReader::new(child.stdout.take().expect("stdout is piped")).lines() {
        let line = line.context("cannot read what cargo prints")?;
        let unexpected = "cargo's messages are not as expected";
        let Reason { reason } = serde_json::from_str(&line).context(unexpected)?;
        if reason == "compiler-artifact" {
            let artifact: Artifact = serde_json::from_str(&line).context(unexpected)?;
            progress(&artifact.target.name);
            artifacts.push(artifact);
        }
    }
    let status = child.wait().context("cannot wait for cargo")?;
    let diagnostics = diagnostics.join().expect("reading does not panic").context("cannot read what cargo prints")?;
    if !status.success() {
        let errors = diagnostics.find("error").map_or(&*diagnostics, |at| &diagnostics[at..]);
        bail!("cannot build {what} of the suites:\n{}", errors.trim_end());
    }
    Ok(artifacts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(words: &[&str]) -> Vec<std::ffi::OsString> {
        rustc_arguments(words.iter().map(Into::into))
    }

    #[test]
    fn only_tests_are_compiled_in_pieces() {
        let library = ["--crate-name", "std", "-Ccodegen-units=1"];
        assert_eq!(arguments(&library), library);
        let test = arguments(&["--crate-name", "std", "-Ccodegen-units=1", "--test"]);
        assert_eq!(test.last().unwrap(), "-Ccodegen-units=16");
    }

    #[test]
    fn tests_within_a_crate_have_a_name_of_their_own() {
        let artifact = |kind: &str, test: bool| Artifact {
            target: Target { name: "alloctests".into(), kind: vec![kind.into()], src_path: "lib.rs".into() },
            filenames: Vec::new(),
            executable: Some("x".into()),
            profile: Profile { test },
        };
        let name = |kind| artifact(kind, true).binary(Suite::Alloctests).map(|binary| binary.name);
        assert_eq!((name("lib").as_deref(), name("test").as_deref()), (Some("alloctests-lib"), Some("alloctests")));
        assert!(artifact("bin", false).binary(Suite::Alloctests).is_none());
    }
}
