//! The verbs of `cargo p3`.
//!
//! Cargo's verbs are not parsed here: every argument after one of them is cargo's (or, for those that run something, the runtime's: `grants`).

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::cache::{self, Cache};
use crate::configuration::Configuration;
use crate::guest::Guest;
use crate::target::{Choice, WEB};
use crate::verb::{self, Verb};
use crate::words::Words;
use crate::{chores, doctor, environment, forward, process, runner, web, wit};

/// Build, run and test Rust programs as WASI 0.3 components
#[derive(Parser)]
#[command(name = "cargo p3", bin_name = "cargo p3", version, subcommand_required = true, arg_required_else_help = true)]
#[command(
    after_help = "Cargo's verbs take all of cargo's arguments; the target is wasm32-wasip3 unless --target says otherwise.\n\
    Those that concern no target (add, new, update, ...), aliases, and installed subcommands are cargo's own.\n\
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
        /// A target to build it for: wasm32-wasip3 (the usual one), wasm32-component or wasm32-component-web; may be given again
        #[arg(long)]
        target: Vec<String>,
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
    /// Print the component's types as WIT, for those who bind to it in other languages
    #[command(
        after_help = "All other options are those of `cargo rustc`: --lib, --bin NAME, --release, --target TARGET, ..."
    )]
    Wit {
        /// Write DIR/component.wit instead
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "OPTIONS OF cargo rustc")]
        arguments: Vec<OsString>,
    },
    /// Make a folder for a page or a script of what is built for the web, and run it in Node (in a checkout; `web --help`)
    #[command(disable_help_flag = true)]
    Web {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
    /// Run Rust's own test suites: those of core, alloc, std and libtest (in a checkout; `std-test --help`)
    #[command(disable_help_flag = true)]
    StdTest {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
}

/// How often an alias may lead to another.
const ALIASES: usize = 8;

/// Does what this process's arguments say.
///
/// # Errors
/// Whatever the verb says.
pub(crate) fn main() -> Result<ExitCode> {
    let mut arguments: Vec<OsString> = env::args_os().skip(1).collect();
    // Cargo calls a subcommand with its name as the first argument.
    if arguments.first().is_some_and(|first| first == "p3") {
        arguments.remove(0);
    }
    // What launchers call. Not a verb for people; and every word after it is the program's.
    if arguments.first().is_some_and(|first| first == "launch") {
        return runner::for_launcher(arguments.split_off(1));
    }
    let mut words = Words::read(arguments)?;
    for _ in 0..ALIASES {
        let Some(name) = words.verb.clone() else { break };
        let word = name.to_str().unwrap_or_default();
        if let Some(verb) = Verb::named(word) {
            return cargos(verb, words);
        }
        if is_own(word) {
            break;
        }
        if verb::is_cargos_own(word) || word == "--explain" || word == "--list" {
            return forward::unchanged(&name, words);
        }
        if let Some(alias) = Configuration::of(words.cargos()).alias(word) {
            words = expanded(words, alias)?;
        } else if forward::subcommand(&name).is_some() && word != "p3" {
            return forward::external(&name, words);
        } else {
            break;
        }
    }
    own(words)
}

/// A verb of cargo's, or the help for it.
fn cargos(verb: Verb, words: Words) -> Result<ExitCode> {
    if verb == Verb::Clean && words.rest.iter().any(|argument| argument == "--cache") {
        return clean_cache(&words.rest);
    }
    if !words.cargos().any(is_help) {
        return forward::forward(verb, words);
    }
    // Cargo's own help follows from ours, which names it.
    let mut command = command();
    let verb = command.find_subcommand_mut(verb.name()).expect("every verb is a subcommand");
    process::print(&verb.render_help().to_string())?;
    Ok(ExitCode::SUCCESS)
}

/// A verb that cargo does not have; or help, or what is no verb at all.
fn own(words: Words) -> Result<ExitCode> {
    // Cargo has help for its own verbs.
    if words.verb.as_deref() == Some(OsStr::new("help"))
        && let Some(word) = words.rest.first().and_then(|word| word.to_str())
        && verb::is_cargos_own(word)
    {
        return forward::unchanged("help".as_ref(), words);
    }
    if let (Some(option), Some(verb)) = (words.options.first(), &words.verb) {
        bail!("`{}` is an option of cargo's, and `{}` is no verb of cargo's", option.display(), verb.display());
    }
    let line = ["cargo-p3".into()].into_iter().chain(words.options).chain(words.verb).chain(words.rest);
    let matches = command().get_matches_from(line);
    match Arguments::from_arg_matches(&matches).unwrap_or_else(|error| error.exit()).verb {
        Own::Setup { target, verbose } => setup(&target, verbose),
        Own::Doctor => doctor::doctor(),
        Own::Readiness { arguments } => chores::readiness(&arguments),
        Own::Env { json, rust_analyzer } => environment::print(json, rust_analyzer),
        Own::Wit { out, arguments } => wit::wit(out.as_deref(), &arguments),
        Own::StdTest { arguments } => chores::std_test(&arguments),
        Own::Web { arguments } => web::main(&arguments),
    }
}

/// The words with what an alias stands for in its place.
fn expanded(words: Words, alias: Vec<OsString>) -> Result<Words> {
    let mut expanded = Words::read(alias)?;
    expanded.options.splice(0..0, words.options);
    expanded.rest.extend(words.rest);
    Ok(expanded)
}

/// Whether a word is a verb that cargo does not have, or asks for help.
fn is_own(word: &str) -> bool {
    word == "help"
        || word.starts_with('-') && word != "--explain" && word != "--list"
        || Arguments::command().find_subcommand(word).is_some()
}

fn is_help(argument: &OsString) -> bool {
    argument == "--help" || argument == "-h"
}

/// Clap's view of all verbs, cargo's included: for help, and for errors about words that are none.
fn command() -> clap::Command {
    Verb::ALL.iter().fold(Arguments::command(), |command, verb| command.subcommand(verb.help()))
}

fn setup(targets: &[String], verbose: bool) -> Result<ExitCode> {
    let choice = Choice::of_names(targets)?;
    let names: Vec<&str> = choice.targets.iter().map(|target| target.name).collect();
    let guest = Guest::ready(choice, true, verbose)?;
    if guest.is_for(WEB) {
        web::setup(&guest)?;
    }
    let toolchain = guest.sysroot().toolchain();
    process::print(&format!(
        "Rust     {}\nsysroot  {}\ntarget   {}: ready\n",
        toolchain.rustc().display(),
        guest.sysroot().path().display(),
        names.join(", ")
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
