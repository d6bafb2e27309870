//! `SYSROOT/bin*/{rustc,rustdoc,clippy}`: the toolchain's compilers with our sysroot and our target.
//!
//! The compilers are scripts that start this executable and say by which path they were called. A link would do, but for a user's `RUSTC_WRAPPER`
//! that follows links before it starts the compiler: such a one would start this executable by its own name.
//!
//! Cargo starts these a few hundred times in a build, so nothing is read or asked here: everything follows from that path. To a command line are added:
//!
//! - `--sysroot`, always;
//! - for our target: its specification in place of its name, `-Zunstable-options` and `RUSTC_BOOTSTRAP=1` without which rustc takes no
//!   specification, and `-Clinker`; `--force-warn=linker-messages`, without which rustc keeps the linker's warnings to itself, and which makes no error
//!   of them where warnings are denied;
//! - for our target and `--coverage`: `-Cinstrument-coverage`, if the crate is of the user's own (`coverage`);
//! - for the library's own crates (`-Zbuild-std`): `--remap-path-prefix`, so that messages name files as a released library does and not by where
//!   the cache is; by short names where the crate is optimised for size, because each file that can panic brings its name into the program;
//! - for our target: `-Zallow-features=`, so that a crate that asks whether it may use unstable features is told no, as by the stable compiler that
//!   this is to everybody else. The library's own crates and users who set `RUSTC_BOOTSTRAP` themselves may;
//! - for the crate getrandom: `--cfg getrandom_backend="custom"`, unless the user chose a backend. Its version 0.3 refuses every WASI but 0.1 and
//!   0.2; the library serves the hook of that backend (`library/wasi/src/getrandom.rs`);
//! - for the crate tokio: `--cfg tokio_unstable`, without which it refuses `fs`, `net` and `rt-multi-thread` on WebAssembly;
//! - for the crate libc: a dependency on the library's C functions (`library/c`), which the linker would add to any program that wants them, but
//!   cannot to one that is optimised as a whole (`lto`).
//!
//! A library of type cdylib and a program of one name would both be `NAME.wasm`: cargo warns, and one replaces the other. In a workspace that has such
//! two ([`CLASH`]), cdylibs are `libNAME.wasm`, as on other systems: cargo learns it when it asks for names, and rustc's file is renamed.
//!
//! Clippy is no compiler that cargo could be given: cargo-clippy makes its driver the workspace wrapper, around `RUSTC`. So here it is a wrapper
//! around that wrapper (`RUSTC_WRAPPER`), and passes on to the user's own one, if there is any.

use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::{env, fs};

use anyhow::{Context, Result, anyhow};
use overlay::{RUST_COMMIT, RUST_RELEASE};
use tempfile::NamedTempFile;

use crate::advice::Advise;
use crate::target::{Target, WASIP3};
use crate::{coverage, install, process};

/// Says that `RUSTC_BOOTSTRAP` in cargo's environment is for cargo, not for the crates it builds.
pub(crate) const BOOTSTRAP_IS_CARGOS: &str = "CARGO_P3_BOOTSTRAP_IS_CARGOS";

/// The user's own `RUSTC_WRAPPER`, while ours is clippy's.
pub(crate) const USERS_WRAPPER: &str = "CARGO_P3_RUSTC_WRAPPER";

/// Says that a library and a program in this workspace have one name.
pub(crate) const CLASH: &str = "CARGO_P3_LIBRARY_PREFIX";

/// The first argument of this executable when a script has it become the compiler that the next one names.
pub const AS: &str = "as";

/// The program that becomes the compiler at `path`, by way of the executable `own`.
///
/// It names the linker, so that it changes with it: cargo asks a compiler what it is when that file has changed.
pub(crate) fn script(own: &Path, path: &Path) -> Result<Vec<u8>> {
    let quoted = |path: &Path| {
        let quoted = shlex::bytes::try_quote(path.as_os_str().as_bytes()).map(|quoted| quoted.into_owned());
        quoted.with_context(|| format!("{} cannot stand in a script", path.display()))
    };
    let first = format!("#!/bin/sh\n# For guests; made by cargo p3, whose linker is {LINKER}.\nexec ");
    Ok([first.as_bytes(), &quoted(own)?, b" as ", &quoted(path)?, b" \"$@\"\n"].concat())
}

/// What the linker is: the hash of its sources.
const LINKER: &str = env!("LINKER_HASH");

