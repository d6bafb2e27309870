//! Cargo's verbs: the toolchain's cargo does them, in an environment in which it builds for the target.

use std::env;
use std::ffi::{OsStr, OsString};
use std::process::{Command, ExitCode};

use anyhow::{Result, bail};

use crate::advice::Advise;
use crate::guest::{Guest, TARGET};
use crate::{grants, install, nextest, process, provision, wrapper};

/// A verb of cargo's.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    Build,
    Check,
    Clippy,
    Doc,
    Run,
    Test,
    Bench,
    Install,
    Uninstall,
    Clean,
    Rustc,
    Tree,
    Nextest,
}

impl Verb {
    /// All of them.
    pub(crate) const ALL: [Verb; 13] = [
        Verb::Build,
        Verb::Check,
        Verb::Clippy,
        Verb::Doc,
        Verb::Run,
        Verb::Test,
        Verb::Bench,
        Verb::Install,
        Verb::Uninstall,
        Verb::Clean,
        Verb::Rustc,
        Verb::Tree,
        Verb::Nextest,
    ];

    /// The verb that a word or cargo's abbreviation of it means.
    pub(crate) fn named(word: &str) -> Option<Verb> {
        Verb::ALL.into_iter().find(|verb| verb.name() == word || verb.abbreviation() == Some(word))
    }

    /// Its word.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Verb::Build => "build",
            Verb::Check => "check",
            Verb::Clippy => "clippy",
            Verb::Doc => "doc",
            Verb::Run => "run",
            Verb::Test => "test",
            Verb::Bench => "bench",
            Verb::Install => "install",
            Verb::Uninstall => "uninstall",
            Verb::Clean => "clean",
            Verb::Rustc => "rustc",
            Verb::Tree => "tree",
            Verb::Nextest => "nextest",
        }
    }

    fn abbreviation(self) -> Option<&'static str> {
        match self {
            Verb::Build => Some("b"),
            Verb::Check => Some("c"),
            Verb::Doc => Some("d"),
            Verb::Run => Some("r"),
            Verb::Test => Some("t"),
            _ => None,
        }
    }

    /// What `cargo p3 help VERB` says.
    pub(crate) fn help(self) -> clap::Command {
        let about = match self {
            Verb::Build => "Build a package's components",
            Verb::Check => "Check a package without building it",
            Verb::Clippy => "Check a package with clippy",
            Verb::Doc => "Build a package's documentation",
            Verb::Run => "Build and run a program",
            Verb::Test => "Build and run tests, documentation tests included",
            Verb::Bench => "Build and run benchmarks",
            Verb::Install => "Build a program and put it, with a launcher, on the path",
            Verb::Uninstall => "Remove an installed program and its launcher",
            Verb::Clean => "Remove what cargo built; with --cache: old sysroots (with --all: every sysroot)",
            Verb::Rustc => "Build a package with extra arguments for rustc",
            Verb::Tree => "Show a package's dependencies on the target",
            Verb::Nextest => "Build tests and run them with cargo-nextest",
        };
        let command = match self {
            // Gives the command its own description: the runtime's.
            Verb::Run | Verb::Test | Verb::Bench | Verb::Nextest => {
                grants::document(clap::Command::new(self.name()), self == Verb::Test)
            }
            Verb::Install => clap::Command::new(self.name()).after_help(install::HELP),
            _ => clap::Command::new(self.name()).after_help(format!(
                "Every argument of `cargo {0}` is passed on to it; `cargo {0} --help` lists them.",
                self.name()
            )),
        };
        let usage = format!("cargo p3 {} [ARGUMENTS OF CARGO {0}]", self.name());
        command.about(about).long_about(None).override_usage(usage).disable_help_flag(true)
    }

    /// Whether components are run.
    fn runs(self) -> bool {
        matches!(self, Verb::Run | Verb::Test | Verb::Bench | Verb::Nextest)
    }

    /// Whether crates are compiled.
    fn compiles(self) -> bool {
        !matches!(self, Verb::Uninstall | Verb::Clean | Verb::Tree)
    }
}

