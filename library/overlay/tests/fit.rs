//! Everything of the overlay that does not fit is told at once: misfits made on purpose, in a copy of the real sources.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use overlay::{Parts, fit};
use tempfile::TempDir;
use walkdir::WalkDir;

mod toolchain;

/// A copy of the real library; `files` are others, and those without a text are not there.
fn library(files: &[(&str, Option<String>)]) -> TempDir {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let real = toolchain::find().library();
    let all = WalkDir::new(&real).follow_root_links(true).into_iter();
    for entry in all.filter_entry(|entry| entry.depth() != 1 || entry.file_name() != "vendor") {
        let entry = entry.expect("readable");
        let path = entry.path().strip_prefix(&real).expect("walked below it");
        let copy = directory.path().join(path);
        match files.iter().find(|(name, _)| path == Path::new(name)) {
            Some((_, Some(text))) => fs::write(copy, text).unwrap(),
            Some((_, None)) => {}
            None if entry.file_type().is_dir() => fs::create_dir_all(copy).unwrap(),
            None => drop(fs::copy(entry.path(), copy).unwrap()),
        }
    }
    directory
}

fn real(file: &str) -> String {
    fs::read_to_string(toolchain::find().library().join(file)).unwrap()
}

#[test]
fn the_release_fits_as_a_whole_and_without_what_is_faster() {
    let toolchain = toolchain::find();
    for (parts, rustc) in [(Parts::All, Some(toolchain.rustc())), (Parts::Needed, None)] {
        let fit = fit(&toolchain.library(), parts, rustc).unwrap();
        assert!(fit.is_perfect(), "{fit}");
    }
}

#[test]
fn all_that_does_not_fit_is_told_in_one_run() {
    let random = real("std/src/sys/random/mod.rs");
    let twice = format!("{random}cfg_select! {{\n}}\n");
    let elsewhere = "        static LOCAL_PANIC_COUNT: Cell<(usize, bool)> = const { Cell::new((0, false)) }\n    }";
    let panicking = real("std/src/panicking.rs").replace(elsewhere, "    }");
    let library = library(&[
        // An anchor that occurs twice, one that has moved to another file, a file that is gone with edits for it, and one
        // that has the name of a new one of ours.
        ("std/src/sys/random/mod.rs", Some(twice)),
        ("std/src/panicking.rs", Some(panicking)),
        ("std/src/rt.rs", Some(format!("{}{elsewhere}\n", real("std/src/rt.rs")))),
        ("unwind/src/wasm.rs", None),
    ]);
    fs::create_dir_all(library.path().join("core/src/slice/memchr")).unwrap();
    fs::write(library.path().join("core/src/slice/memchr/short.rs"), "").unwrap();
    let told = |parts| fit(library.path(), parts, None).unwrap().to_string();
    let all = told(Parts::All);
    for text in [
        "library/std/src/sys/random/mod.rs: the anchor of an edit occurs 2 times instead of once",
        "library/std/src/panicking.rs: the anchor of an edit occurs 0 times instead of once",
        "  all of it is in library/std/src/rt.rs",
        "library/unwind/src/wasm.rs, which an edit is for, is not there (library/edits/panic.toml)",
        "library/core/src/slice/memchr/short.rs is a new file of the overlay",
        "(\"core/src\", ",
        "(\"std/src\", ",
        "(\"unwind/src\", ",
        "\n4 misfits, 3 directories of other sources, 0 keys\n",
    ] {
        assert!(all.contains(text), "{text} is not in\n{all}");
    }
    let needed = told(Parts::Needed);
    assert!(needed.contains("\n3 misfits, ") && !needed.contains("memchr"), "{needed}");
}

#[test]
fn a_key_that_the_compiler_does_not_know_is_told_with_its_words() {
    let directory = tempfile::tempdir().unwrap();
    let toolchain = toolchain::find();
    let picky = directory.path().join("rustc");
    fs::write(directory.path().join("real"), toolchain.rustc().to_str().unwrap()).unwrap();
    symlink(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/toolchain/picky"), &picky).unwrap();
    let fit = fit(&toolchain.library(), Parts::All, Some(&picky)).unwrap();
    let text = fit.to_string();
    let told = text.lines().filter(|line| line.starts_with("targets/")).collect::<Vec<_>>();
    assert_eq!(told.len(), overlay::targets().count(), "{text}");
    assert!(told.iter().all(|line| line.contains("the key `entry-name`: error: unknown field")), "{text}");
    assert!(!fit.is_perfect());
}

#[test]
fn a_folder_without_a_library_is_refused() {
    let error = fit(Path::new("/nowhere"), Parts::All, None).unwrap_err().to_string();
    assert!(error.contains("/nowhere is no library of Rust's"), "{error}");
}
