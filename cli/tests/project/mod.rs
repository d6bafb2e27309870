//! A project in a directory of its own, and what its commands said.

#![allow(dead_code, reason = "each test binary uses a part")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;
use walkdir::WalkDir;

/// A package that is its own workspace.
pub(crate) struct Project {
    _place: TempDir,
    path: PathBuf,
}

impl Project {
    /// An empty program of this name.
    pub(crate) fn new(name: &str) -> Project {
        let project = Project::empty();
        let manifest =
            format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n");
        project.write("Cargo.toml", &manifest);
        project.write("src/main.rs", "fn main() {}");
        project
    }

    /// A copy of a package, without what was built there.
    pub(crate) fn copy(package: &Path) -> Project {
        let project = Project::empty();
        let files = WalkDir::new(package).into_iter().filter_entry(|entry| entry.file_name() != "target");
        for file in files.map(Result::unwrap).filter(|entry| entry.file_type().is_file()) {
            let name = file.path().strip_prefix(package).unwrap().to_str().unwrap();
            project.put(name, &fs::read_to_string(file.path()).unwrap());
        }
        project
    }

    fn empty() -> Project {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().canonicalize().unwrap();
        Project { _place: place, path }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a file. A library takes the place of the empty program.
    pub(crate) fn write(&self, name: &str, text: &str) {
        self.put(name, text);
        if name == "src/lib.rs" {
            fs::remove_file(self.path.join("src/main.rs")).unwrap();
        }
    }

    fn put(&self, name: &str, text: &str) {
        let file = self.path.join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, text).unwrap();
    }

    /// Adds to a file.
    pub(crate) fn append(&self, name: &str, text: &str) {
        let file = self.path.join(name);
        fs::write(&file, fs::read_to_string(&file).unwrap() + text).unwrap();
    }

    pub(crate) fn make_executable(&self, name: &str) {
        fs::set_permissions(self.path.join(name), fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// `cargo p3 VERB` in the project.
    pub(crate) fn p3(&self, verb: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-p3"));
        self.clean(command.args(["p3", verb]));
        command
    }

    /// Puts a command into the project, without what the cargo that runs these tests says to its own children.
    pub(crate) fn clean<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        for variable in
            ["CARGO", "RUSTUP_TOOLCHAIN", "CARGO_TARGET_DIR", "RUSTFLAGS", "RUSTC_WRAPPER", "RUSTC_BOOTSTRAP"]
        {
            command.env_remove(variable);
        }
        command.current_dir(&self.path)
    }
}

pub(crate) fn succeeded(output: Output) -> Output {
    assert!(output.status.success(), "{}\n{}\n{}", output.status, stdout(&output), stderr(&output));
    output
}

/// Checks that a command failed, without a panic of ours, and that its errors name something.
pub(crate) fn failed(output: Output, named: &str) {
    let text = stderr(&output);
    assert!(!output.status.success() && text.contains(named), "{}: {text}", output.status);
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}
