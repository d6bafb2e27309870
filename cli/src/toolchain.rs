//! Finding Rust 1.96.0 on this machine.
//!
//! Guests are compiled with exactly the release that the library's edits fit, whatever the user's default toolchain is. Looked at, in this order:
//! what `CARGO_P3_RUSTC` names (and then nothing else), rustup's toolchains, every `rustc` on `PATH`. Left out: installing one (`provision`).

use std::path::{Path, PathBuf};
use std::{env, fs, iter};

use anyhow::{Error, Result, ensure};
use overlay::{RUST_RELEASE, Toolchain};

use crate::advice::Advise;

/// Names the rustc to use, if set and not empty. Its cargo is the one beside it.
pub(crate) const VARIABLE: &str = "CARGO_P3_RUSTC";

/// The outcome of a search.
pub(crate) enum Search {
    /// A complete toolchain.
    Found(Toolchain),
    /// None; and what is wrong with each compiler that was looked at.
    Missing(Vec<Error>),
}

/// Looks for a toolchain.
///
/// # Errors
/// [`VARIABLE`] names one that does not do.
pub(crate) fn search() -> Result<Search> {
    if let Some(rustc) = env::var_os(VARIABLE).filter(|rustc| !rustc.is_empty()).map(PathBuf::from) {
        let advice = format!("set {VARIABLE} to a rustc {RUST_RELEASE} that has its library sources, or unset it");
        return probe(&rustc)
            .map(Search::Found)
            .map_err(|error| error.context(format!("{VARIABLE} does not do")))
            .advise(advice);
    }
    let mut wrong = Vec::new();
    for rustc in candidates() {
        match probe(&rustc) {
            Ok(toolchain) => return Ok(Search::Found(toolchain)),
            Err(error) => wrong.push(error),
        }
    }
    Ok(Search::Missing(wrong))
}

/// Where rustup keeps its toolchains, if it is used here.
pub(crate) fn rustup_toolchains() -> Option<PathBuf> {
    let home = env::var_os("RUSTUP_HOME").map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".rustup")))?;
    Some(home.join("toolchains"))
}

fn probe(rustc: &Path) -> Result<Toolchain> {
    let cargo = rustc.with_file_name(format!("cargo{}", env::consts::EXE_SUFFIX));
    let toolchain = Toolchain::probe(rustc, &cargo)?;
    ensure!(cargo.is_file(), "{} has no cargo beside it", rustc.display());
    ensure!(
        wasm_ld(&toolchain).is_some(),
        "{} has no linker for WebAssembly: no rust-lld in its own folder of tools, and no rust-lld or wasm-ld on PATH",
        rustc.display()
    );
    Ok(toolchain)
}

/// The wasm-ld that the linker will find when this toolchain's rustc calls it.
pub(crate) fn wasm_ld(toolchain: &Toolchain) -> Option<PathBuf> {
    let own = toolchain.sysroot().join("lib/rustlib").join(toolchain.host()).join("bin");
    let path = env::var_os("PATH").unwrap_or_default();
    let on_path = iter::once(own).chain(env::split_paths(&path)).flat_map(|folder| {
        ["rust-lld", "wasm-ld"].map(|name| folder.join(format!("{name}{}", env::consts::EXE_SUFFIX)))
    });
    env::var_os(component_ld::lld::VARIABLE)
        .map(PathBuf::from)
        .into_iter()
        .chain(on_path)
        .find(|linker| linker.is_file())
}

/// Every rustc worth asking, the likeliest first.
fn candidates() -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    let path = env::var_os("PATH").unwrap_or_default();
    for folder in rustup_folders().into_iter().chain(env::split_paths(&path)) {
        let rustc = folder.join(format!("rustc{}", env::consts::EXE_SUFFIX));
        if rustc.is_file() && !is_stand_in(&rustc) && !found.contains(&rustc) {
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
    name == "rustup" || name == "cargo-p3" || env::current_exe().is_ok_and(|own| own == real)
}
