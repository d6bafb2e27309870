//! Cargo's verbs, on packages with all that a package may have.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::project::{Project, stderr, stdout, succeeded};

#[test]
fn every_kind_of_test_runs() {
    let project = Project::new("tested");
    project.write(
        "src/lib.rs",
        r#"
        //! ```
        //! assert_eq!(tested::double(2), 4);
        //! std::fs::write(std::env::temp_dir().join("file"), "text").unwrap();
        //! ```
        //! ```should_panic
        //! tested::double(i32::MAX);
        //! ```
        //! ```compile_fail
        //! tested::double("2");
        //! ```
        pub fn double(number: i32) -> i32 { number.checked_mul(2).expect("it is too large") }
        #[test] fn doubles() { assert_eq!(double(4), 8); }
        #[test] #[should_panic(expected = "too large")] fn too_large() { double(i32::MAX); }
        #[test] #[should_panic(expected = "something else")] fn panics_otherwise() { double(i32::MAX); }
        "#,
    );
    project.write(
        "tests/outside.rs",
        r#"
        #[test] fn finds_its_files() {
            let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
            assert!(std::fs::read_to_string(file).unwrap().contains("tested"));
            std::fs::write(std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("file"), "text").unwrap();
        }
        "#,
    );
    let output = project.p3("test").arg("--no-fail-fast").env("RUST_BACKTRACE", "1").output().unwrap();
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(101), "{output:?}");
    for line in [
        "doubles ... ok",
        "too_large - should panic ... ok",
        "panics_otherwise - should panic ... FAILED",
        "finds_its_files ... ok",
    ] {
        assert!(text.contains(line), "{line} is missing in: {text}\n{}", stderr(&output));
    }
    assert!(text.contains("test result: FAILED. 2 passed; 1 failed"), "{text}");
    assert!(text.contains("stack backtrace:") && text.contains("tested::double\n"), "{text}");
    assert!(text.contains("test result: ok. 3 passed; 0 failed"), "{text}");
}

#[test]
fn verbs_of_cargos_that_compile_are_of_the_target() {
    let project = Project::new("compiled");
    project.write(
        "src/main.rs",
        "#[cfg(not(target_env = \"p3\"))] compile_error!(\"elsewhere\");\nfn main() { let mut x = 1; println!(\"{x}\") }\n",
    );
    let p3 = |words: &[&str]| succeeded(project.p3(words[0]).args(&words[1..]).output().unwrap());
    p3(&["fix", "--allow-no-vcs", "-q"]);
    assert!(fs::read_to_string(project.path().join("src/main.rs")).unwrap().contains("let x"));
    p3(&["rustdoc", "-q", "--", "--document-private-items"]);
    assert!(project.path().join("target/wasm32-wasip3/doc/compiled").is_dir());
    p3(&["package", "-q", "--allow-dirty"]);
    assert!(project.path().join("target/package/compiled-0.1.0.crate").is_file());
    let metadata = stdout(&p3(&["metadata", "--no-deps", "--format-version=1"]));
    assert!(metadata.contains("\"compiled\""));
    let mut quiet = project.p3("-q");
    let output = succeeded(quiet.args(["--offline", "--config", "profile.dev.opt-level=1", "build"]).output().unwrap());
    assert_eq!(stderr(&output), "");
    // A subcommand that is a program of its own, and builds by cargo.
    project.write("bin/cargo-again", "#!/bin/sh\nshift\nexec \"$CARGO\" build \"$@\"\n");
    project.make_executable("bin/cargo-again");
    let path = format!("{}:{}", project.path().join("bin").display(), std::env::var("PATH").unwrap());
    succeeded(project.p3("again").arg("--release").env("PATH", path).output().unwrap());
    assert!(project.path().join("target/wasm32-wasip3/release/compiled.wasm").is_file());
}

#[test]
fn check_doc_and_clippy_are_of_the_target() {
    let project = Project::new("looked_at");
    let main =
        "/// Guests only.\n#[cfg(target_env = \"p3\")]\npub fn guests_only() -> bool { let x = 1; return x == 1; }\n";
    project.write("src/lib.rs", main);
    succeeded(project.p3("check").output().unwrap());
    succeeded(project.p3("doc").output().unwrap());
    assert!(project.path().join("target/wasm32-wasip3/doc/looked_at/fn.guests_only.html").is_file());
    let clippy = project.p3("clippy").args(["--", "-D", "clippy::needless_return"]).output().unwrap();
    // A toolchain may come without clippy: then the error names the package that brings it.
    let text = stderr(&clippy);
    assert!(
        !clippy.status.success()
            && (text.contains("needless_return")
                || text.contains("rust-web-clippy")
                || text.contains("rustup component")),
        "{text}"
    );
}

#[test]
fn a_package_that_is_cleaned_loses_its_component() {
    let project = Project::new("cleaned");
    let component = project.path().join("target/wasm32-wasip3/debug/cleaned.wasm");
    succeeded(project.p3("build").output().unwrap());
    assert!(component.is_file());
    succeeded(project.p3("clean").args(["-p", "cleaned"]).output().unwrap());
    assert!(!component.exists());
}

#[test]
fn plain_cargo_builds_with_the_printed_environment() {
    let project = Project::copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/hello"));
    let variables = stdout(&succeeded(project.p3("env").output().unwrap()));
    let shell = |command: &str| {
        let script = format!("{variables}\n{command}");
        project.clean(Command::new("sh").args(["-c", &script])).output().unwrap()
    };
    assert!(stdout(&succeeded(shell("cargo run --quiet --target wasm32-wasip3"))).contains("Hello"));
    let own = "cargo run --quiet --release -Zbuild-std=std,panic_unwind --target \"$CARGO_P3_TARGET\"";
    assert!(stdout(&succeeded(shell(own))).contains("Hello"));
    // The shell is still good for the machine itself.
    assert!(stdout(&succeeded(shell("cargo run --quiet"))).contains("Hello"));
}

#[test]
fn a_library_and_a_program_of_one_name_are_both_there() {
    let project = Project::new("twin");
    project.append("Cargo.toml", "[lib]\ncrate-type = ['cdylib', 'rlib']\n");
    fs::write(project.path().join("src/lib.rs"), "pub fn number() -> u32 { 42 }\n").unwrap();
    project.write("src/main.rs", "fn main() { println!(\"{}\", twin::number()) }\n#[test] fn passes() {}\n");
    for verb in ["build", "run", "test", "check"] {
        let output = succeeded(project.p3(verb).output().unwrap());
        assert!(!stderr(&output).contains("collision"), "{}", stderr(&output));
        assert!(verb != "run" || stdout(&output) == "42\n");
    }
    let built = |name: &str| project.path().join("target/wasm32-wasip3/debug").join(name);
    assert!(built("twin.wasm").is_file() && built("libtwin.wasm").is_file());
    // Plain cargo is told of it, too.
    fs::remove_dir_all(project.path().join("target")).unwrap();
    let variables = stdout(&succeeded(project.p3("env").output().unwrap()));
    let script = format!("{variables}\ncargo build --target wasm32-wasip3");
    let output = succeeded(project.clean(Command::new("sh").args(["-c", &script])).output().unwrap());
    assert!(!stderr(&output).contains("collision"), "{}", stderr(&output));
    assert!(built("twin.wasm").is_file() && built("libtwin.wasm").is_file());
    // Nothing of it is remembered: the library alone has its usual name.
    fs::remove_file(project.path().join("src/main.rs")).unwrap();
    fs::remove_file(built("twin.wasm")).unwrap();
    succeeded(project.p3("build").output().unwrap());
    assert!(built("twin.wasm").is_file());
}
