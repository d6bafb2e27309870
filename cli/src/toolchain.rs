//! Finding the Rust of guests on this machine.
//!
//! Guests are compiled with exactly the release that the library's edits fit, whatever the user's default toolchain is. Looked at, in this order:
//! what `CARGO_P3_RUSTC` names (and then nothing else), rustup's toolchains, every `rustc` on `PATH`. What a compiler lacks is told part by part, so that
//! just that can be installed. Left out: installing (`provision`).

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use anyhow::{Context, Error, Result, anyhow, ensure};
use component_ld::lld;
use overlay::{RUST_RELEASE, Toolchain};

use crate::advice::Advise;

/// Names the rustc to use, if set and not empty. Its cargo is the one beside it.
pub(crate) const VARIABLE: &str = "CARGO_P3_RUSTC";

/// For tests: the root of the file system in which a distributor's files are looked for.
const ROOT_VARIABLE: &str = "CARGO_P3_ROOT";

/// The outcome of a search.
pub(crate) enum Search {
    /// A complete toolchain.
    Found(Toolchain),
    /// None; and what is wrong with each compiler that was looked at.
    Missing(Vec<Incomplete>),
}

/// A compiler that does not do.
pub(crate) struct Incomplete {
    pub(crate) rustc: PathBuf,
    pub(crate) lacks: Vec<Lack>,
}

impl Incomplete {
    /// What it lacks, in so many words.
    pub(crate) fn reasons(&self) -> Vec<String> {
        self.lacks.iter().map(|lack| format!("{:#}", lack.error)).collect()
    }
}

/// A part of a toolchain that is not there, or is of another release.
pub(crate) struct Lack {
    pub(crate) part: Part,
    pub(crate) error: Error,
}

/// What a toolchain is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Compiler,
    Cargo,
    Sources,
    Linker,
}

/// How closely to look.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    /// Whether everything is there: before each verb.
    Quick,
    /// Also whether it is of the release, which takes reading all sources: before the first build.
    Close,
}

/// Looks for a toolchain.
///
/// # Errors
/// [`VARIABLE`] names one that does not do.
pub(crate) fn search(look: Look) -> Result<Search> {
    if let Some(rustc) = env::var_os(VARIABLE).filter(|rustc| !rustc.is_empty()).map(PathBuf::from) {
        let advice = format!("set {VARIABLE} to a rustc {RUST_RELEASE} that has its library sources, or unset it");
        return probe(&rustc, look)
            .map(Search::Found)
            .map_err(|incomplete| anyhow!("{VARIABLE} does not do: {}", incomplete.reasons().join("; ")))
            .advise(advice);
    }
    let mut wrong = Vec::new();
    for rustc in candidates() {
        match probe(&rustc, look) {
            Ok(toolchain) => return Ok(Search::Found(toolchain)),
            Err(incomplete) => wrong.push(incomplete),
        }
    }
    Ok(Search::Missing(wrong))
}

/// Where rustup keeps its toolchains, if it is used here.
pub(crate) fn rustup_toolchains() -> Option<PathBuf> {
    let home = env::var_os("RUSTUP_HOME").map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".rustup")))?;
    Some(home.join("toolchains"))
}

/// The root of the file system, or of the one that a test made.
pub(crate) fn root() -> PathBuf {
    env::var_os(ROOT_VARIABLE).map_or_else(|| "/".into(), PathBuf::from)
}

fn probe(rustc: &Path, look: Look) -> Result<Toolchain, Incomplete> {
    let cargo = rustc.with_file_name(format!("cargo{}", env::consts::EXE_SUFFIX));
    let incomplete = |lacks: Vec<Lack>| Incomplete { rustc: rustc.to_owned(), lacks };
    let toolchain =
        Toolchain::ask(rustc, &cargo).map_err(|error| incomplete(vec![Lack { part: Part::Compiler, error }]))?;
    let has_cargo = match cargo.is_file() {
        false => Err(anyhow!("{} has no cargo beside it", rustc.display())),
        true if look == Look::Close => check_cargo(&cargo),
        true => Ok(()),
    };
    let has_sources = match (toolchain.has_sources(), look) {
        (Ok(()), Look::Close) => toolchain.check_sources(),
        (result, _) => result,
    };
    let has_linker = wasm_ld(&toolchain)
        .map(drop)
        .map_err(|error| error.context(format!("{} has no linker for WebAssembly", rustc.display())));
    let parts = [(Part::Cargo, has_cargo), (Part::Sources, has_sources), (Part::Linker, has_linker)];
    let lacks: Vec<Lack> =
        parts.into_iter().filter_map(|(part, result)| Some(Lack { part, error: result.err()? })).collect();
    if lacks.is_empty() { Ok(toolchain) } else { Err(incomplete(lacks)) }
}

