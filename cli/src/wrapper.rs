//! `SYSROOT/bin*/{rustc,rustdoc,clippy}`: the toolchain's compilers with our sysroot and our target.
//!
//! Cargo starts these a few hundred times in a build, so nothing is read or asked here: everything follows from the name this executable was
//! called by. To a command line are added:
//!
//! - `--sysroot`, always;
//! - for our target: its specification in place of its name, `-Zunstable-options` and `RUSTC_BOOTSTRAP=1` without which rustc takes no
//!   specification, and `-Clinker`; `--force-warn=linker-messages`, without which rustc keeps the linker's warnings to itself, and which makes no error
//!   of them where warnings are denied;
//! - for the library's own crates (`-Zbuild-std`): `--remap-path-prefix`, so that messages name files as a released library does and not by where
//!   the cache is;
//! - for our target: `-Zallow-features=`, so that a crate that asks whether it may use unstable features is told no, as by the stable compiler that
//!   this is to everybody else. The library's own crates and users who set `RUSTC_BOOTSTRAP` themselves may;
//! - for the crate getrandom: `--cfg getrandom_backend="custom"`, unless the user chose a backend. Its version 0.3 refuses every WASI but 0.1 and
//!   0.2; the library serves the hook of that backend (`component-rt/src/getrandom.rs`).
//!
//! Clippy is no compiler that cargo could be given: cargo-clippy makes its driver the workspace wrapper, around `RUSTC`. So here it is a wrapper
//! around that wrapper (`RUSTC_WRAPPER`), and passes on to the user's own one, if there is any.

use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::SystemTime;
use std::{env, fs};

use anyhow::{Context, Result, anyhow};
use overlay::{RUST_COMMIT, RUST_RELEASE};
use tempfile::NamedTempFile;

use crate::advice::Advise;
use crate::guest::TARGET;
use crate::{install, process};

/// Says that `RUSTC_BOOTSTRAP` in cargo's environment is for cargo, not for the crates it builds.
pub(crate) const BOOTSTRAP_IS_CARGOS: &str = "CARGO_P3_BOOTSTRAP_IS_CARGOS";

/// The user's own `RUSTC_WRAPPER`, while ours is clippy's.
pub(crate) const USERS_WRAPPER: &str = "CARGO_P3_RUSTC_WRAPPER";

/// Under which name a program of the toolchain is linked beside its wrapper.
pub(crate) fn real(name: &str) -> String {
    format!("{name}-{RUST_RELEASE}")
}

/// Becomes the compiler `name`.
///
/// # Errors
/// It cannot be started.
pub(crate) fn compiler(name: &str) -> Result<ExitCode> {
    let place = Place::of(name)?;
    let program = place.bin.join(real(name));
    if name == "rustc" && env::args_os().skip(1).eq(["-vV"]) {
        return tell_version(&program, &place.sysroot);
    }
    let call = Call::read(&place.sysroot, env::args_os().skip(1))?;
    let command = Command::new(&program);
    call.start(command, &place).advise("`cargo p3 setup` makes the sysroot's links anew")
}

/// Answers cargo's question what this compiler is. Cargo builds everything again when the answer changes, and so it has to when the library, which
/// the sysroot's name stands for, or the linker, which is this executable, is another one.
///
/// One line more, because build scripts ask, too: rustc_version 0.2, which old packages still use, refuses more than eight.
fn tell_version(program: &Path, sysroot: &Path) -> Result<ExitCode> {
    let output =
        Command::new(program).arg("-vV").output().with_context(|| format!("cannot start {}", program.display()))?;
    let library = sysroot.file_name().unwrap_or_default().display();
    let linker = env::current_exe().and_then(|own| own.metadata()?.modified()).ok();
    let linker = linker.and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok()).unwrap_or_default();
    let version = String::from_utf8_lossy(&output.stdout);
    process::print(&format!("{version}library: {library}, linker: {}\n", linker.as_nanos()))?;
    Ok(process::exit_code(output.status))
}

