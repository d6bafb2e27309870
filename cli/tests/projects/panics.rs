//! What a panic says, what it destroys, and what it ends.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::project::{Project, stderr, stdout, succeeded};

#[test]
fn a_panic_shows_where_it_came_from_while_there_are_names() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/hello");
    let project = Project::copy(&example);
    let panic = |strip: &str| {
        let profile = format!("--config=profile.dev.strip='{strip}'");
        let mut run = project.p3("run");
        let run = run.args(["--quiet", &profile, "--", "--panic"]).env("RUST_BACKTRACE", "1");
        stderr(&run.output().unwrap())
    };
    let with_names = panic("none");
    assert!(with_names.contains("hello::main\n             at ./src/main.rs:"), "{with_names}");
    let without = panic("symbols");
    assert!(without.contains("note: no backtrace:") && !without.contains("stack backtrace:"), "{without}");
}

/// Without debug information, landing pads move, and what is destroyed stays the same. That it is as natively is for
/// the test of all programs.
#[test]
fn panics_destroy_the_same_in_the_release_profile() {
    let programs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/programs");
    let project = Project::copy(&programs);
    let run = |profile: &[&str]| {
        stdout(&succeeded(
            project.p3("run").args(["--quiet", "--bin", "panic_out_of_loops"]).args(profile).output().unwrap(),
        ))
    };
    assert_eq!(run(&["--release"]), run(&[]));
    let component = project.path().join("target/wasm32-wasip3/release/panic_out_of_loops.wasm");
    let component = fs::read(component).unwrap();
    assert!(component.windows(11).any(|name| name == b"landing pad"), "no landing pad has moved");
}

/// Nobody is above an export but the host: unwinding would end in an error that says less than the panic.
#[test]
fn a_panic_that_nobody_catches_is_told_once_and_ends_the_instance() {
    let project = Project::new("export");
    project.append("Cargo.toml", "[lib]\ncrate-type = [\"cdylib\"]\n");
    project.write(
        "src/lib.rs",
        r#"
        struct Unwound;
        impl Drop for Unwound {
            fn drop(&mut self) { println!("unwound"); }
        }
        #[unsafe(export_name = "wasi:cli/run@0.3.0#run")]
        pub extern "C" fn run() -> i32 {
            let caught = || std::panic::catch_unwind(|| { let _unwound = Unwound; panic!("a panic") }).is_err();
            println!("{}", caught());
            println!("{}", std::thread::spawn(caught).join().unwrap());
            println!("{}", std::thread::spawn(|| panic!("a panic of a thread")).join().is_err());
            let _unwound = Unwound;
            panic!("the last one");
        }
        "#,
    );
    succeeded(project.p3("build").output().unwrap());
    let component = project.path().join("target/wasm32-wasip3/debug/export.wasm");
    let output = Command::new(env!("CARGO_BIN_EXE_component-run")).arg(component).output().unwrap();
    let told = stderr(&output);
    assert_eq!(output.status.code(), Some(134), "{told}");
    assert_eq!(stdout(&output), "unwound\ntrue\nunwound\ntrue\ntrue\n", "{told}");
    assert_eq!(told.matches("panicked at").count(), 4, "{told}");
    assert_eq!(told.lines().filter(|line| line.starts_with("component-run:")).count(), 1, "{told}");
    let (_, last) = told.split_once("the last one\n").expect("the last panic is told");
    assert!(!last.contains("cannot unwind"), "{told}");
}
