//! The verbs of `cargo p3`.
//!
//! Cargo's verbs are not parsed here: every argument after one of them is cargo's (or, for those that run something, the runtime's: `grants`).

use std::env;
use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::Result;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::cache::{self, Cache};
use crate::forward::{self, Verb};
use crate::guest::{Guest, TARGET};
use crate::{chores, doctor, environment, process, runner};

/// Build, run and test Rust programs as WASI 0.3 components
#[derive(Parser)]
#[command(name = "cargo p3", bin_name = "cargo p3", version, subcommand_required = true, arg_required_else_help = true)]
#[command(
    after_help = "Cargo's verbs take all of cargo's arguments; the target is wasm32-wasip3 unless --target says otherwise.\n\
    `cargo p3 help run` tells what a program that is run may see, and how to grant it more.\n\n\
    CARGO_P3_CACHE  where sysroots are kept\n\
    CARGO_P3_RUSTC  the rustc to use; found or installed otherwise"
)]
struct Arguments {
    #[command(subcommand)]
    verb: Own,
}

/// The verbs that cargo does not have.
#[derive(Subcommand)]
enum Own {
    /// Find or install Rust, and build the standard library for the target
    Setup {
        /// Show what installers and compilers print
        #[arg(short, long)]
        verbose: bool,
    },
    /// Say what is missing or too old, and the command that mends it
    Doctor,
    /// Say how ready the target is for a tier of Rust's target policy (in a checkout; `readiness --help`)
    #[command(disable_help_flag = true)]
    Readiness {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
    /// Print what plain cargo and rust-analyzer need
    #[command(after_help = environment::HELP)]
    Env {
        /// As a JSON object instead of shell commands
        #[arg(long)]
        json: bool,
        /// As settings of rust-analyzer
        #[arg(long, conflicts_with = "json")]
        rust_analyzer: bool,
    },
    /// Run Rust's own test suites: those of core, alloc, std and libtest (in a checkout; `std-test --help`)
    #[command(disable_help_flag = true)]
    StdTest {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
}

/// Does what this process's arguments say.
///
/// # Errors
/// Whatever the verb says.
pub(crate) fn main() -> Result<ExitCode> {
    let mut arguments: Vec<OsString> = env::args_os().collect();
    // Cargo calls a subcommand with its name as the first argument.
    if arguments.get(1).is_some_and(|first| first == "p3") {
        arguments.remove(1);
    }
    if let Some(word) = arguments.get(1).and_then(|word| word.to_str()) {
        let rest = || arguments[2..].to_vec();
        match (word, Verb::named(word)) {
            ("clean", _) if rest().iter().any(|argument| argument == "--cache") => return clean_cache(&rest()),
            // What launchers call. Not a verb for people; and clap would take a `--` for its own.
            ("launch", _) => return runner::for_launcher(rest()),
            (_, Some(verb)) if !rest().iter().take_while(|&argument| argument != "--").any(is_help) => {
                return forward::forward(verb, rest());
            }
            // Cargo's own help follows from ours, which names it.
            (_, Some(verb)) => {
                process::print(
                    &command()
                        .find_subcommand_mut(verb.name())
                        .expect("every verb is a subcommand")
                        .render_help()
                        .to_string(),
                )?;
                return Ok(ExitCode::SUCCESS);
            }
            _ => {}
        }
    }
    let matches = command().get_matches_from(arguments);
    match Arguments::from_arg_matches(&matches).unwrap_or_else(|error| error.exit()).verb {
        Own::Setup { verbose } => setup(verbose),
        Own::Doctor => doctor::doctor(),
        Own::Readiness { arguments } => chores::readiness(&arguments),
        Own::Env { json, rust_analyzer } => environment::print(json, rust_analyzer),
        Own::StdTest { arguments } => chores::std_test(&arguments),
    }
}

fn is_help(argument: &OsString) -> bool {
    argument == "--help" || argument == "-h"
}

/// Clap's view of all verbs, cargo's included: for help, and for errors about words that are none.
fn command() -> clap::Command {
    Verb::ALL.iter().fold(Arguments::command(), |command, verb| command.subcommand(verb.help()))
}

fn setup(verbose: bool) -> Result<ExitCode> {
    let guest = Guest::ready(true, verbose)?;
    let toolchain = guest.sysroot().toolchain();
    process::print(&format!(
        "Rust     {}\nsysroot  {}\ntarget   {TARGET}: ready\n",
        toolchain.rustc().display(),
        guest.sysroot().path().display()
    ))?;
    Ok(ExitCode::SUCCESS)
}

/// Removes sysroots from the cache: those that are not in use by this version, or all.
fn clean_cache(arguments: &[OsString]) -> Result<ExitCode> {
    let all = arguments.iter().any(|argument| argument == "--all");
    if let Some(other) = arguments.iter().find(|&argument| argument != "--cache" && argument != "--all") {
        anyhow::bail!(
            "`clean --cache` takes no `{}`; it takes --all, to remove the sysroot in use as well",
            other.display()
        );
    }
    let cache = Cache::locate()?;
    let current = doctor::sysroot_in_use(&cache);
    let mut freed = 0;
    for entry in cache.sysroots()? {
        let size = cache::shown(entry.size);
        if !all && current == Some(entry.sysroot()) {
            process::print(&format!(
                "kept     {size:>10}  {}  (in use; --all removes it too)\n",
                entry.path.display()
            ))?;
            continue;
        }
        if !entry.remove()? {
            process::print(&format!("kept     {size:>10}  {}  (being built)\n", entry.path.display()))?;
            continue;
        }
        freed += entry.size;
        process::print(&format!("removed  {size:>10}  {}\n", entry.path.display()))?;
    }
    process::print(&format!("{} freed in {}\n", cache::shown(freed), cache.path().display()))?;
    Ok(ExitCode::SUCCESS)
}
