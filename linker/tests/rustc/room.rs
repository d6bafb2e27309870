//! A directory for the programs of one test, and the rustc that compiles them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

use tempfile::TempDir;

/// A directory for one test's programs, `mini_core` among them.
pub(crate) struct Room {
    directory: TempDir,
}

impl Room {
    pub(crate) fn new() -> Room {
        let room = Room { directory: tempfile::tempdir().unwrap() };
        room.compiles("mini_core", &[]);
        room
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Compiles a library of `tests/programs`.
    pub(crate) fn compiles(&self, program: &str, flags: &[&str]) {
        let output = self.rustc(program, flags);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// Compiles and links; the output.
    pub(crate) fn links(&self, program: &str, flags: &[&str]) -> Vec<u8> {
        self.compiles(program, flags);
        fs::read(self.path(&format!("{program}.wasm"))).unwrap()
    }

    /// Compiles and does not link; what is said.
    pub(crate) fn fails(&self, program: &str, flags: &[&str]) -> String {
        let output = self.rustc(program, flags);
        assert!(!output.status.success(), "{program} links");
        String::from_utf8(output.stderr).unwrap()
    }

    pub(crate) fn rustc(&self, program: &str, flags: &[&str]) -> Output {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs").join(program).with_extension("rs");
        Command::new(rustc())
            .current_dir(self.directory.path())
            .args(["--edition=2024", "--target=wasm32-unknown-unknown", "-L.", "-Cpanic=abort"])
            .arg(format!("-Clinker={LINKER}"))
            .arg(source)
            .args(flags)
            .env("RUSTC_BOOTSTRAP", "1")
            .output()
            .expect("these tests need a rustc: put one on PATH or set RUSTC to it")
    }
}

pub(crate) const LINKER: &str = env!("CARGO_BIN_EXE_component-ld-bare");

fn rustc() -> String {
    env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned())
}

/// `PATH` as rustc gives it to its linker: with the directory of its own tools in front.
pub(crate) fn tools() -> std::ffi::OsString {
    let sysroot = Command::new(rustc()).args(["--print", "target-libdir"]).output().unwrap();
    let tools = Path::new(String::from_utf8(sysroot.stdout).unwrap().trim()).with_file_name("bin");
    env::join_paths([tools].into_iter().chain(env::split_paths(&env::var_os("PATH").unwrap()))).unwrap()
}

/// The text of a function.
pub(crate) fn function<'a>(text: &'a str, name: &str) -> &'a str {
    let start = text.find(&format!("(func ${name} ")).unwrap_or_else(|| panic!("no {name}: {text}"));
    let rest = &text[start..];
    let end = rest.find("\n    )").unwrap_or(rest.len());
    &rest[..end]
}
