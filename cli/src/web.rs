//! What was built for browsers: making a folder of it that a page or a script loads, and running it in Node.
//!
//! A tool of the checkout does both (`web/`), built when it is first asked for, with the Rust of guests. It stands on a crate that brings a compiler's
//! worth of others along, which nobody needs who builds for WASI.

use std::env;
use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result, bail, ensure};
use component_run::Setup;
use overlay::Toolchain;
use serde::Deserialize;

use crate::advice::Advise;
use crate::cache::Cache;
use crate::chores::checkout;
use crate::configuration::Configuration;
use crate::guest::{self, Guest};
use crate::target::{self, Choice, WEB};
use crate::words::Words;
use crate::{process, progress};

/// Tells the runner where the tool is.
pub(crate) const TOOL: &str = "CARGO_P3_WEB_TOOL";

/// What `cargo p3 web` says of itself.
pub(crate) const HELP: &str = "\
Make of a program or library for the web a folder that a page or a script loads

Usage: cargo p3 web build [--node] [--out FOLDER] [ARGUMENTS OF CARGO BUILD]
       cargo p3 web run [--browser NAME] FILE [ARGUMENTS]

build  compiles the package for wasm32-component-web, and makes for each component NAME a folder NAME.web beside it:
       index.js (the module to import), index.html (a page that runs a program), the component's core modules, and types.
       Any server of files serves it; nothing of npm is needed. With --node there is no page, but run.mjs: `node run.mjs`.
run    runs a component in Node 24 or newer, or in chromium or firefox without a window, as `cargo p3 run --target wasm32-component-web` does.
";

/// The tool, compiled now unless it is there. `toolchain` compiles it.
///
/// # Errors
/// There is no checkout here; it does not compile.
pub(crate) fn tool(toolchain: &Toolchain) -> Result<PathBuf> {
    let checkout = checkout("web").advise("clone the repository, and call cargo p3 from there")?;
    let target = checkout.join("target/web");
    let tool = target.join("release/component-web");
    let mut cargo = Command::new(toolchain.cargo());
    for (name, _) in env::vars_os().filter(|(name, _)| is_about_a_build(name)) {
        cargo.env_remove(name);
    }
    guest::forget_the_caller(&mut cargo);
    cargo.env("RUSTC", toolchain.rustc()).args(["build", "--release", "--locked", "--quiet", "--target-dir"]);
    cargo.arg(&target).arg("--manifest-path").arg(checkout.join("web/Cargo.toml")).current_dir(&checkout);
    let shown = (!tool.is_file()).then(|| progress::waiting("Compiling the tool for the web (once, some minutes)"));
    let output = cargo.stdin(Stdio::null()).output().context("cargo cannot be started")?;
    drop(shown);
    if !output.status.success() {
        std::io::stderr().write_all(&output.stderr)?;
        bail!("the tool for the web, {}, does not compile", checkout.join("web").display());
    }
    Ok(tool)
}

/// The words of the command that runs a component in Node, or in a browser: the component and its arguments follow.
///
/// # Errors
/// As [`tool`].
pub fn runner(guest: &Guest, browser: Option<&str>) -> Result<Vec<OsString>> {
    let tool = tool(guest.sysroot().toolchain())?;
    let mut words = vec![tool.into(), "run".into(), "--cache".into(), node_cache()?.into()];
    words.extend(browser.iter().flat_map(|name| ["--browser".into(), name.into()]));
    Ok(words)
}

/// Makes ready what running needs: the tool, and a Node, which is installed through npm into the cache if there is none that will do.
///
/// # Errors
/// As [`tool`]; there is no Node, and npm cannot install one.
pub(crate) fn setup(guest: &Guest) -> Result<()> {
    let mut command = Command::new(tool(guest.sysroot().toolchain())?);
    command.arg("setup").arg("--cache").arg(node_cache()?);
    let status = command.status().context("the tool for the web cannot be started")?;
    ensure!(status.success(), "Node is not ready");
    Ok(())
}

/// Runs a component in Node, or in a browser, with the arguments and variables of `setup`. Returns only if that cannot be started.
///
/// # Errors
/// The tool is not there.
pub(crate) fn run(component: &Path, setup: &Setup, browser: Option<&str>) -> Result<ExitCode> {
    let tool = env::var_os(TOOL)
        .map(PathBuf::from)
        .context("this component is for the web, and the tool that runs it is not there");
    let tool = tool.advise("run it by `cargo p3 run`, `cargo p3 test` or `cargo p3 web run`")?;
    let mut command = Command::new(tool);
    command.arg("run").arg("--cache").arg(node_cache()?).args(browser.iter().flat_map(|name| ["--browser", name]));
    for (name, value) in &setup.environment {
        let mut variable = name.clone();
        variable.push("=");
        variable.push(value);
        command.arg("--env").arg(variable);
    }
    command.arg(component).args(&setup.arguments);
    Err(process::replace_by(command))
}

