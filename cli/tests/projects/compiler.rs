//! The compiler as crates, build scripts and wrappers find it.

use std::fs;
use std::process::Command;

use crate::project::{Project, failed, stderr, stdout, succeeded};

#[test]
fn crates_find_a_stable_compiler_and_may_ask_for_another() {
    let project = Project::new("probing");
    // As many published crates do it: try a feature, with the compiler and the target that cargo names.
    project.write(
        "build.rs",
        r##"
        use std::{env, fs, process::Command};
        fn main() {
            let out = env::var("OUT_DIR").unwrap();
            let probe = format!("{out}/probe.rs");
            fs::write(&probe, "#![feature(rustc_attrs)] #![no_std] pub fn f() {}").unwrap();
            let status = Command::new(env::var_os("RUSTC").unwrap())
                .args(["--crate-type=lib", "--emit=metadata", "--target", &env::var("TARGET").unwrap(), "--out-dir", &out, &probe])
                .status().unwrap();
            println!("cargo::rustc-env=PROBE={}", status.success());
            println!("cargo::rustc-env=SEEN={}", env::var("RUSTC_BOOTSTRAP").unwrap_or_default());
        }
        "##,
    );
    project.write("src/main.rs", r#"fn main() { println!("{} {}", env!("PROBE"), env!("SEEN")) }"#);
    assert_eq!(stdout(&succeeded(project.p3("run").output().unwrap())), "false \n");

    project.write("src/main.rs", "#![feature(rustc_attrs)] fn main() {}");
    failed(project.p3("build").output().unwrap(), "rustc_attrs");
    succeeded(project.p3("build").env("RUSTC_BOOTSTRAP", "1").output().unwrap());
}

/// Build scripts decide by the answer of the compiler what to use of the language; rustc_version 0.2, under old
/// packages, takes from six to eight lines for an answer.
#[test]
fn a_build_script_can_read_what_the_compiler_is() {
    let project = Project::new("asking");
    project.write(
        "build.rs",
        r#"
        use std::{env, process::Command};
        fn main() {
            let answer = Command::new(env::var_os("RUSTC").unwrap()).arg("-vV").output().unwrap().stdout;
            let answer = String::from_utf8(answer).unwrap();
            let lines: Vec<&str> = answer.lines().collect();
            assert!((6..=8).contains(&lines.len()), "{answer}");
            for (line, begin) in lines.iter().zip(["rustc 1.", "binary: ", "commit-hash: ", "commit-date: ", "host: ", "release: 1."]) {
                assert!(line.starts_with(begin), "{answer}");
            }
        }
        "#,
    );
    succeeded(project.p3("build").output().unwrap());
}

#[test]
fn a_wrapper_that_follows_links_finds_the_compiler() {
    let project = Project::new("wrapped");
    project.write(
        "wrapper",
        "#!/bin/sh\nprogram=$(readlink -f \"$1\")\nshift\necho \"$program\" >> \"$CALLS\"\nexec \"$program\" \"$@\"\n",
    );
    project.make_executable("wrapper");
    let mut run = project.p3("run");
    run.args(["--quiet"])
        .env("RUSTC_WRAPPER", project.path().join("wrapper"))
        .env("CALLS", project.path().join("calls"));
    succeeded(run.output().unwrap());
    let calls = fs::read_to_string(project.path().join("calls")).unwrap();
    // By this name such wrappers know a compiler.
    assert!(!calls.is_empty() && calls.lines().all(|call| call.ends_with("/rustc")), "{calls}");
}

#[test]
fn a_package_of_a_newer_rust_is_told_which_one_there_is_and_why() {
    let project = Project::new("newer");
    let manifest = fs::read_to_string(project.path().join("Cargo.toml")).unwrap();
    project.write("Cargo.toml", &manifest.replace("[workspace]", "rust-version = \"1.999\"\n\n[workspace]"));
    let output = project.p3("build").output().unwrap();
    failed(output.clone(), "note: ");
    let text = stderr(&output);
    for word in ["Rust 1.999", "Rust 1.96.0", "because", "--ignore-rust-version"] {
        assert!(text.contains(word), "{word} is missing in {text}");
    }
    project.write("rust-toolchain.toml", "[toolchain]\nchannel = \"nightly\"\n");
    let text = stderr(&succeeded(project.p3("build").arg("--ignore-rust-version").output().unwrap()));
    assert!(text.contains("rust-toolchain.toml") && text.contains("`nightly`") && text.contains("because"), "{text}");
    let quiet = succeeded(project.p3("build").args(["-q", "--ignore-rust-version"]).output().unwrap());
    assert_eq!(stderr(&quiet), "");
}

#[test]
fn a_dependency_of_a_newer_rust_is_told_as_well() {
    let project = Project::new("depends");
    project.append("Cargo.toml", "[dependencies]\nnewest = \"1\"\n");
    project.write("src/main.rs", "fn main() { newest::greet() }");
    project.write(
        "registry/newest/Cargo.toml",
        "[package]\nname = \"newest\"\nversion = \"1.2.3\"\nrust-version = \"1.999\"\n",
    );
    project.write("registry/newest/src/lib.rs", "pub fn greet() { println!(\"newest\") }");
    project.write("registry/newest/.cargo-checksum.json", "{\"files\": {}}");
    let sources = "[source.crates-io]\nreplace-with = 'here'\n[source.here]\ndirectory = 'registry'\n";
    project.write(".cargo/config.toml", sources);
    let output = project.p3("build").output().unwrap();
    failed(output.clone(), "note: ");
    let text = stderr(&output);
    for word in
        ["newest 1.2.3", "Rust 1.999", "Rust 1.96.0", "because", "--ignore-rust-version", "cargo p3 update newest"]
    {
        assert!(text.contains(word), "{word} is missing in {text}");
    }
    let run = succeeded(project.p3("run").args(["-q", "--ignore-rust-version"]).output().unwrap());
    assert_eq!(stdout(&run), "newest\n");
    // With one that will do nothing is said, and nobody is asked twice.
    let manifest = "[package]\nname = \"newest\"\nversion = \"1.2.3\"\n";
    project.write("registry/newest/Cargo.toml", manifest);
    assert_eq!(stderr(&succeeded(project.p3("build").arg("-q").output().unwrap())), "");
    // What cannot be resolved is told once.
    project.append("Cargo.toml", "missing = \"1\"\n");
    let text = stderr(&project.p3("build").output().unwrap());
    assert_eq!(text.matches("error: ").count(), 1, "{text}");
}

#[test]
fn arguments_too_long_for_a_command_line_come_in_a_file() {
    let project = Project::new("long");
    project.write("src/main.rs", r#"fn main() { println!("{}", cfg!(last)) }"#);
    let variables = stdout(&succeeded(project.p3("env").output().unwrap()));
    project.write("arguments", "src/main.rs\n--target\nwasm32-wasip3\n-o\nlong.wasm\n--cfg=last\n");
    let script = format!("{variables}\nrustc @arguments && cargo-p3-runner long.wasm");
    let output = project.clean(Command::new("sh").args(["-c", &script])).output().unwrap();
    assert_eq!(stdout(&succeeded(output)), "true\n");
}
