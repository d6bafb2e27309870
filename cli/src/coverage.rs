//! `--coverage`: which lines of a package ran, told to those who read lcov.
//!
//! Everything is built for it in a target directory of its own, `TARGET/coverage`, because cargo does not know of the compiler's flag: the wrapper
//! adds that (`wrapper`), and only to the user's own packages. The runner has each program write its profile (`runner`), and keeps the core module
//! that component-ld left beside the component, for LLVM's tools do not read components. When cargo is done, these tools make of all of it, in
//! `TARGET/coverage/report`:
//!
//! ```text
//! *.profraw          the profiles, as the programs wrote them
//! *.wasm             the core modules of the programs that ran
//! coverage.profdata  the profiles, merged
//! lcov.info          the result
//! ```

use std::ffi::{OsStr, OsString};
use std::ops::Range;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs};

use anyhow::{Context, Result, anyhow, ensure};

use crate::advice::Advise;
use crate::guest::Guest;
use crate::{install, process, provision};

/// The directory for profiles, in the environment of the compiler and of the runner.
pub(crate) const VARIABLE: &str = "CARGO_P3_COVERAGE";

/// Where a program writes its profile, in its own environment.
pub(crate) const PROFILE_VARIABLE: &str = "LLVM_PROFILE_FILE";

/// Lets cargo build and run with `arguments`, and reports what ran.
///
/// # Errors
/// Cargo does not tell its target directory; a directory cannot be written; LLVM's tools are missing or fail.
pub(crate) fn run(mut cargo: Command, mut arguments: Vec<OsString>, guest: &Guest) -> Result<ExitCode> {
    let target = take_target_directory(&mut arguments);
    let target = match target {
        Some(target) => std::path::absolute(target).context("the target directory is not a path")?,
        None => ask_target_directory(guest, &arguments)?,
    };
    let target = target.join("coverage");
    let report = Report { directory: target.join("report") };
    report.begin()?;
    // With it, the profiler's runtime gets lost, and LLVM gives up on the sections that say where lines are.
    for profile in ["dev", "release"].into_iter().chain(profile(&arguments)) {
        let profile = profile.to_uppercase().replace('-', "_");
        cargo.env(format!("CARGO_PROFILE_{profile}_LTO"), "off");
    }
    cargo.args(arguments).env("CARGO_TARGET_DIR", &target).env(VARIABLE, &report.directory);
    let status = cargo.status().with_context(|| format!("cannot start {}", cargo.get_program().display()))?;
    report.end(guest)?;
    Ok(process::exit_code(status))
}

/// Adds the compiler's flag, if coverage is asked for and the crate is of the user's own.
pub(crate) fn compiler_flag() -> Option<&'static str> {
    env::var_os(VARIABLE)?;
    let package = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR")?);
    let is_fetched = install::cargo_home().is_some_and(|home| package.starts_with(home));
    (!is_fetched).then_some("-Cinstrument-coverage")
}

/// What a program that is run needs for its profile: a value for [`PROFILE_VARIABLE`]. Keeps its core module for the report.
///
/// # Errors
/// The module cannot be copied.
pub(crate) fn of_program(component: &Path) -> Result<Option<OsString>> {
    let Some(directory) = env::var_os(VARIABLE).map(PathBuf::from) else { return Ok(None) };
    if let Some(module) = core_module(component) {
        let kept = directory.join(component.file_name().unwrap_or_default());
        // A run beside this one may have been faster.
        if !kept.is_file() && fs::hard_link(&module, &kept).is_err() {
            fs::copy(&module, &kept).with_context(|| format!("cannot copy {}", module.display()))?;
        }
    }
    // Runs share a few files, so that thousands of isolated tests leave no thousands of files.
    Ok(Some(directory.join("%4m.profraw").into()))
}

