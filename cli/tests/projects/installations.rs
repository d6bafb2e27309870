//! Several copies of `cargo p3` on one machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::project::{Project, stderr, stdout, succeeded};

#[test]
fn two_installations_of_one_version_make_the_same_bytes_and_a_new_one_builds_nothing_again() {
    let project = Project::new("same");
    project.write("dependency/Cargo.toml", "[package]\nname = 'dependency'\nversion = '1.0.0'\nedition = '2024'\n");
    project.write("dependency/src/lib.rs", "pub fn text() -> &'static str { \"text\" }\n");
    project.append("Cargo.toml", "[dependencies]\ndependency = { path = 'dependency' }\n");
    fs::write(project.path().join("src/main.rs"), "fn main() { println!(\"{}\", dependency::text()) }\n").unwrap();
    let place = tempfile::tempdir().unwrap();
    let installed = |name: &str| {
        let program = place.path().join(name).join("cargo-p3");
        fs::create_dir_all(program.parent().unwrap()).unwrap();
        fs::copy(env!("CARGO_BIN_EXE_cargo-p3"), &program).unwrap();
        program
    };
    let build = |program: &Path, target: &str| {
        let mut command = Command::new(program);
        project.clean(command.args(["p3", "build", "--target-dir", target]));
        let said = stderr(&succeeded(command.output().unwrap()));
        (said, fs::read(project.path().join(target).join("wasm32-wasip3/debug/same.wasm")).unwrap())
    };
    let (one, other) = (installed("one"), installed("other"));
    let (said, first) = build(&one, "first");
    assert!(said.contains("Compiling"), "{said}");
    assert!(first == build(&other, "second").1, "the bytes differ");
    let (said, again) = build(&other, "first");
    assert!(!said.contains("Compiling") && again == first, "{said}");
    fs::remove_file(&one).unwrap();
    let (said, _) = build(&installed("one"), "first");
    assert!(!said.contains("Compiling"), "{said}");
}

#[test]
fn checkouts_that_share_a_sysroot_link_with_their_own_tools() {
    let project = Project::new("shared");
    let own = Path::new(env!("CARGO_BIN_EXE_cargo-p3"));
    let other = Path::new(env!("CARGO_TARGET_TMPDIR")).join("another-checkout/cargo-p3");
    fs::create_dir_all(other.parent().unwrap()).unwrap();
    fs::copy(own, &other).unwrap();
    let rustc = |program: &Path| {
        let output = project.clean(Command::new(program).args(["p3", "env", "--json"])).output().unwrap();
        let variables: serde_json::Value = serde_json::from_str(&stdout(&succeeded(output))).unwrap();
        PathBuf::from(variables["RUSTC"].as_str().unwrap())
    };
    let (ours, theirs) = (rustc(own), rustc(&other));
    assert_eq!(ours.parent().unwrap().parent(), theirs.parent().unwrap().parent());
    // The other one ran last.
    let linker = ours.with_file_name("component-ld");
    let words = stdout(&succeeded(project.p3("rustc").args(["--quiet", "--", "--print=link-args"]).output().unwrap()));
    assert!(words.contains(linker.to_str().unwrap()), "{words}");
    assert_eq!(fs::read_link(linker).unwrap(), own.canonicalize().unwrap());
    assert_eq!(fs::read_link(theirs.with_file_name("component-ld")).unwrap(), other.canonicalize().unwrap());
}
