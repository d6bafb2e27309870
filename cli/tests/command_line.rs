//! `cargo p3` without a toolchain: help, bad input, installing with stand-ins for the installers, launchers.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

/// A `cargo-p3` that sees no toolchain, no cache and no program but those in `place`.
fn cargo_p3(place: &TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-p3"));
    command.env_clear().current_dir(place.path());
    command
        .env("PATH", place.path().join("bin"))
        .env("HOME", place.path())
        .env("CARGO_P3_ROOT", place.path())
        .env("CARGO_P3_CACHE", place.path().join("cache"));
    command
}

fn place() -> TempDir {
    let place = tempfile::tempdir().unwrap();
    fs::create_dir(place.path().join("bin")).unwrap();
    place
}

/// Puts a shell script on the path of `place`.
fn script(place: &Path, name: &str, text: &str) {
    let file = place.join("bin").join(name);
    fs::write(&file, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Standard error of a run that had to fail, cleanly.
fn failure(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code().is_some_and(|code| code != 0 && code != 101), "{:?}: {text}", output.status);
    assert!(!text.contains("panicked"), "{text}");
    text
}

#[test]
fn help_lists_every_verb_and_each_has_its_own() {
    let place = place();
    let help = stdout(&cargo_p3(&place).args(["p3", "--help"]).output().unwrap());
    let verbs =
        "setup doctor env build check clippy doc run test bench install uninstall clean fix rustdoc package metadata";
    for verb in verbs.split(' ') {
        assert!(help.contains(&format!("\n  {verb} ")), "{verb} is missing in: {help}");
    }
    for verb in ["run", "test", "bench"] {
        let help = cargo_p3(&place).args(["p3", verb, "--help"]).output().unwrap();
        assert!(help.status.success() && stdout(&help).contains("--inherit-env"), "{help:?}");
    }
    let help = cargo_p3(&place).args(["p3", "help", "install"]).output().unwrap();
    assert!(stdout(&help).contains("--p3-help"), "{help:?}");
    // Called directly instead of by cargo.
    let direct = cargo_p3(&place).args(["run", "-h"]).output().unwrap();
    assert!(stdout(&direct).contains("--inherit-env"), "{direct:?}");
}

#[test]
fn a_word_that_is_no_verb_is_an_error() {
    let error = failure(cargo_p3(&place()).args(["p3", "biuld"]));
    assert!(error.contains("biuld") && error.contains("build"), "{error}");
}

/// A cargo, and a subcommand of it, that say what they were asked.
fn place_with_cargo() -> TempDir {
    let place = place();
    script(place.path(), "cargo", r#"echo "cargo $*"; /bin/pwd"#);
    place
}

#[test]
fn verbs_that_concern_no_target_are_cargos_own_and_need_no_toolchain() {
    let place = place_with_cargo();
    fs::create_dir(place.path().join("inner")).unwrap();
    let asked = |words: &[&str]| {
        let output = cargo_p3(&place).arg("p3").args(words).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        stdout(&output)
    };
    let here = place.path().canonicalize().unwrap();
    let said =
        |line: &str, folder: &str| format!("cargo {line}\n{}\n", here.join(folder).components().as_path().display());
    let verbs = "add new init remove rm update fetch search info vendor login logout owner yank version pkgid config \
                 generate-lockfile locate-project read-manifest fmt";
    for verb in verbs.split_whitespace() {
        assert_eq!(asked(&[verb, "x", "--y"]), said(&format!("{verb} x --y"), ""));
    }
    assert_eq!(asked(&["add", "--help"]), said("add --help", ""));
    assert_eq!(asked(&["help", "add"]), said("help add", ""));
    assert_eq!(asked(&["--explain", "E0001"]), said("--explain E0001", ""));
    let options = ["-q", "--offline", "--color", "never", "--config", "a=1", "update"];
    assert_eq!(asked(&options), said("-q --offline --color never --config a=1 update", ""));
    assert_eq!(asked(&["-C", "inner", "new", "x"]), said("new x", "inner"));
    assert!(!place.path().join("cache").exists());
}

#[test]
fn an_alias_of_cargos_configuration_is_one_here() {
    let place = place_with_cargo();
    let folder = place.path().join(".cargo");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("config.toml"), "[alias]\nfresh = 'new --vcs none'\nround = 'about'\nabout = 'round'\n")
        .unwrap();
    let asked = |words: &[&str]| cargo_p3(&place).arg("p3").args(words).output().unwrap();
    assert!(stdout(&asked(&["-q", "fresh", "x"])).starts_with("cargo -q new --vcs none x\n"));
    let command = asked(&["--config", "alias.other='search y'", "other"]);
    assert!(stdout(&command).starts_with("cargo --config alias.other='search y' search y\n"), "{command:?}");
    assert!(!asked(&["round"]).status.success());
}

#[test]
fn cargos_options_may_stand_before_every_verb_of_cargos() {
    let place = place();
    for options in [&["-q"][..], &["--offline", "-vv"], &["--config", "a.b=1"], &["-Zx"], &["--color=never"]] {
        let error = failure(cargo_p3(&place).arg("p3").args(options).arg("build"));
        assert!(error.contains("Rust 1.96.0 cannot be installed"), "{error}");
    }
    let error = failure(cargo_p3(&place).args(["p3", "+nightly", "build"]));
    assert!(error.contains("`+nightly`") && error.contains("Rust 1.96.0") && error.contains("help: "), "{error}");
    let error = failure(cargo_p3(&place).args(["p3", "--offline", "setup"]));
    assert!(error.contains("--offline") && error.contains("setup"), "{error}");
    let error = failure(cargo_p3(&place).args(["p3", "-C", "/nowhere", "build"]));
    assert!(error.contains("/nowhere"), "{error}");
}

#[test]
fn wrong_options_of_the_runtime_are_errors_before_anything_is_built() {
    let place = place();
    let error = failure(cargo_p3(&place).args(["p3", "run", "--net", "some"]));
    assert!(error.contains("--net") && error.contains("help: "), "{error}");
    let error = failure(cargo_p3(&place).args(["p3", "test"]).env("CARGO_P3_RUN", "--dir '/a"));
    assert!(error.contains("CARGO_P3_RUN") && error.contains("quote"), "{error}");
    assert!(!place.path().join("cache").exists());
}

#[test]
fn without_a_toolchain_and_without_installers_the_error_names_the_commands() {
    let error = failure(cargo_p3(&place()).args(["p3", "build"]));
    assert!(error.contains("Rust 1.96.0") && error.contains("rustup toolchain install 1.96.0"), "{error}");
    let unset = failure(cargo_p3(&place()).args(["p3", "build"]).env("CARGO_P3_RUSTC", ""));
    assert_eq!(error, unset, "a variable that is empty is not set");
}

#[test]
fn rustup_is_asked_for_the_release_with_sources_and_no_default_changes() {
    let place = place();
    script(place.path(), "rustup", r#"echo "$@" >> "$HOME/asked""#);
    let error = failure(cargo_p3(&place).args(["p3", "setup"]));
    let asked = fs::read_to_string(place.path().join("asked")).unwrap();
    assert_eq!(
        asked,
        "toolchain install 1.96.0 --profile minimal --no-self-update --component rust-src --component clippy\n"
    );
    assert!(error.contains("Installing Rust 1.96.0 with rustup"), "{error}");
    assert!(error.contains("no complete one is found"), "{error}");
}

#[test]
fn a_failing_installer_is_quoted() {
    let place = place();
    script(place.path(), "rustup", "echo 'error: the network is down' >&2; exit 3");
    let error = failure(cargo_p3(&place).args(["p3", "setup"]));
    assert!(error.contains("the network is down") && error.contains("help: "), "{error}");
}

#[test]
fn as_root_on_debian_its_packages_are_installed_and_none_is_removed() {
    let is_root_on_debian = fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0);
    let place = place();
    fs::create_dir(place.path().join("etc")).unwrap();
    fs::write(place.path().join("etc/debian_version"), "12.9\n").unwrap();
    script(place.path(), "apt-get", r#"echo "$@" >> "$HOME/asked""#);
    script(place.path(), "apt-cache", "echo '  Candidate: 1.96.0+dfsg1-1~deb12u2'");
    script(place.path(), "rustup", r#"echo "$@" >> "$HOME/asked""#);
    failure(cargo_p3(&place).args(["p3", "setup"]));
    let asked = fs::read_to_string(place.path().join("asked")).unwrap();
    if is_root_on_debian {
        assert!(asked.starts_with("update"), "{asked}");
        assert!(
            asked.contains("install -y --no-remove") && asked.contains("rustc-web cargo-web rust-web-src"),
            "{asked}"
        );
        assert!(!asked.contains("toolchain"), "{asked}");
    } else {
        assert!(asked.starts_with("toolchain install"), "{asked}");
    }
    // An archive that has another release is no use.
    fs::remove_file(place.path().join("asked")).unwrap();
    script(place.path(), "apt-cache", "echo '  Candidate: 1.85.0+dfsg3-1~deb12u3'");
    failure(cargo_p3(&place).args(["p3", "setup"]));
    let asked = fs::read_to_string(place.path().join("asked")).unwrap();
    assert!(!asked.contains("--no-remove") && asked.contains("toolchain install 1.96.0"), "{asked}");
}

#[test]
fn a_compiler_of_another_release_is_named_with_its_release() {
    let place = place();
    script(place.path(), "rustc", "printf 'rustc 1.95.0\\nhost: x86_64-unknown-linux-gnu\\nrelease: 1.95.0\\n'");
    script(place.path(), "cargo", "");
    let error = failure(cargo_p3(&place).args(["p3", "build"]));
    assert!(error.contains("1.95.0") && error.contains("1.96.0"), "{error}");
    let error = failure(cargo_p3(&place).args(["p3", "build"]).env("CARGO_P3_RUSTC", place.path().join("bin/rustc")));
    assert!(error.contains("CARGO_P3_RUSTC") && error.contains("1.95.0"), "{error}");
    let error = failure(cargo_p3(&place).args(["p3", "build"]).env("CARGO_P3_RUSTC", "/nowhere/rustc"));
    assert!(error.contains("/nowhere/rustc"), "{error}");
}

#[test]
fn the_doctor_names_what_is_missing_and_fails() {
    let place = place();
    let output = cargo_p3(&place).args(["p3", "doctor"]).output().unwrap();
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("MISSING  Rust 1.96.0") && text.contains("MISSING  cc") && text.contains("mend: "), "{text}");
    let output = cargo_p3(&place).args(["p3", "doctor"]).env("CARGO_P3_CACHE", "/dev/null/cache").output().unwrap();
    assert!(stdout(&output).contains("MISSING  cache") && stdout(&output).contains("CARGO_P3_CACHE"), "{output:?}");
}

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let place = place();
    let mut command = cargo_p3(&place);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = command.args(["p3", "run", "--help"]).stdout(writer).output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
}

#[test]
fn clean_cache_removes_sysroots_and_shows_their_size() {
    let place = place();
    let sysroot = place.path().join("cache/sysroots/0123456789abcdef");
    fs::create_dir_all(sysroot.join("lib")).unwrap();
    fs::write(sysroot.join("lib/std"), vec![0; 2 << 20]).unwrap();
    let output = cargo_p3(&place).args(["p3", "clean", "--cache"]).output().unwrap();
    let text = stdout(&output);
    assert!(output.status.success() && text.contains("2.00 MiB") && text.contains("0123456789abcdef"), "{output:?}");
    assert!(!sysroot.exists());
    let error = failure(cargo_p3(&place).args(["p3", "clean", "--cache", "-p", "x"]));
    assert!(error.contains("`-p`"), "{error}");
}

#[test]
fn clean_cache_keeps_a_sysroot_that_is_being_built() {
    let place = place();
    let sysroots = place.path().join("cache/sysroots");
    for name in ["0123456789abcdef", "0123456789abcdef.build", "fedcba9876543210", "fedcba9876543210.std-test"] {
        fs::create_dir_all(sysroots.join(name)).unwrap();
    }
    let lock = fs::File::create(sysroots.join("0123456789abcdef.lock")).unwrap();
    lock.lock().unwrap();
    let clean = || stdout(&cargo_p3(&place).args(["p3", "clean", "--cache", "--all"]).output().unwrap());
    assert_eq!(clean().matches("(being built)").count(), 2);
    let left = || {
        let names = fs::read_dir(&sysroots).unwrap().map(|entry| entry.unwrap());
        names.filter(|entry| entry.path().is_dir()).count()
    };
    assert_eq!(left(), 2);
    // Not by closing it: a process that another test is just starting may have the file as well.
    lock.unlock().unwrap();
    assert_eq!(clean().matches("removed").count(), 2);
    assert_eq!(left(), 0);
}

#[test]
fn a_compiler_outside_of_a_sysroot_says_so() {
    let place = place();
    let rustc = place.path().join("bin/rustc");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_cargo-p3"), &rustc).unwrap();
    let error = failure(Command::new(&rustc).arg("-vV"));
    assert!(error.contains("not in a sysroot"), "{error}");
}

#[test]
fn the_launched_program_explains_itself_and_its_errors_name_the_component() {
    let place = place();
    let help = cargo_p3(&place).args(["launch", "tool", "--p3-help"]).output().unwrap();
    assert!(stdout(&help).contains("CARGO_P3_RUN='--dir") && stdout(&help).contains("tool is a"), "{help:?}");
    let output = cargo_p3(&place).args(["launch", "tool", "--", "x"]).output().unwrap();
    assert_eq!(output.status.code(), Some(127));
    assert!(String::from_utf8_lossy(&output.stderr).contains("tool.wasm"), "{output:?}");
}

#[test]
fn a_launcher_called_through_a_link_runs_the_component_beside_itself() {
    let place = place();
    let (bin, links) = (place.path().join("bin"), place.path().join("links"));
    std::fs::create_dir(&links).unwrap();
    std::fs::write(bin.join("tool"), "").unwrap();
    std::fs::write(bin.join("tool.wasm"), "no component").unwrap();
    std::os::unix::fs::symlink(bin.join("tool"), links.join("other")).unwrap();
    let output = cargo_p3(&place).arg("launch").arg(links.join("other")).output().unwrap();
    assert_eq!(output.status.code(), Some(126), "found, and not runnable: {output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("bin/tool.wasm"), "{output:?}");
}