/// The core module that component-ld left beside a component, which may be the one that cargo has put elsewhere under a shorter name.
fn core_module(component: &Path) -> Option<PathBuf> {
    let beside = |component: &Path| {
        let module = component.with_extension(component_ld::CORE_MODULE_EXTENSION);
        module.is_file().then_some(module)
    };
    let is_the_same = |other: &Path| {
        let (one, two) = (component.metadata().ok()?, other.metadata().ok()?);
        let is_link = (one.dev(), one.ino()) == (two.dev(), two.ino());
        let is_copy = || one.len() == two.len() && fs::read(component).ok() == fs::read(other).ok();
        Some(is_link || is_copy())
    };
    let folder = component.parent()?;
    let elsewhere = || {
        let files = [folder.join("deps"), folder.to_owned()].into_iter().filter_map(|folder| fs::read_dir(folder).ok());
        let components = files.flatten().flatten().map(|file| file.path());
        let mut components = components.filter(|file| file.extension() == Some(OsStr::new("wasm")));
        components.find_map(|file| beside(&file).filter(|_| is_the_same(&file) == Some(true)))
    };
    beside(component).or_else(elsewhere)
}

/// The directory in which a report comes about.
struct Report {
    directory: PathBuf,
}

impl Report {
    /// Forgets the report before.
    fn begin(&self) -> Result<()> {
        let failed = || format!("cannot write to {}", self.directory.display());
        if self.directory.exists() {
            fs::remove_dir_all(&self.directory).with_context(failed)?;
        }
        fs::create_dir_all(&self.directory).with_context(failed)
    }

    /// Makes of profiles and modules what people read. Without profiles there is none: nothing ran, and cargo has said why.
    fn end(&self, guest: &Guest) -> Result<()> {
        let (profiles, modules) = (self.files("profraw")?, self.files("wasm")?);
        if profiles.is_empty() || modules.is_empty() {
            return Ok(());
        }
        let tools = Tools::find(guest)?;
        let (merged, lcov) = (self.directory.join("coverage.profdata"), self.directory.join("lcov.info"));
        let mut merge = Command::new(&tools.profdata);
        output(merge.args(["merge", "--sparse", "-o"]).arg(&merged).args(&profiles))?;
        let mut export = Command::new(&tools.cov);
        export.args(["export", "--format=lcov", "--instr-profile"]).arg(&merged);
        for module in &modules {
            export.arg("--object").arg(module);
        }
        let text = output(&mut export)?;
        fs::write(&lcov, &text).with_context(|| format!("cannot write {}", lcov.display()))?;
        let text = String::from_utf8_lossy(&text);
        let sum = |key| text.lines().filter_map(|line| line.strip_prefix(key)?.parse::<u64>().ok()).sum::<u64>();
        let (lines, hit) = (sum("LF:"), sum("LH:"));
        let share = if lines == 0 { 100.0 } else { hit as f64 * 100.0 / lines as f64 };
        eprintln!("    Coverage {hit} of {lines} lines ({share:.1} %): {}", lcov.display());
        Ok(())
    }

    fn files(&self, extension: &str) -> Result<Vec<PathBuf>> {
        let entries =
            fs::read_dir(&self.directory).with_context(|| format!("cannot list {}", self.directory.display()))?;
        let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        files.retain(|file| file.extension() == Some(OsStr::new(extension)));
        files.sort();
        Ok(files)
    }
}

/// LLVM's tools, which must be of the compiler's LLVM or a newer one.
struct Tools {
    profdata: PathBuf,
    cov: PathBuf,
}

impl Tools {
    fn find(guest: &Guest) -> Result<Tools> {
        Ok(Tools { profdata: Tools::one("llvm-profdata", guest)?, cov: Tools::one("llvm-cov", guest)? })
    }

    /// The toolchain's own, or the one of the same LLVM on the path.
    fn one(name: &str, guest: &Guest) -> Result<PathBuf> {
        let toolchain = guest.sysroot().toolchain();
        let own = toolchain.sysroot().join("lib/rustlib").join(toolchain.host()).join("bin").join(name);
        let path = env::var_os("PATH").unwrap_or_default();
        let versioned = format!("{name}-{LLVM}");
        let on_path: Vec<PathBuf> = env::split_paths(&path).map(|folder| folder.join(&versioned)).collect();
        std::iter::once(own)
            .chain(on_path)
            .find(|program| program.is_file())
            .ok_or_else(|| anyhow!("{name} is missing: it is neither beside the compiler nor, as {versioned}, on PATH"))
            .advise(if toolchain.rustc().starts_with("/usr/bin") {
                format!("apt-get install llvm-{LLVM}")
            } else {
                provision::tool_command("llvm-tools", false)
            })
    }
}