/// Becomes what cargo wants wrapped, clippy's driver or the compiler, around the compiler that is the next argument.
///
/// # Errors
/// It cannot be started.
pub(crate) fn clippy() -> Result<ExitCode> {
    let place = Place::of("clippy")?;
    let mut arguments = env::args_os().skip(1).peekable();
    let program = arguments.next().context("clippy's wrapper is started by cargo, with a program to wrap")?;
    let is_driver = Path::new(&program).file_stem().is_some_and(|name| name == "clippy-driver");
    let mut command = match env::var_os(USERS_WRAPPER) {
        Some(wrapper) => {
            let mut command = Command::new(wrapper);
            command.arg(program);
            command
        }
        None => Command::new(program),
    };
    if is_driver {
        // The driver is the compiler itself: what its wrapper would add must be added here.
        command.args(arguments.next());
        return Call::read(&place.sysroot, arguments)?.start(command, &place);
    }
    command.args(arguments);
    Err(process::replace_by(command))
}

/// A command line of rustc or rustdoc.
#[derive(Default)]
struct Call {
    arguments: Vec<OsString>,
    /// It is for our target.
    is_ours: bool,
    /// It compiles a crate of the library, or such a crate's build script.
    is_library: bool,
    has_unstable_option: bool,
    has_sysroot: bool,
    is_getrandom: bool,
    has_getrandom_backend: bool,
    /// Some of it came from a response file: it may be too long for a command line.
    is_long: bool,
}

impl Call {
    fn read(sysroot: &Path, arguments: impl Iterator<Item = OsString>) -> Result<Call> {
        let mut call = Call::default();
        let spec = sysroot.join("targets").join(format!("{TARGET}.json"));
        let mut is_target = false;
        for argument in arguments {
            match argument.to_str().and_then(|argument| argument.strip_prefix('@')) {
                Some(file) => {
                    let lines =
                        fs::read_to_string(file).with_context(|| format!("cannot read the arguments in {file}"))?;
                    call.is_long = true;
                    lines.lines().for_each(|line| call.take(line.into(), &spec, &mut is_target));
                }
                None => call.take(argument, &spec, &mut is_target),
            }
        }
        Ok(call)
    }

    fn take(&mut self, argument: OsString, spec: &Path, is_target: &mut bool) {
        let joined = argument.to_str().and_then(|argument| argument.strip_prefix("--target="));
        let value = if *is_target { Some(argument.as_os_str()) } else { joined.map(OsStr::new) };
        let kept = match value {
            Some(value) if value == TARGET || value == spec => {
                self.is_ours = true;
                if *is_target { spec.into() } else { joined_target(spec) }
            }
            _ => argument,
        };
        *is_target = kept == "--target";
        self.is_getrandom |= kept == "getrandom" && self.arguments.last().is_some_and(|last| last == "--crate-name");
        self.has_getrandom_backend |= [&b"getrandom_backend="[..], b"--cfg=getrandom_backend="]
            .iter()
            .any(|setting| kept.as_encoded_bytes().starts_with(setting));
        // Cargo marks the library's crates so, in two words.
        self.is_library |= kept.as_encoded_bytes().ends_with(b"force-unstable-if-unmarked");
        self.has_unstable_option |= kept.as_encoded_bytes().starts_with(b"-Z");
        self.has_sysroot |= kept == "--sysroot" || kept.as_encoded_bytes().starts_with(b"--sysroot=");
        self.arguments.push(kept);
    }