/// Under which name a program of the toolchain is linked beside its wrapper.
pub(crate) fn real(name: &str) -> String {
    format!("{name}-{RUST_RELEASE}")
}

/// Becomes the compiler that the first word names by its path, with the other words as its arguments.
///
/// # Errors
/// It cannot be started.
pub(crate) fn compiler(mut words: impl Iterator<Item = OsString>) -> Result<ExitCode> {
    let called = PathBuf::from(words.next().unwrap_or_default());
    let name = called.file_name().and_then(OsStr::to_str).unwrap_or_default();
    let place = Place::of(&called)?;
    let program = place.bin.join(real(name));
    let arguments: Vec<OsString> = words.collect();
    if name == "rustc" && arguments == ["-vV"] {
        return tell_version(&program, &place.sysroot);
    }
    let mut call = Call::read(&place.sysroot, arguments.into_iter())?;
    call.is_rustc = name == "rustc";
    let command = Command::new(&program);
    call.start(command, &place).advise("`cargo p3 setup` makes the sysroot's links anew")
}

/// Answers cargo's question what this compiler is. Cargo builds everything again when the answer changes, and so it has to when the library, which
/// the sysroot's name stands for, or the linker, which is part of this executable, is another one. Another copy of the same is not: what both make is equal.
///
/// One line more, because build scripts ask, too: rustc_version 0.2, which old packages still use, refuses more than eight.
fn tell_version(program: &Path, sysroot: &Path) -> Result<ExitCode> {
    let output =
        Command::new(program).arg("-vV").output().with_context(|| format!("cannot start {}", program.display()))?;
    let library = sysroot.file_name().unwrap_or_default().display();
    let version = String::from_utf8_lossy(&output.stdout);
    process::print(&format!("{version}library: {library}, linker: {LINKER}\n"))?;
    Ok(process::exit_code(output.status))
}

/// Becomes what cargo wants wrapped, clippy's driver or the compiler, around the compiler that is the next argument.
///
/// # Errors
/// It cannot be started.
pub(crate) fn clippy() -> Result<ExitCode> {
    let place = Place::of(Path::new(&env::args_os().next().unwrap_or_default()))?;
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

/// Whether a directory is one of our sysroots.
pub(crate) fn is_sysroot(directory: &Path) -> bool {
    directory.join("targets").join(format!("{}.json", WASIP3.name)).is_file()
}

/// A command line of rustc or rustdoc.
#[derive(Default)]
struct Call {
    arguments: Vec<OsString>,
    is_rustc: bool,
    /// It is for our target.
    is_ours: bool,
    /// It compiles a crate of the library, or such a crate's build script.
    is_library: bool,
    has_unstable_option: bool,
    has_sysroot: bool,
    /// The crate's name, if it is one that is helped.
    krate: Option<&'static str>,
    /// It brings its own library (`-Zbuild-std`).
    has_own_library: bool,
    /// It is optimised for size.
    is_small: bool,
    has_getrandom_backend: bool,
    /// Some of it came from a response file: it may be too long for a command line.
    is_long: bool,
}

impl Call {
    fn read(sysroot: &Path, arguments: impl Iterator<Item = OsString>) -> Result<Call> {
        let mut call = Call::default();
        let specs = sysroot.join("targets");
        let mut is_target = false;
        for argument in arguments {
            match argument.to_str().and_then(|argument| argument.strip_prefix('@')) {
                Some(file) => {
                    let lines =
                        fs::read_to_string(file).with_context(|| format!("cannot read the arguments in {file}"))?;
                    call.is_long = true;
                    lines.lines().for_each(|line| call.take(line.into(), &specs, &mut is_target));
                }
                None => call.take(argument, &specs, &mut is_target),
            }
        }
        Ok(call)
    }

    fn take(&mut self, argument: OsString, specs: &Path, is_target: &mut bool) {
        let joined = argument.to_str().and_then(|argument| argument.strip_prefix("--target="));
        let value = if *is_target { Some(argument.as_os_str()) } else { joined.map(OsStr::new) };
        let spec = |target: Target| specs.join(format!("{}.json", target.name));
        let is_meant =
            |value: &OsStr, target: Target| target.names().any(|name| value == name) || value == spec(target);
        let target = value.and_then(|value| Target::ALL.into_iter().find(|target| is_meant(value, *target)));
        let kept = match target {
            Some(target) => {
                self.is_ours = true;
                if *is_target { spec(target).into() } else { joined_target(&spec(target)) }
            }
            None => argument,
        };
        *is_target = kept == "--target";
        if self.arguments.last().is_some_and(|last| last == "--crate-name") {
            self.krate = HELPED.into_iter().find(|name| kept == *name);
        }
        self.has_own_library |= kept.to_str().is_some_and(|word| word.contains("noprelude:"));
        self.has_getrandom_backend |= [&b"getrandom_backend="[..], b"--cfg=getrandom_backend="]
            .iter()
            .any(|setting| kept.as_encoded_bytes().starts_with(setting));
        // Cargo marks the library's crates so, in two words.
        self.is_library |= kept.as_encoded_bytes().ends_with(b"force-unstable-if-unmarked");
        self.is_small |=
            ["opt-level=s", "opt-level=z", "-Copt-level=s", "-Copt-level=z"].iter().any(|level| kept == *level);
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
            // Documentation tests run the library, and are not counted themselves.
            arguments.extend(
                (self.is_rustc && !self.is_library).then(coverage::compiler_flag).flatten().map(OsString::from),
            );
        }
        if self.is_library {
            arguments.extend(remapped(&place.sysroot, self.is_small));
        } else if is_unstable && !users_bootstrap {
            arguments.push("-Zallow-features=".into());
        }
        match self.krate.filter(|_| self.is_ours) {
            Some(GETRANDOM) if !self.has_getrandom_backend => {
                arguments.extend(["--cfg".into(), "getrandom_backend=\"custom\"".into()]);
            }
            Some(TOKIO) => arguments.extend(["--cfg".into(), "tokio_unstable".into()]),
            Some(LIBC) if !self.has_own_library => arguments.extend(c_functions(&place.sysroot)),
            _ => {}
        }
        let clash = if self.is_ours && env::var_os(CLASH).is_some() { Clash::of(&self.arguments) } else { None };
        arguments.extend(self.arguments);
        let mut file = None;
        if self.is_long {
            let written = file.insert(response_file(&arguments)?);
            let mut argument = OsString::from("@");
            argument.push(written.path());
            command.arg(argument);
        } else {
            command.args(arguments);
        }
        match (clash, file) {
            (Some(clash), _) => clash.run(command),
            (None, Some(_)) => {
                let status = command.status().with_context(|| cannot_start(&command))?;
                Ok(process::exit_code(status))
            }
            (None, None) => Err(process::replace_by(command)),
        }
    }
}