/// The release of LLVM that the compiler is made of.
const LLVM: u32 = 22;

/// What a tool prints.
fn output(command: &mut Command) -> Result<Vec<u8>> {
    let program = command.get_program().to_owned();
    let output = command.output().with_context(|| format!("cannot start {}", program.display()))?;
    ensure!(
        output.status.success(),
        "{} ended with {}: {}",
        program.display(),
        output.status,
        String::from_utf8_lossy(&output.stderr).trim()
    );
    Ok(output.stdout)
}

/// Takes `--target-dir` out of cargo's arguments.
fn take_target_directory(arguments: &mut Vec<OsString>) -> Option<PathBuf> {
    let range = option("--target-dir", arguments)?;
    let words: Vec<OsString> = arguments.drain(range).collect();
    value(&words).map(PathBuf::from)
}

/// The profile that cargo is told by name.
fn profile(arguments: &[OsString]) -> Option<&str> {
    value(&arguments[option("--profile", arguments)?])?.to_str()
}

/// Where an option that has a value stands among cargo's arguments, in one word or in two.
fn option(name: &str, arguments: &[OsString]) -> Option<Range<usize>> {
    let end = arguments.iter().position(|argument| argument == "--").unwrap_or(arguments.len());
    let is_joined = |argument: &OsString| {
        argument.to_str().and_then(|argument| argument.strip_prefix(name)).is_some_and(|rest| rest.starts_with('='))
    };
    let at = arguments[..end].iter().position(|argument| argument == name || is_joined(argument))?;
    Some(at..end.min(at + if is_joined(&arguments[at]) { 1 } else { 2 }))
}

/// The value of an option, given its words.
fn value(words: &[OsString]) -> Option<&OsStr> {
    match words {
        [joined] => Some(OsStr::new(joined.to_str()?.split_once('=')?.1)),
        [_, value] => Some(value),
        _ => None,
    }
}

/// The target directory of the package that the arguments mean.
fn ask_target_directory(guest: &Guest, arguments: &[OsString]) -> Result<PathBuf> {
    #[derive(serde::Deserialize)]
    struct Metadata {
        target_directory: PathBuf,
    }
    let manifest = option("--manifest-path", arguments).map(|range| &arguments[range]).unwrap_or_default();
    let mut cargo = guest.cargo();
    cargo.args(["metadata", "--no-deps", "--format-version=1"]).args(manifest);
    let text = output(&mut cargo)?;
    let metadata: Metadata = serde_json::from_slice(&text).context("cargo's metadata is not as expected")?;
    Ok(metadata.target_directory)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<OsString> {
        line.split_whitespace().map(OsString::from).collect()
    }

    #[test]
    fn the_users_target_directory_gives_way() {
        for (line, left, directory) in [
            ("-p x --target-dir=/a b -- --target-dir c", "-p x b -- --target-dir c", Some("/a")),
            ("--target-dir /a b", "b", Some("/a")),
            ("-p x -- --target-dir /a", "-p x -- --target-dir /a", None),
            ("--target-dir", "", None),
        ] {
            let mut arguments = words(line);
            assert_eq!(take_target_directory(&mut arguments), directory.map(PathBuf::from), "{line}");
            assert_eq!(arguments, words(left), "{line}");
        }
    }

    #[test]
    fn the_profile_is_the_one_that_cargo_is_told() {
        for (line, found) in [
            ("--release --profile my-own x", Some("my-own")),
            ("--profile=small -- --profile b", Some("small")),
            ("--profiles x -- --profile b", None),
            ("--profile", None),
        ] {
            assert_eq!(profile(&words(line)), found, "{line}");
        }
    }
}
