//! Embeds the overlay's data into the crate, so that an installed binary needs no checkout: the edits, the new files of
//! upstream's crates, the platform crates' sources and the target specs. Each becomes a `(path, text)` pair of a
//! table in `OUT_DIR`.

use std::path::{Path, PathBuf};
use std::{env, fmt::Write, fs};

use walkdir::WalkDir;

/// One embedded tree: the constant it becomes, its root, and which of its files count.
struct Tree {
    constant: &'static str,
    root: &'static str,
    wanted: fn(&Path) -> bool,
}

const TREES: [Tree; 17] = [
    Tree { constant: "EDITS", root: "../edits", wanted: is_edits },
    Tree { constant: "FASTER_EDITS", root: "../faster/edits", wanted: is_edits },
    Tree { constant: "FASTER_FILES", root: "../faster", wanted: is_rust },
    Tree { constant: "ALLOC_FILES", root: "../alloc", wanted: is_rust },
    Tree { constant: "BUILTINS_FILES", root: "../compiler-builtins", wanted: is_rust },
    Tree { constant: "CORE_FILES", root: "../core", wanted: is_rust },
    Tree { constant: "PROFILER_FILES", root: "../profiler_builtins", wanted: is_rust },
    Tree { constant: "STD_FILES", root: "../std", wanted: is_rust },
    Tree { constant: "TEST_FILES", root: "../test", wanted: is_rust },
    Tree { constant: "C_CRATE", root: "../c", wanted: is_of_a_crate },
    Tree { constant: "COMPONENT_CRATE", root: "../component", wanted: is_of_a_crate },
    Tree { constant: "CONTRACT_CRATE", root: "../contract", wanted: is_of_a_crate },
    Tree { constant: "HEAP_CRATE", root: "../heap", wanted: is_of_a_crate },
    Tree { constant: "MACROS", root: "../macros/src", wanted: is_rust },
    Tree { constant: "WASI_CRATE", root: "../wasi", wanted: is_of_a_crate },
    Tree { constant: "WEB_CRATE", root: "../web", wanted: is_of_a_crate },
    Tree { constant: "TARGETS", root: "../../targets", wanted: |path| path.extension().is_some_and(|e| e == "json") },
];

fn is_edits(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "toml")
}

fn is_rust(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "rs")
}

fn is_of_a_crate(path: &Path) -> bool {
    path == Path::new("Cargo.toml") || path.starts_with("src")
}

fn main() {
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR"));
    let mut source = String::new();
    for tree in &TREES {
        embed(&here, tree, &mut source);
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR")).join("embedded.rs");
    fs::write(&out, source).unwrap_or_else(|error| panic!("cannot write {}: {error}", out.display()));
}

/// Appends the table of one tree, sorted by path.
fn embed(here: &Path, tree: &Tree, source: &mut String) {
    let root = here.join(tree.root);
    // A directory is watched with all that is in it.
    println!("cargo::rerun-if-changed={}", root.display());
    writeln!(source, "pub(super) const {}: &[(&str, &str)] = &[", tree.constant).expect("a String takes every write");
    for entry in WalkDir::new(&root).sort_by_file_name() {
        let entry = entry.unwrap_or_else(|error| panic!("cannot read {}: {error}", root.display()));
        let path = entry.path().strip_prefix(&root).expect("walked below the root");
        if entry.file_type().is_file() && (tree.wanted)(path) {
            let name = path.to_str().unwrap_or_else(|| panic!("{} is not UTF-8", entry.path().display()));
            let file = entry.path().display().to_string();
            writeln!(source, "    ({name:?}, include_str!({file:?})),").expect("a String takes every write");
        }
    }
    source.push_str("];\n");
}