/// The crates that are helped.
const GETRANDOM: &str = "getrandom";
const TOKIO: &str = "tokio";
const LIBC: &str = "libc";
const HELPED: [&str; 3] = [GETRANDOM, TOKIO, LIBC];

/// What makes a crate depend on the library's C functions, if the sysroot has them compiled.
fn c_functions(sysroot: &Path) -> Vec<OsString> {
    let folder = sysroot.join("lib/rustlib").join(WASIP3.name).join("lib");
    let is_it = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.strip_prefix("lib").is_some_and(|name| name.starts_with(component_ld::contract::C_CRATE))
    };
    let found = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).find(is_it);
    let argument = |path: PathBuf| {
        let mut word = OsString::from("force:c_rt=");
        word.push(path);
        ["--extern".into(), word]
    };
    found.map(argument).into_iter().flatten().collect()
}

/// A call in a workspace in which a program and a library have one name, that is about the library's file.
#[derive(Debug, PartialEq, Eq)]
enum Clash {
    /// Cargo asks what files will be called.
    Names,
    /// It is made under the first name, and is to have the other.
    File(PathBuf, PathBuf),
}

impl Clash {
    fn of(arguments: &[OsString]) -> Option<Clash> {
        let value = |name: &str| {
            let joined = arguments.iter().find_map(|word| word.to_str()?.strip_prefix(name)?.strip_prefix('='));
            let apart = || arguments.windows(2).find(|pair| pair[0] == name)?[1].to_str();
            joined.or_else(apart)
        };
        if arguments.iter().any(|word| word == "--print=file-names") {
            return Some(Clash::Names);
        }
        let is_cdylib = arguments.windows(2).any(|pair| pair[0] == "--crate-type" && pair[1] == "cdylib");
        let folder = Path::new(value("--out-dir").filter(|_| is_cdylib)?);
        let suffix =
            arguments.iter().find_map(|word| word.to_str()?.strip_prefix("extra-filename=")).unwrap_or_default();
        let name = format!("{}{suffix}.wasm", value("--crate-name")?);
        Some(Clash::File(folder.join(&name), folder.join(format!("lib{name}"))))
    }