    /// Starts the command with these arguments and what goes with them, and returns only if that fails or there is something to clean up after it.
    fn start(self, mut command: Command, place: &Place) -> Result<ExitCode> {
        let is_bootstrap = env::var_os("RUSTC_BOOTSTRAP").is_some();
        let is_cargos = is_bootstrap && env::var_os(BOOTSTRAP_IS_CARGOS).is_some();
        let users_bootstrap = is_bootstrap && !is_cargos;
        // Cargo passes unstable options on when it was asked for them, for other targets too.
        let is_unstable = self.is_ours || self.is_library || is_cargos && self.has_unstable_option;
        let mut arguments: Vec<OsString> = Vec::new();
        if !self.has_sysroot {
            arguments.extend(["--sysroot".into(), place.sysroot.clone().into()]);
        }
        if is_unstable {
            command.env("RUSTC_BOOTSTRAP", "1");
        } else if is_cargos {
            command.env_remove("RUSTC_BOOTSTRAP");
        }
        if self.is_ours {
            // In front of the user's own, so that those win.
            let mut linker = OsString::from("-Clinker=");
            linker.push(place.bin.join("component-ld"));
            arguments.extend([linker, "-Zunstable-options".into(), "--force-warn=linker-messages".into()]);
        }
        if self.is_library {
            arguments.extend(remapped(&place.sysroot));
        } else if is_unstable && !users_bootstrap {
            arguments.push("-Zallow-features=".into());
        }
        if self.is_ours && self.is_getrandom && !self.has_getrandom_backend {
            arguments.extend(["--cfg".into(), "getrandom_backend=\"custom\"".into()]);
        }
        arguments.extend(self.arguments);
        if !self.is_long {
            command.args(arguments);
            return Err(process::replace_by(command));
        }
        let file = response_file(&arguments)?;
        let mut argument = OsString::from("@");
        argument.push(file.path());
        command.arg(argument);
        let status = command.status().with_context(|| format!("cannot start {}", command.get_program().display()))?;
        Ok(process::exit_code(status))
    }
}

/// The names that a released library gives to its files and those of its dependencies.
fn remapped(sysroot: &Path) -> impl Iterator<Item = OsString> {
    let library = (sysroot.join("lib/rustlib/src/rust/library"), format!("/rustc/{RUST_COMMIT}/library"));
    let registry = install::cargo_home().map(|home| (home.join("registry/src"), "/rust/deps".to_owned()));
    [Some(library), registry].into_iter().flatten().map(|(from, to)| {
        let mut argument = OsString::from("--remap-path-prefix=");
        argument.push(from);
        argument.push("=");
        argument.push(to);
        argument
    })
}

fn joined_target(spec: &Path) -> OsString {
    let mut joined = OsString::from("--target=");
    joined.push(spec);
    joined
}

/// Writes arguments to a file as rustc reads it.
fn response_file(arguments: &[OsString]) -> Result<NamedTempFile> {
    let failed = "arguments that are too long for a command line cannot be passed on";
    let mut file = NamedTempFile::with_prefix("cargo-p3-arguments-").context(failed)?;
    for argument in arguments {
        let line = argument.to_str().ok_or_else(|| anyhow!("the argument {} is not UTF-8", argument.display()))?;
        writeln!(file, "{line}").context(failed)?;
    }
    Ok(file)
}

/// Where this executable was started from.
struct Place {
    sysroot: PathBuf,
    /// The folder of links in it.
    bin: PathBuf,
}

impl Place {
    fn of(name: &str) -> Result<Place> {
        let called = PathBuf::from(env::args_os().next().unwrap_or_default());
        let program = if called.components().count() > 1 {
            std::path::absolute(&called).ok()
        } else {
            // Started by its bare name: the shell found it on PATH, and so can we.
            let path = env::var_os("PATH").unwrap_or_default();
            env::split_paths(&path).map(|folder| folder.join(name)).find(|program| program.is_file())
        };
        let place = || {
            let bin = program?.parent()?.to_owned();
            Some(Place { sysroot: bin.parent()?.to_owned(), bin })
        };
        place()
            .filter(|place| place.sysroot.join("targets").is_dir())
            .with_context(|| format!("{} is not in a sysroot of cargo p3", called.display()))
            .advise(format!("call the {name} in the `bin` folder of a sysroot; `cargo p3 env` names it"))
    }
}
