//! Installed programs and their launchers.

use std::fs;
use std::process::Command;

use crate::project::{Project, failed, stdout, succeeded};

#[test]
fn an_installed_program_has_a_launcher_that_goes_with_it() {
    let project = Project::new("installed");
    project.write(
        "src/main.rs",
        r#"fn main() {
            for argument in std::env::args() { println!("{argument}") }
            println!("{}", std::fs::read_to_string("here").unwrap_or_default());
            println!("{}", std::fs::read_to_string("/etc/passwd").is_ok());
        }"#,
    );
    let root = tempfile::tempdir().unwrap();
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("here"), "found").unwrap();
    let mut install = project.p3("install");
    succeeded(install.args(["--path", ".", "--root"]).arg(root.path()).output().unwrap());
    assert!(root.path().join("bin/installed.wasm").is_file());

    let run = || {
        let mut run = Command::new("installed");
        run.current_dir(place.path()).env("PATH", format!("{}:/usr/bin:/bin", root.path().join("bin").display()));
        run
    };
    let output = run().args(["--", "-x", "two words"]).output().unwrap();
    assert_eq!(stdout(&succeeded(output)), "installed\n--\n-x\ntwo words\nfound\nfalse\n");
    let output = run().env("CARGO_P3_RUN", "--dir /etc:ro").output().unwrap();
    assert_eq!(stdout(&succeeded(output)), "installed\nfound\ntrue\n");
    assert!(stdout(&succeeded(run().arg("--p3-help").output().unwrap())).contains("CARGO_P3_RUN"));

    let mut uninstall = project.p3("uninstall");
    succeeded(uninstall.args(["installed", "--root"]).arg(root.path()).output().unwrap());
    assert_eq!(fs::read_dir(root.path().join("bin")).unwrap().count(), 0);
}

#[test]
fn another_program_of_the_name_is_not_replaced_unless_forced() {
    let project = Project::new("taken");
    let root = tempfile::tempdir().unwrap();
    fs::create_dir(root.path().join("bin")).unwrap();
    fs::write(root.path().join("bin/taken"), "mine").unwrap();
    let install = || {
        let mut install = project.p3("install");
        install.args(["--path", ".", "--root"]).arg(root.path());
        install
    };
    failed(install().output().unwrap(), "--force");
    assert_eq!(fs::read_to_string(root.path().join("bin/taken")).unwrap(), "mine");
    succeeded(install().arg("--force").output().unwrap());
    assert!(fs::read_to_string(root.path().join("bin/taken")).unwrap().starts_with("#!/bin/sh"));
}