/// Does a verb of cargo's. Returns only if cargo cannot be started, or if something is left to do after it.
///
/// # Errors
/// No toolchain, no sysroot; and whatever the verb's own part says.
pub(crate) fn forward(verb: Verb, mut arguments: Vec<OsString>) -> Result<ExitCode> {
    if verb != Verb::Test && verb.runs() && isolates(&arguments) {
        bail!("{} is for `cargo p3 test`, which runs each test in an instance of its own", grants::ISOLATE);
    }
    let runtime = if verb.runs() { Some(grants::take(&mut arguments)?) } else { None };
    let (unstable, build_std) = unstable(&arguments);
    let guest = Guest::ready(verb.compiles() && !build_std, false)?;
    let mut cargo = match verb {
        Verb::Clippy => clippy(&guest)?,
        Verb::Nextest => nextest::command(&guest)?,
        _ => guest.cargo(),
    };
    if let Some(options) = runtime {
        cargo.env(grants::VARIABLE, options);
    }
    if unstable && env::var_os("RUSTC_BOOTSTRAP").is_none() {
        cargo.env("RUSTC_BOOTSTRAP", "1").env(wrapper::BOOTSTRAP_IS_CARGOS, "1");
    }
    cargo.arg(verb.name());
    match verb {
        Verb::Install | Verb::Uninstall => install::forward(verb, cargo, &arguments),
        _ => {
            cargo.args(default_target(verb, &arguments)).args(arguments);
            Err(process::replace_by(cargo))
        }
    }
}

/// Whether tests shall have instances of their own.
fn isolates(arguments: &[OsString]) -> bool {
    arguments.iter().take_while(|&argument| argument != "--").any(|argument| argument == grants::ISOLATE)
}

/// The target in so many words for `clean`, which does not look for a package's files where the environment's default target puts them.
fn default_target(verb: Verb, arguments: &[OsString]) -> Option<String> {
    let names_one =
        |argument: &OsString| argument == "--target" || argument.as_encoded_bytes().starts_with(b"--target=");
    (matches!(verb, Verb::Clean) && !arguments.iter().any(names_one)).then(|| format!("--target={TARGET}"))
}

/// cargo-clippy, which starts cargo with its driver as a wrapper; ours goes around that (see `wrapper`).
fn clippy(guest: &Guest) -> Result<Command> {
    let cargo = guest.sysroot().toolchain().cargo();
    let program = cargo.with_file_name("cargo-clippy");
    if !program.is_file() {
        let missing = || -> Result<()> { bail!("this toolchain has no clippy: {} is missing", program.display()) };
        missing().advise(provision::tool_command("clippy", program.starts_with("/usr/bin")))?;
    }
    let mut command = guest.command(&program);
    command.env("CARGO", cargo).env("RUSTC_WRAPPER", guest.tool("clippy"));
    if let Some(wrapper) = env::var_os("RUSTC_WRAPPER") {
        command.env(wrapper::USERS_WRAPPER, wrapper);
    }
    Ok(command)
}

/// Whether cargo is asked for anything unstable, and whether that is building the standard library.
fn unstable(arguments: &[OsString]) -> (bool, bool) {
    let cargos: Vec<&OsStr> =
        arguments.iter().map(OsString::as_os_str).take_while(|&argument| argument != "--").collect();
    let flags = cargos.iter().filter(|argument| argument.as_encoded_bytes().starts_with(b"-Z")).count();
    let of_flag = |argument: &&OsStr| argument.as_encoded_bytes().starts_with(b"-Zbuild-std");
    let after_flag = |pair: &[&OsStr]| pair[0] == "-Z" && pair[1].as_encoded_bytes().starts_with(b"build-std");
    let build_std = cargos.iter().any(of_flag) || cargos.windows(2).any(after_flag);
    let by_variable = env::var_os("CARGO_UNSTABLE_BUILD_STD").is_some();
    (flags > 0 || by_variable, build_std || by_variable)
}