/// `cargo p3 web`.
///
/// # Errors
/// Words that mean nothing; a package that does not compile; what cannot be transpiled.
pub(crate) fn main(arguments: &[OsString]) -> Result<ExitCode> {
    let Some((verb, words)) = arguments.split_first() else {
        process::print(HELP)?;
        return Ok(ExitCode::SUCCESS);
    };
    match verb.to_str().unwrap_or_default() {
        "build" => build(words),
        "run" => run_file(words),
        "help" | "--help" | "-h" => process::print(HELP).map(|()| ExitCode::SUCCESS),
        other => bail!("`cargo p3 web` has no verb `{other}`: there are build and run (`cargo p3 web --help`)"),
    }
}

fn choice() -> Choice {
    Choice { targets: vec![WEB], default: Some(WEB.name.to_owned()) }
}

/// Runs any component, of this target or with WASI 0.3.
fn run_file(words: &[OsString]) -> Result<ExitCode> {
    let guest = Guest::ready(choice(), false, false)?;
    let runner = runner(&guest, None)?;
    let mut command = Command::new(&runner[0]);
    command.args(&runner[1..]).args(words);
    Err(process::replace_by(command))
}

fn build(words: &[OsString]) -> Result<ExitCode> {
    let mut for_tool = Vec::<OsString>::new();
    let mut cargos = vec![OsString::from("build")];
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match word.to_str().unwrap_or_default() {
            "--node" => for_tool.push(word.clone()),
            "--out" => for_tool.extend([word.clone(), words.next().context("--out needs a folder behind it")?.clone()]),
            _ => cargos.push(word.clone()),
        }
    }
    let words = Words::read(cargos)?;
    let chosen = target::chosen(words.cargos());
    let is_web = chosen.default.is_some() || chosen.targets == [WEB];
    ensure!(is_web, "`cargo p3 web build` builds for {}, and --target names another target", WEB.name);
    let choice = if chosen.default.is_some() { choice() } else { chosen };
    let guest = Guest::ready(choice, true, false)?;
    let mut cargo = guest.cargo();
    cargo.envs(Configuration::of(words.cargos()).told());
    cargo.args(&words.options).arg("build").arg("--message-format=json-render-diagnostics").args(&words.rest);
    let output = cargo.stderr(Stdio::inherit()).output().context("cargo cannot be started")?;
    if !output.status.success() {
        return Ok(process::exit_code(output.status));
    }
    let components = components(&output.stdout);
    ensure!(
        !components.is_empty(),
        "nothing that was built is a component: the package has neither a program nor a cdylib"
    );
    let tool = tool(guest.sysroot().toolchain())?;
    let mut command = Command::new(tool);
    command.arg("build").args(for_tool).args(components);
    Err(process::replace_by(command))
}

/// The components among what cargo says that it has built.
fn components(messages: &[u8]) -> Vec<PathBuf> {
    #[derive(Deserialize)]
    struct Message {
        #[serde(default)]
        filenames: Vec<PathBuf>,
    }
    let is_component = |file: &PathBuf| file.extension() == Some(OsStr::new("wasm"));
    let read = |line: &[u8]| serde_json::from_slice::<Message>(line).ok();
    messages
        .split(|byte| *byte == b'\n')
        .filter_map(read)
        .flat_map(|message| message.filenames.into_iter().filter(is_component))
        .collect()
}

/// Where a Node lies that setup has installed.
fn node_cache() -> Result<PathBuf> {
    Ok(Cache::locate()?.path().join("node"))
}

/// Whether a variable tells cargo or rustc how to build, for the guest or for the user's own project.
fn is_about_a_build(name: &OsStr) -> bool {
    const ABOUT_CARGO_ITSELF: [&str; 3] = ["CARGO_HOME", "CARGO_NET_OFFLINE", "CARGO_BUILD_JOBS"];
    let name = name.to_string_lossy();
    let is_cargos =
        name.starts_with("CARGO_") && !ABOUT_CARGO_ITSELF.contains(&&*name) && !name.starts_with("CARGO_HTTP_");
    is_cargos || name.starts_with("RUSTC") || name.starts_with("RUSTFLAGS") || name == "MAKEFLAGS"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_are_told_from_what_else_was_built() {
        let messages = br#"{"reason":"compiler-artifact","filenames":["/t/liba.rlib"]}
{"reason":"compiler-artifact","filenames":["/t/a.wasm","/t/a.d"]}
{"reason":"build-finished","success":true}
"#;
        assert_eq!(components(messages), [PathBuf::from("/t/a.wasm")]);
    }

    #[test]
    fn what_the_guests_cargo_was_told_is_forgotten_for_the_tool() {
        let told = ["CARGO_BUILD_TARGET", "RUSTC", "CARGO_ENCODED_RUSTFLAGS", "RUSTFLAGS", "CARGO_TARGET_DIR"];
        assert!(told.iter().all(|name| is_about_a_build(name.as_ref())));
        assert!(["CARGO_HOME", "PATH", "CARGO_HTTP_PROXY"].iter().all(|name| !is_about_a_build(name.as_ref())));
    }
}