    fn run(self, mut command: Command) -> Result<ExitCode> {
        match self {
            Clash::Names => {
                let output = command.stderr(Stdio::inherit()).output().with_context(|| cannot_start(&command))?;
                process::print(&libraries_renamed(&String::from_utf8_lossy(&output.stdout)))?;
                Ok(process::exit_code(output.status))
            }
            Clash::File(from, to) => {
                let status = command.status().with_context(|| cannot_start(&command))?;
                // Only checked, it makes none.
                if status.success() && from.is_file() {
                    let failed = || format!("{} cannot be renamed to {}", from.display(), to.display());
                    fs::rename(&from, &to).with_context(failed)?;
                }
                Ok(process::exit_code(status))
            }
        }
    }
}

/// The names of files, each for a type of crate: the first one without a prefix is a program's, the others are libraries'.
fn libraries_renamed(names: &str) -> String {
    let mut programs = 0;
    let renamed = names.lines().map(|line| {
        let is_plain = line.ends_with(".wasm") && line.starts_with("___");
        programs += usize::from(is_plain);
        if is_plain && programs > 1 { format!("lib{line}\n") } else { format!("{line}\n") }
    });
    renamed.collect()
}

fn cannot_start(command: &Command) -> String {
    format!("cannot start {}", command.get_program().display())
}

/// The names that a released library gives to its files and those of its dependencies; or shorter ones. (By the longer ones the compiler finds the
/// sources when it shows lines of them.)
fn remapped(sysroot: &Path, is_small: bool) -> impl Iterator<Item = OsString> {
    let name = if is_small { "library".to_owned() } else { format!("/rustc/{RUST_COMMIT}/library") };
    let library = (sysroot.join("lib/rustlib/src/rust/library"), name);
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
    fn of(called: &Path) -> Result<Place> {
        let name = called.file_name().unwrap_or_default().display();
        let program = if called.components().count() > 1 {
            std::path::absolute(called).ok()
        } else {
            // Started by its bare name: the shell found it on PATH, and so can we.
            let path = env::var_os("PATH").unwrap_or_default();
            env::split_paths(&path).map(|folder| folder.join(called)).find(|program| program.is_file())
        };
        let place = || {
            let bin = program?.parent()?.to_owned();
            Some(Place { sysroot: bin.parent()?.to_owned(), bin })
        };
        place()
            .filter(|place| is_sysroot(&place.sysroot))
            .with_context(|| format!("{} is not in a sysroot of cargo p3", called.display()))
            .advise(format!("call the {name} in the `bin` folder of a sysroot; `cargo p3 env` names it"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_program_has_the_librarys_name_the_library_has_a_prefix() {
        let names = "___.wasm\nlib___.rlib\nlib___.rlib\n___.wasm\n___.wasm\nlib___.a\n/usr\nunix\n";
        assert_eq!(
            libraries_renamed(names),
            "___.wasm\nlib___.rlib\nlib___.rlib\nlib___.wasm\nlib___.wasm\nlib___.a\n/usr\nunix\n"
        );
        let clash = |line: &str| Clash::of(&line.split(' ').map(OsString::from).collect::<Vec<_>>());
        let renamed = Clash::File("/t/deps/a_b-1.wasm".into(), "/t/deps/liba_b-1.wasm".into());
        let library = "--crate-name a_b --crate-type rlib --crate-type cdylib -C extra-filename=-1 --out-dir /t/deps";
        assert_eq!(clash(library), Some(renamed));
        assert_eq!(clash("--crate-name a_b --crate-type bin --out-dir /t/deps"), None);
        assert_eq!(clash("- --crate-name ___ --print=file-names --crate-type bin"), Some(Clash::Names));
    }

    #[test]
    fn a_script_starts_what_has_blanks_and_quotes_in_its_path() {
        let place = tempfile::tempdir().unwrap();
        let own = place.path().join("it's here");
        fs::write(&own, "#!/bin/sh\nprintf '%s\\n' \"$@\"\n").unwrap();
        let path = place.path().join("a b/rustc");
        let text = script(&own, &path).unwrap();
        assert!(text.starts_with(b"#!/bin/sh\n"));
        let output = Command::new("sh")
            .arg("-c")
            .arg(OsStr::from_bytes(&text).to_str().unwrap().replace("exec ", "sh "))
            .args(["sh", "x y"])
            .output()
            .unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("as\n{}\nx y\n", path.display()));
    }
}
