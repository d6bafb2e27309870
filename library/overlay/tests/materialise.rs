//! Materialising a sysroot from real sources: what it holds, and what happens to it when things go wrong.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::thread;

use overlay::{Link, Parts, Sysroot, Toolchain};
use tempfile::TempDir;

mod toolchain;

const LIBRARY: &str = "lib/rustlib/src/rust/library";

fn cache() -> TempDir {
    tempfile::tempdir().expect("a temporary directory")
}

fn entries(directory: &Path) -> Vec<String> {
    let names = fs::read_dir(directory).expect("readable").map(|entry| entry.expect("readable").file_name());
    let mut names: Vec<String> = names.map(|name| name.into_string().expect("UTF-8")).collect();
    names.sort();
    names
}

/// A compiler in `directory` that says it is `release` and has its sysroot at `sysroot`.
fn fake_rustc(directory: &Path, release: &str, sysroot: &Path) -> PathBuf {
    let rustc = directory.join("rustc");
    fs::write(directory.join("release"), release).unwrap();
    fs::write(directory.join("sysroot"), sysroot.to_str().unwrap()).unwrap();
    symlink(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/toolchain/rustc"), &rustc).unwrap();
    rustc
}

#[test]
fn holds_edited_sources_and_specs_and_links() {
    let (cache, toolchain) = (cache(), toolchain::find());
    let link = Link { path: "bin/component-ld".into(), to: "/somewhere/cargo-p3".into() };
    let sysroot = Sysroot::materialise(&toolchain, cache.path(), Parts::All, &[link]).unwrap();
    assert_eq!(sysroot.path(), Sysroot::directory(&toolchain, cache.path(), Parts::All));

    let pal = fs::read_to_string(sysroot.library().join("std/src/sys/pal/mod.rs")).unwrap();
    assert!(pal.contains("mod wasip3;"), "the edit is in");
    assert!(sysroot.library().join("std/src/sys/pal/wasip3/mod.rs").is_file(), "the new file is there");
    for platform in ["component", "contract", "wasi", "web"] {
        assert!(sysroot.library().join(platform).join("src/lib.rs").is_file(), "{platform} is there");
    }
    assert!(sysroot.spec("wasm32-wasip3").unwrap().is_file());
    assert!(!sysroot.is_prebuilt("wasm32-wasip3"));
    assert!(
        sysroot.spec("wasm32-wasip4").unwrap_err().to_string().contains("wasm32-wasip3"),
        "the error lists what there is"
    );
    let host = sysroot.path().join("lib/rustlib").join(toolchain.host());
    assert!(host.join("lib").is_dir(), "build scripts find the host's std");
    assert_eq!(fs::read_link(sysroot.path().join("bin/component-ld")).unwrap(), Path::new("/somewhere/cargo-p3"));

    // A program that moved: the link follows.
    let moved = Link { path: "bin/component-ld".into(), to: "/elsewhere/cargo-p3".into() };
    let again = Sysroot::materialise(&toolchain, cache.path(), Parts::All, &[moved]).unwrap();
    assert_eq!(fs::read_link(again.path().join("bin/component-ld")).unwrap(), Path::new("/elsewhere/cargo-p3"));
    assert_eq!(entries(&again.path().join("bin")), ["component-ld"]);
}

#[test]
fn one_without_what_only_makes_faster_is_another_one() {
    let (cache, toolchain) = (cache(), toolchain::find());
    let make = |parts| Sysroot::materialise(&toolchain, cache.path(), parts, &[]).unwrap();
    let (all, needed) = (make(Parts::All), make(Parts::Needed));
    assert_ne!(all.path(), needed.path());
    let text = |sysroot: &Sysroot, file| fs::read_to_string(sysroot.library().join(file)).ok();
    let upstream = fs::read_to_string(toolchain.library().join("core/src/slice/memchr.rs")).unwrap();
    assert_eq!(text(&needed, "core/src/slice/memchr.rs").unwrap(), upstream);
    assert!(text(&all, "core/src/slice/memchr.rs").unwrap().contains("mod vector;"));
    let vector = "core/src/slice/memchr/vector.rs";
    assert!(text(&all, vector).is_some() && text(&needed, vector).is_none());
    assert!(text(&needed, "std/src/sys/pal/mod.rs").unwrap().contains("mod wasip3;"));
}

#[test]
fn what_a_killed_run_left_is_replaced() {
    let (cache, toolchain) = (cache(), toolchain::find());
    let path = Sysroot::directory(&toolchain, cache.path(), Parts::All);
    let partial = path.with_extension("partial");
    fs::create_dir_all(partial.join(LIBRARY)).unwrap();
    fs::write(partial.join(LIBRARY).join("rubbish.rs"), "half a file").unwrap();
    Sysroot::materialise(&toolchain, cache.path(), Parts::All, &[]).unwrap();
    assert!(!path.join(LIBRARY).join("rubbish.rs").exists());
    assert!(!partial.exists());
}

#[test]
fn two_at_once_get_one_whole_sysroot() {
    let (cache, toolchain) = (cache(), toolchain::find());
    let paths: Vec<PathBuf> = thread::scope(|scope| {
        let make =
            || Sysroot::materialise(&toolchain, cache.path(), Parts::All, &[]).map(|sysroot| sysroot.path().to_owned());
        let builders = [(); 4].map(|()| scope.spawn(make));
        builders.map(|builder| builder.join().unwrap().unwrap()).into()
    });
    let hash = paths[0].file_name().unwrap().to_str().unwrap().to_owned();
    assert!(paths.iter().all(|path| *path == paths[0]));
    assert_eq!(entries(&cache.path().join("sysroots")), [hash.clone(), format!("{hash}.lock")]);
}

#[test]
fn in_place_touches_only_what_changed() {
    let (cache, toolchain) = (cache(), toolchain::find());
    let directory = cache.path().join("work");
    let sysroot = Sysroot::materialise_in_place(&toolchain, &directory, Parts::All, &[]).unwrap();
    let library = sysroot.library();
    let (same, changed, extra) =
        (library.join("core/src/lib.rs"), library.join("alloc/src/lib.rs"), library.join("std/src/extra.rs"));
    let written = |path: &Path| fs::metadata(path).unwrap().modified().unwrap();
    let before = written(&same);
    fs::write(&changed, "// gone").unwrap();
    fs::write(&extra, "// left over").unwrap();
    Sysroot::materialise_in_place(&toolchain, &directory, Parts::All, &[]).unwrap();
    assert_eq!(written(&same), before);
    assert_ne!(fs::read_to_string(&changed).unwrap(), "// gone");
    assert!(!extra.exists());
}

#[test]
fn another_release_is_refused() {
    let directory = cache();
    let rustc = fake_rustc(directory.path(), "1.95.0", directory.path());
    let message = Toolchain::probe(&rustc, &rustc).unwrap_err().to_string();
    assert!(
        message.contains("Rust 1.95.0") && message.contains("1.96.0") && message.contains("cargo p3 setup"),
        "{message}"
    );
}

#[test]
fn a_compiler_without_sources_is_refused() {
    let directory = cache();
    let rustc = fake_rustc(directory.path(), overlay::RUST_RELEASE, directory.path());
    let message = Toolchain::probe(&rustc, &rustc).unwrap_err().to_string();
    assert!(message.contains("std/src/lib.rs") && message.contains("rust-src"), "{message}");
}

#[test]
fn what_is_no_compiler_is_refused() {
    let message =
        format!("{:#}", Toolchain::probe(Path::new("/nowhere/rustc"), Path::new("/nowhere/cargo")).unwrap_err());
    assert!(message.contains("cannot run /nowhere/rustc"), "{message}");
}

#[test]
fn sources_of_something_else_are_refused_and_nothing_is_left() {
    let directory = cache();
    let real = toolchain::find().library();
    let library = directory.path().join(LIBRARY);
    fs::create_dir_all(library.join("alloc/src")).unwrap();
    for name in entries(&real).iter().filter(|name| *name != "alloc") {
        symlink(real.join(name), library.join(name)).unwrap();
    }
    fs::write(library.join("alloc/src/lib.rs"), "// not alloc").unwrap();
    let rustc = fake_rustc(directory.path(), overlay::RUST_RELEASE, directory.path());
    let toolchain = Toolchain::probe(&rustc, &rustc).unwrap();
    let message = Sysroot::materialise(&toolchain, directory.path(), Parts::All, &[]).unwrap_err().to_string();
    assert!(message.contains("alloc/src") && message.contains("Reinstall"), "{message}");
    assert!(!message.contains("core/src"), "{message}");
    let path = Sysroot::directory(&toolchain, directory.path(), Parts::All);
    assert_eq!(entries(&directory.path().join("sysroots")), [format!("{}.lock", path.file_name().unwrap().display())]);
}

#[test]
fn a_cache_that_cannot_be_written_is_one_clear_error() {
    let directory = cache();
    let file = directory.path().join("cache");
    fs::write(&file, "a file where the cache should be").unwrap();
    let message = Sysroot::materialise(&toolchain::find(), &file, Parts::All, &[]).unwrap_err().to_string();
    assert!(message.starts_with("cannot create the directory") && message.contains("cache/sysroots"), "{message}");
}
