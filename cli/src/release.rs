//! What a package asks of Rust, and what it gets: guests are built with one release, whatever a `rust-version` or a `rust-toolchain.toml` says.
//!
//! Cargo refuses a package of a newer Rust with a line that does not say why this Rust, and rustup's file is not for the toolchain that guests are
//! built with. So both are told before cargo starts, in a sentence each.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use overlay::RUST_RELEASE;
use toml::Table;

use crate::words::Words;
use crate::workspace::Workspace;

const REASON: &str = "because their standard library is made from the sources of that release";

/// Tells what will not be as a package says, unless cargo is to be quiet.
pub(crate) fn tell(words: &Words, workspace: Option<&Workspace>) {
    if let Some(note) = workspace.filter(|_| !is_ignored(words)).and_then(|workspace| newer(words, workspace)) {
        // Quiet or not: cargo fails after this.
        eprintln!("note: {note}");
    }
    if words.is_quiet() {
        return;
    }
    if let Some(note) = env::current_dir().ok().and_then(|here| other_toolchain(&here)) {
        eprintln!("note: {note}");
    }
}

/// A package that asks for a newer Rust.
fn newer(words: &Words, workspace: &Workspace) -> Option<String> {
    let arguments: Vec<_> = words.cargos().collect();
    workspace.chosen(arguments).into_iter().find_map(|package| {
        let wanted = package.rust_version()?;
        is_newer(wanted).then(|| refusal(&package.manifest().display().to_string(), wanted))
    })
}

/// Whether cargo is told to try packages of a newer Rust.
pub(crate) fn is_ignored(words: &Words) -> bool {
    words.cargos().any(|word| word == "--ignore-rust-version")
}

/// Whether a `rust-version` is one that guests are not built with.
pub(crate) fn is_newer(wanted: &str) -> bool {
    numbers(wanted) > numbers(RUST_RELEASE)
}

/// Why cargo will not build what asks for a newer Rust, and how it would.
pub(crate) fn refusal(package: &str, wanted: &str) -> String {
    format!(
        "{package} asks for Rust {wanted}, but guests are built with Rust {RUST_RELEASE}, {REASON}; `--ignore-rust-version` tries it all the same"
    )
}

/// rustup's file that names another toolchain: the nearest one, as for rustup.
fn other_toolchain(here: &Path) -> Option<String> {
    let file = here.ancestors().find_map(|folder| {
        let names = ["rust-toolchain", "rust-toolchain.toml"].map(|name| folder.join(name));
        names.into_iter().find(|file| file.is_file())
    })?;
    let wanted = channel(&file)?;
    let is_ours = wanted == RUST_RELEASE || wanted == RUST_RELEASE.trim_end_matches(".0");
    (!is_ours).then(|| {
        format!(
            "{} asks for the toolchain `{wanted}`, but guests are built with Rust {RUST_RELEASE}, {REASON}; the file still holds for this \
             machine's own programs",
            file.display()
        )
    })
}

/// The toolchain that rustup's file names: one word, or a table.
fn channel(file: &PathBuf) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    if let Ok(table) = toml::from_str::<Table>(&text) {
        let toolchain = table.get("toolchain")?;
        return toolchain.get("channel").or_else(|| toolchain.get("path"))?.as_str().map(str::to_owned);
    }
    let mut words = text.split_whitespace();
    words.next().filter(|_| words.next().is_none()).map(str::to_owned)
}

/// A version to compare: what is left out is zero.
fn numbers(version: &str) -> Vec<u32> {
    let release = version.split(['-', '+']).next().unwrap_or_default();
    let mut numbers: Vec<u32> = release.split('.').map(|number| number.parse().unwrap_or(0)).collect();
    numbers.resize(3, 0);
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_number() {
        assert!(numbers("1.97") > numbers("1.96.0") && numbers("1.100.0") > numbers("1.96.0"));
        assert!(numbers("1.96") == numbers("1.96.0") && numbers("1.9") < numbers("1.96.0"));
    }

    #[test]
    fn the_nearest_file_of_rustups_counts_and_our_release_is_no_news() {
        let place = tempfile::tempdir().unwrap();
        let inner = place.path().join("inner");
        fs::create_dir(&inner).unwrap();
        fs::write(place.path().join("rust-toolchain.toml"), "[toolchain]\nchannel = 'nightly-2026-01-01'\n").unwrap();
        let note = other_toolchain(&inner).unwrap();
        assert!(note.contains("`nightly-2026-01-01`") && note.contains("Rust 1.96.0"), "{note}");
        for ours in ["1.96.0\n", "[toolchain]\nchannel = '1.96'\n"] {
            fs::write(inner.join("rust-toolchain"), ours).unwrap();
            assert_eq!(other_toolchain(&inner), None);
        }
        fs::write(inner.join("rust-toolchain"), "stable\n").unwrap();
        assert!(other_toolchain(&inner).unwrap().contains("`stable`"));
    }
}
