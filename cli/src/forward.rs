//! Cargo's verbs: the toolchain's cargo does them, in an environment in which it builds for the target.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use anyhow::{Result, bail};

use crate::advice::Advise;
use crate::configuration::Configuration;
use crate::guest::{self, Guest};
use crate::target::{self, WEB};
use crate::toolchain::{self, Look, Search};
use crate::verb::Verb;
use crate::words::Words;
use crate::workspace::Workspace;
use crate::{coverage, dependencies, grants, install, nextest, process, provision, release, web, wrapper};

/// Does a verb of cargo's. Returns only if cargo cannot be started, or if something is left to do after it.
///
/// # Errors
/// No toolchain, no sysroot; and whatever the verb's own part says.
pub(crate) fn forward(verb: Verb, mut words: Words) -> Result<ExitCode> {
    if verb != Verb::Test && verb.runs() && has(grants::ISOLATE, &words) {
        bail!("{} is for `cargo p3 test`, which runs each test in an instance of its own", grants::ISOLATE);
    }
    let covers = verb.runs() && has(grants::COVERAGE, &words);
    let runtime = if verb.runs() { Some(grants::take(&mut words.rest)?) } else { None };
    let workspace = Workspace::find(words.cargos());
    let guest = ready(verb.compiles(), &words, workspace.as_ref())?;
    if verb.compiles()
        && let Some(workspace) = &workspace
        && let Some(code) = dependencies::tell(verb, &guest, &words, workspace)
    {
        return Ok(code);
    }
    let mut cargo = match verb {
        Verb::Clippy => clippy(&guest, &words)?,
        Verb::Nextest => nextest::command(&guest)?,
        _ => guest.cargo(),
    };
    if let Some(options) = runtime {
        cargo.env(grants::VARIABLE, options);
    }
    if verb.runs() && guest.is_for(WEB) {
        cargo.env(web::TOOL, web::tool(guest.sysroot().toolchain())?);
    }
    begin(&mut cargo, verb.name().as_ref(), &words);
    match verb {
        Verb::Install | Verb::Uninstall => install::forward(verb, cargo, &words.rest),
        _ if covers => coverage::run(cargo, words.rest, &guest),
        _ => {
            cargo.args(default_target(verb, &words)).args(words.rest);
            Err(process::replace_by(cargo))
        }
    }
}

/// Does what is no verb of cargo's own: `cargo-NAME`, which finds what it needs to build for the target. Returns only if cargo cannot be started.
///
/// # Errors
/// No toolchain, no sysroot.
pub(crate) fn external(name: &OsStr, words: Words) -> Result<ExitCode> {
    let guest = ready(true, &words, Workspace::find(words.cargos()).as_ref())?;
    let mut cargo = guest.cargo();
    begin(&mut cargo, name, &words);
    cargo.args(words.rest);
    Err(process::replace_by(cargo))
}

/// Does a verb of cargo's that concerns no target. For that no toolchain is installed; where there is none, the cargo that called us does it.
///
/// # Errors
/// Cargo cannot be started.
pub(crate) fn unchanged(name: &OsStr, words: Words) -> Result<ExitCode> {
    let mut cargo = match toolchain::search(Look::Quick) {
        Ok(Search::Found(toolchain)) => {
            let mut cargo = Command::new(toolchain.cargo());
            guest::forget_the_caller(&mut cargo);
            // What is newest for this Rust is what `add` and `update` choose.
            cargo.env("RUSTC", toolchain.rustc());
            cargo
        }
        _ => Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into())),
    };
    begin(&mut cargo, name, &words);
    cargo.args(words.rest);
    Err(process::replace_by(cargo))
}

/// Where a subcommand that is a program of its own lies: on the path, or where cargo installs.
pub(crate) fn subcommand(name: &OsStr) -> Option<PathBuf> {
    let mut program = OsString::from("cargo-");
    program.push(name);
    let home = install::cargo_home().map(|home| home.join("bin"));
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = home.into_iter().chain(env::split_paths(&path).collect::<Vec<_>>());
    folders.map(|folder| folder.join(&program)).find(|program| program.is_file())
}

/// What a build needs, after telling what it will not be as the package says.
fn ready(compiles: bool, words: &Words, workspace: Option<&Workspace>) -> Result<Guest> {
    if compiles {
        release::tell(words, workspace);
    }
    let (_, build_std) = unstable(words);
    let guest = Guest::ready(target::chosen(words.cargos()), compiles && !build_std, false)?;
    Ok(guest.with_clash(workspace.is_some_and(Workspace::has_clash)))
}

/// Gives cargo its options and the verb, and what the runner has to know of them.
fn begin(cargo: &mut Command, name: &OsStr, words: &Words) {
    if unstable(words).0 && env::var_os("RUSTC_BOOTSTRAP").is_none() {
        cargo.env("RUSTC_BOOTSTRAP", "1").env(wrapper::BOOTSTRAP_IS_CARGOS, "1");
    }
    cargo.envs(Configuration::of(words.cargos()).told());
    cargo.args(&words.options).arg(name);
}

/// Whether an option is among the words that are not the program's.
fn has(option: &str, words: &Words) -> bool {
    words.cargos().any(|word| word == option)
}

/// The target in so many words for `clean`, which does not look for a package's files where the environment's default target puts them.
fn default_target(verb: Verb, words: &Words) -> Option<String> {
    let default = target::chosen(words.cargos()).default.filter(|_| verb == Verb::Clean)?;
    Some(format!("--target={default}"))
}

/// cargo-clippy, which starts cargo with its driver as a wrapper; ours goes around that (see `wrapper`).
fn clippy(guest: &Guest, words: &Words) -> Result<Command> {
    let cargo = guest.sysroot().toolchain().cargo();
    let program = cargo.with_file_name("cargo-clippy");
    if !program.is_file() {
        let missing = || -> Result<()> { bail!("this toolchain has no clippy: {} is missing", program.display()) };
        missing().advise(provision::tool_command("clippy", program.starts_with("/usr/bin")))?;
    }
    let mut command = guest.command(&program);
    command.env("CARGO", cargo).env("RUSTC_WRAPPER", guest.tool("clippy"));
    if let Some(wrapper) = Configuration::of(words.cargos()).rustc_wrapper() {
        command.env(wrapper::USERS_WRAPPER, wrapper);
    }
    Ok(command)
}

/// Whether cargo is asked for anything unstable, and whether that is building the standard library.
fn unstable(words: &Words) -> (bool, bool) {
    let cargos: Vec<&OsStr> = words.cargos().map(OsString::as_os_str).collect();
    let flags = cargos.iter().filter(|argument| argument.as_encoded_bytes().starts_with(b"-Z")).count();
    let of_flag = |argument: &&OsStr| argument.as_encoded_bytes().starts_with(b"-Zbuild-std");
    let after_flag = |pair: &[&OsStr]| pair[0] == "-Z" && pair[1].as_encoded_bytes().starts_with(b"build-std");
    let build_std = cargos.iter().any(of_flag) || cargos.windows(2).any(after_flag);
    let by_variable = env::var_os("CARGO_UNSTABLE_BUILD_STD").is_some();
    (flags > 0 || by_variable, build_std || by_variable)
}