/// The wasm-ld for this toolchain's objects.
///
/// # Errors
/// There is none, or none that is new enough: which were looked at.
pub(crate) fn wasm_ld(toolchain: &Toolchain) -> Result<PathBuf> {
    let variable = lld::VARIABLE;
    if let Some(named) = env::var_os(variable).filter(|named| !named.is_empty()).map(PathBuf::from) {
        ensure!(named.is_file(), "{variable} names {}, which is not there", named.display());
        return Ok(named);
    }
    let own = toolchain.sysroot().join("lib/rustlib").join(toolchain.host()).join("bin");
    let path = env::var_os("PATH").unwrap_or_default();
    let directories: Vec<PathBuf> = std::iter::once(own).chain(env::split_paths(&path)).collect();
    let mut wrong = Vec::new();
    for candidate in lld::candidates(&directories, &root()) {
        // Whose name does not say of which release it is says it itself.
        let checked = if candidate.is_of_the_release { Ok(()) } else { check_linker(&candidate.path) };
        match checked {
            Ok(()) => return Ok(candidate.path),
            Err(error) => wrong.push(format!("{error:#}")),
        }
    }
    wrong.extend(lld::dangling(&directories));
    if wrong.is_empty() {
        wrong.push("no rust-lld in its own folder of tools, and none on PATH".to_owned());
    }
    Err(anyhow!("{}", wrong.join("; ")))
}

/// Whether a wasm-ld reads the compiler's objects.
fn check_linker(program: &Path) -> Result<()> {
    let text = ask(program, &["-flavor", "wasm", "--version"])?;
    let release = text.split("LLD ").nth(1).and_then(|release| release.split('.').next()?.parse::<u32>().ok());
    let release = release.with_context(|| format!("{} does not say which LLD it is", program.display()))?;
    ensure!(
        release >= lld::LLVM,
        "{} is LLD {release}, and objects of Rust {RUST_RELEASE} are of LLVM {}",
        program.display(),
        lld::LLVM
    );
    Ok(())
}

fn check_cargo(cargo: &Path) -> Result<()> {
    let text = ask(cargo, &["--version"])?;
    let release = text.split_whitespace().nth(1).unwrap_or_default();
    ensure!(
        release == RUST_RELEASE,
        "{} is of Rust {release}; beside rustc it must be of Rust {RUST_RELEASE}",
        cargo.display()
    );
    Ok(())
}

/// What a program prints.
fn ask(program: &Path, arguments: &[&str]) -> Result<String> {
    let output =
        Command::new(program).args(arguments).output().with_context(|| format!("cannot run {}", program.display()))?;
    ensure!(output.status.success(), "{} ended with {}", program.display(), output.status);
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Every rustc worth asking, the likeliest first.
fn candidates() -> Vec<PathBuf> {
    let (mut found, mut seen) = (Vec::new(), BTreeSet::new());
    let path = env::var_os("PATH").unwrap_or_default();
    for folder in rustup_folders().into_iter().chain(env::split_paths(&path)) {
        let rustc = folder.join(format!("rustc{}", env::consts::EXE_SUFFIX));
        // `/bin` may be `/usr/bin`.
        let folder = folder.canonicalize().unwrap_or(folder);
        if rustc.is_file() && !is_stand_in(&rustc) && seen.insert(folder) {
            found.push(rustc);
        }
    }
    found
}

/// The `bin` folders of rustup's toolchains whose name does not speak against them, the exact release first.
fn rustup_folders() -> Vec<PathBuf> {
    let exact = format!("{RUST_RELEASE}-");
    let minor = format!("{}-", RUST_RELEASE.trim_end_matches(".0"));
    let Some(Ok(entries)) = rustup_toolchains().map(fs::read_dir) else { return Vec::new() };
    let mut names: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    names.sort();
    let named = |prefix: &str| {
        let fits = |path: &&PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(prefix));
        names.iter().filter(fits).map(|path| path.join("bin")).collect::<Vec<_>>()
    };
    [named(&exact), named(&minor), named("stable-")].concat()
}

/// Whether this `rustc` only stands in for another: rustup's proxy, or the wrapper in one of our sysroots.
fn is_stand_in(rustc: &Path) -> bool {
    let Ok(real) = rustc.canonicalize() else { return true };
    let name = real.file_stem().unwrap_or_default();
    let is_wrapper = || rustc.ancestors().nth(2).is_some_and(crate::wrapper::is_sysroot);
    name == OsStr::new("rustup") || name == OsStr::new("cargo-p3") || is_wrapper()
}
