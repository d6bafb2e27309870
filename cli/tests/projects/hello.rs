//! The example, built in every way in which a program may be built.

use std::path::Path;

use crate::project::{Project, stderr, stdout, succeeded};

/// The example, and the three ways it ends.
fn hello(profile: &[&str]) {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/hello");
    let project = Project::copy(&example);
    let run =
        |arguments: &[&str]| project.p3("run").arg("--quiet").args(profile).arg("--").args(arguments).output().unwrap();
    assert_eq!(stdout(&succeeded(run(&["wörld"]))), "Hello, wörld!\n");
    let exit = run(&["--exit", "7"]);
    assert_eq!(exit.status.code(), Some(7), "{exit:?}");
    let panic = run(&["--panic"]);
    assert_eq!(
        panic.status.code(),
        Some(if profile.iter().any(|word| word.contains("abort")) { 134 } else { 101 }),
        "{panic:?}"
    );
    assert!(stderr(&panic).contains("asked to") && stderr(&panic).contains("src/main.rs:"), "{panic:?}");
    assert!(project.path().join("target/wasm32-wasip3").is_dir());
}

#[test]
fn hello_runs_in_the_dev_profile() {
    hello(&[]);
}

#[test]
fn hello_runs_in_the_release_profile() {
    hello(&["--release"]);
}

#[test]
fn hello_runs_small_stripped_and_optimised_at_link_time() {
    let profile = ["lto='fat'", "opt-level='z'", "strip=true", "codegen-units=1"];
    let settings: Vec<String> = profile.iter().map(|setting| format!("--config=profile.release.{setting}")).collect();
    let mut arguments: Vec<&str> = settings.iter().map(String::as_str).collect();
    arguments.push("--release");
    hello(&arguments);
}

#[test]
fn hello_runs_with_panics_that_abort() {
    hello(&["--config=profile.dev.panic='abort'"]);
}

#[test]
fn hello_runs_on_a_library_that_it_builds_itself() {
    hello(&["-Zbuild-std=std,panic_unwind", "--release"]);
}
