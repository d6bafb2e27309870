//! Makes of a component what a page or a script loads, and runs it in Node.
//!
//! `cargo p3` calls this (cli/src/web.rs); people need not. What a component becomes is in `glue`, the folder in `folder`, the Node that runs it
//! in `node`. The JavaScript beside it (`host/`) is carried along as text.

mod browser;
mod folder;
mod glue;
mod lean;
mod node;
mod run;

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use browser::Browser;

const HELP: &str = "\
Usage: component-web build [--node] [--out FOLDER] COMPONENT...
       component-web run [--browser NAME] [--cache FOLDER] [--env NAME=VALUE]... COMPONENT [ARGUMENTS]
       component-web setup [--cache FOLDER]
";

fn main() -> ExitCode {
    begin().unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        // Nothing was run.
        ExitCode::from(126)
    })
}

fn begin() -> Result<ExitCode> {
    let mut words = env::args_os().skip(1);
    let verb = words.next().unwrap_or_default();
    match verb.to_str().unwrap_or_default() {
        "build" => build(words),
        "run" => run(words),
        "setup" => setup(words),
        _ => bail!("`{}` is no verb of this program\n{HELP}", verb.display()),
    }
}

fn build(mut words: impl Iterator<Item = OsString>) -> Result<ExitCode> {
    let (mut kind, mut out, mut components) = (folder::Kind::Page, None, Vec::new());
    while let Some(word) = words.next() {
        match word.to_str().unwrap_or_default() {
            "--node" => kind = folder::Kind::Script,
            "--out" => out = Some(PathBuf::from(words.next().context("--out needs a folder behind it")?)),
            _ => components.push(PathBuf::from(word)),
        }
    }
    if out.is_some() && components.len() > 1 {
        bail!("--out names one folder, and there are {} components: build one of them", components.len());
    }
    for component in components {
        println!("{}", folder::make(&component, out.as_deref(), kind)?.display());
    }
    Ok(ExitCode::SUCCESS)
}

fn run(mut words: impl Iterator<Item = OsString>) -> Result<ExitCode> {
    let (mut cache, mut browser, mut variables) = (None, None, Vec::new());
    loop {
        let word = words.next().with_context(|| format!("no component is named\n{HELP}"))?;
        match word.to_str().unwrap_or_default() {
            "--cache" => cache = words.next().map(PathBuf::from),
            "--env" => variables.push(words.next().context("--env needs NAME=VALUE behind it")?),
            "--browser" => {
                let name = words.next().context("--browser needs a name behind it: chromium or firefox")?;
                browser = Some(Browser::named(&name.to_string_lossy())?);
            }
            option if option.starts_with("--browser=") => {
                browser = Some(Browser::named(&option["--browser=".len()..])?)
            }
            _ => {
                let (component, arguments) = (PathBuf::from(word), words.collect::<Vec<_>>());
                return match browser {
                    Some(browser) => browser::run(browser, &component, &arguments, &variables),
                    None => run::run(&component, &arguments, &variables, cache.as_deref()),
                };
            }
        }
    }
}

fn setup(mut words: impl Iterator<Item = OsString>) -> Result<ExitCode> {
    let mut cache = None;
    while let Some(word) = words.next() {
        match word.to_str().unwrap_or_default() {
            "--cache" => cache = words.next().map(PathBuf::from),
            other => bail!("`{other}` means nothing here\n{HELP}"),
        }
    }
    let node = node::find_or_install(cache.as_deref())?;
    println!("Node     {} ({})", node.program.display(), node.version);
    Ok(ExitCode::SUCCESS)
}
