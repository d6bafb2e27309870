//! The command line of `component-run`.
//!
//! Here so that `cargo p3 run` and installed launchers understand the same words: they take [`Options`] into their own command line.

use crate::cache::Cache;
use crate::outcome::Outcome;
use crate::refusal::Refusal;
use crate::repeat::repeat;
use crate::run::{invoke, run};
use crate::search::search;
use crate::setup::{Access, Directory, Features, Input, Network, Output, Setup};
use crate::verdict::Report;
use clap::builder::{OsStringValueParser, TypedValueParser as _};
use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser};
use signal_hook::consts::SIGINT;
use signal_hook::flag::register_conditional_shutdown;
use std::ffi::{OsStr, OsString};
use std::io::Write as _;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// Runs a WASI 0.3 component. It is granted nothing but its standard streams and what the options name.
#[derive(Parser)]
#[command(
    name = "component-run",
    version,
    override_usage = "component-run [OPTIONS] FILE [ARGS]...",
    after_help = "Exit codes: the program's own; 124 time limit, 125 bad option or grant, 126 not a runnable component, 127 no such file, \
                  130 interrupted, 134 trap or stack overflow, 135 deadlock, 137 memory limit.\n\
                  Compiled code is kept in the user's cache directory; COMPONENT_RUN_CACHE names another one, or none if it is empty. \
                  No program can change it, also where it may write that directory."
)]
struct CommandLine {
    #[command(flatten)]
    options: Options,
    /// Run with seeds from 0 to K - 1, and tell the first one that does not end with exit code 0
    #[arg(long, value_name = "K", conflicts_with = "schedule_seed")]
    schedule_search: Option<u64>,
    /// Run N times, each time in an instance of its own, and tell how long one took
    #[arg(long, value_name = "N", conflicts_with_all = ["schedule_seed", "schedule_search"], value_parser = clap::value_parser!(u64).range(1..))]
    repeat: Option<u64>,
    /// Write how it ended into this file, as JSON: the kind of end, the exit code, the message, the trap
    #[arg(long, value_name = "JSON")]
    outcome: Option<PathBuf>,
    /// Call a function that FILE exports, with values in WAVE, and print what it gives: NAME(VALUE, ...)
    #[arg(long, value_name = "CALL", conflicts_with_all = ["schedule_search", "repeat"])]
    invoke: Option<String>,
    /// The component, and its arguments: all that follows FILE belongs to it.
    #[arg(value_name = "FILE", required = true, trailing_var_arg = true, allow_hyphen_values = true, value_parser = OsStringValueParser::new())]
    command: Vec<OsString>,
}

/// The options of `component-run`, without the component and its arguments.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Options {
    /// Grant a directory, by its own name or as GUEST; with :ro for reading only
    #[arg(long = "dir", value_name = "HOST[::GUEST][:ro]", value_parser = OsStringValueParser::new().try_map(directory))]
    pub directories: Vec<Directory>,
    /// Give the program /dev with null, zero, full, random, urandom, and its own stdin, stdout and stderr; no other device
    #[arg(long = "dev")]
    pub devices: bool,
    /// Set an environment variable
    #[arg(long = "env", value_name = "K=V", value_parser = OsStringValueParser::new().try_map(variable))]
    pub environment: Vec<(OsString, OsString)>,
    /// Hand the whole environment on
    #[arg(long)]
    pub inherit_env: bool,
    /// The current directory, a path in the guest, in a directory that is granted
    #[arg(long, value_name = "PATH", value_parser = OsStringValueParser::new())]
    pub cwd: Option<OsString>,
    /// Argument 0, if it shall not be FILE
    #[arg(long, value_name = "NAME", value_parser = OsStringValueParser::new())]
    pub argv0: Option<OsString>,
    /// The network addresses to grant
    #[arg(long = "net", value_name = "none|loopback|all", default_value = "none", hide_default_value = true, value_parser = network)]
    pub network: Network,
    /// Limit the memory: bytes, or a number with K, M or G
    #[arg(long, value_name = "N", value_parser = bytes)]
    pub max_memory: Option<u64>,
    /// Limit the time: seconds, or a duration such as 500ms or 2m
    #[arg(long, value_name = "D", value_parser = duration)]
    pub timeout: Option<Duration>,
    /// Only what every runtime has: the target's CPU baseline, and of the component model what wasmtime has on by default
    #[arg(long)]
    pub stock: bool,
    /// Schedule threads by this seed, the same way every time; time is made up, and there is no network
    #[arg(long, value_name = "N")]
    pub schedule_seed: Option<u64>,
}

impl Options {
    /// The setup that these options describe: with this process's standard streams, and without arguments.
    #[must_use]
    pub fn setup(self) -> Setup {
        let mut environment = Vec::new();
        if self.inherit_env {
            environment.extend(std::env::vars_os());
        }
        environment.extend(self.environment);
        Setup {
            program: self.argv0,
            arguments: Vec::new(),
            environment,
            current_dir: self.cwd,
            directories: self.directories,
            devices: self.devices,
            network: self.network,
            memory_limit: self.max_memory,
            time_limit: self.timeout,
            schedule: self.schedule_seed,
            features: if self.stock { Features::Stock } else { Features::All },
            stdin: Input::Inherit,
            stdout: Output::Inherit,
            stderr: Output::Inherit,
            cache: Cache::User,
        }
    }
}

/// Runs the component that this process's arguments name, with this process's standard streams; Ctrl-C ends it with exit code 130.
pub fn main() -> ExitCode {
    let CommandLine { options, schedule_search, repeat: times, outcome: into, invoke: call, command } = match parse() {
        Ok(line) => line,
        Err(error) => {
            // A closed stream leaves nobody to tell.
            let _ = error.print();
            let asked_for_help = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            return ExitCode::from(if asked_for_help { 0 } else { contract::exit::MISUSED });
        }
    };
    // From within the handler: a thread that waits for the signal would make each call of the kernel that takes a descriptor slower, because
    // a table of descriptors that threads share must be locked. Nothing is lost: what the guest has written is written.
    if let Err(error) = register_conditional_shutdown(SIGINT, 130, Arc::new(AtomicBool::new(true))) {
        return ExitCode::from(
            Outcome::Refused(Refusal::Host { cause: format!("no handler for Ctrl-C: {error}") }).report(),
        );
    }
    let report = match Report::to(into.as_deref()) {
        Ok(report) => report,
        Err(error) => {
            let file = into.unwrap_or_default();
            let cause = format!("--outcome: {} cannot be written: {error}", file.display());
            return ExitCode::from(Outcome::Refused(Refusal::Host { cause }).report());
        }
    };
    let mut command = command.into_iter();
    let file = command.next().unwrap_or_default();
    let arguments: Vec<OsString> = command.collect();
    if let Some(call) = call {
        return ExitCode::from(invoked(file.as_ref(), &call, Setup { arguments, ..options.setup() }, &report));
    }
    let setup = || Setup { arguments: arguments.clone(), ..options.clone().setup() };
    ExitCode::from(match (schedule_search, times) {
        (Some(count), _) => search(file.as_ref(), count, &std::env::args_os().collect::<Vec<_>>(), setup, &report),
        (None, Some(count)) => repeat(file.as_ref(), count, setup, &report),
        (None, None) => report.make(&run(file, setup()), |_| {}),
    })
}

/// Calls a function and prints what it gives; returns the exit code.
fn invoked(file: &Path, call: &str, setup: Setup, report: &Report) -> u8 {
    let (outcome, result) = invoke(file, call, setup);
    if let Some(result) = result.filter(|result| !result.is_empty()) {
        // A closed stdout leaves nobody to tell.
        let _ = writeln!(std::io::stdout(), "{result}");
    }
    report.make(&outcome, |_| {})
}

fn parse() -> Result<CommandLine, clap::Error> {
    let line = CommandLine::try_parse()?;
    let is_scheduled = line.schedule_search.is_some() || line.options.schedule_seed.is_some();
    if is_scheduled && line.options.network != Network::None {
        let message = "--net cannot be had with a schedule: what comes over a network comes when it likes";
        return Err(CommandLine::command().error(ErrorKind::ArgumentConflict, message));
    }
    // A positional argument that may begin with a hyphen swallows misspelt options.
    if let Some(option) = line.command.first().filter(|file| file.as_bytes().starts_with(b"-")) {
        let message = format!("unknown option {} before FILE; see component-run --help", option.display());
        return Err(CommandLine::command().error(ErrorKind::UnknownArgument, message));
    }
    Ok(line)
}

/// `HOST[::GUEST][:ro]`
fn directory(grant: OsString) -> Result<Directory, String> {
    let grant = grant.as_bytes();
    let (grant, access) = match grant.strip_suffix(b":ro") {
        Some(grant) => (grant, Access::ReadOnly),
        None => (grant, Access::ReadWrite),
    };
    let (host, guest) = match grant.windows(2).position(|two| two == b"::") {
        Some(colons) => (&grant[..colons], &grant[colons + 2..]),
        None => (grant, grant),
    };
    if host.is_empty() || guest.is_empty() {
        return Err("the directory's name is empty".to_owned());
    }
    Ok(Directory { host: OsStr::from_bytes(host).into(), guest: OsStr::from_bytes(guest).to_owned(), access })
}

/// `K=V`
fn variable(pair: OsString) -> Result<(OsString, OsString), String> {
    let mut name = pair.into_vec();
    // A name is at least one byte long, and that may be an `=`, as std has it.
    let Some(equals) = name.iter().skip(1).position(|byte| *byte == b'=') else {
        let wrong = if name.starts_with(b"=") { "the name is empty" } else { "there is no value" };
        return Err(format!("{wrong}: write K=V"));
    };
    let value = name.split_off(equals + 2);
    name.truncate(equals + 1);
    Ok((OsString::from_vec(name), OsString::from_vec(value)))
}

fn network(word: &str) -> Result<Network, String> {
    match word {
        "none" => Ok(Network::None),
        "loopback" => Ok(Network::Loopback),
        "all" => Ok(Network::All),
        _ => Err("it is none, loopback or all".to_owned()),
    }
}

/// A number of bytes: plain, or with K, M or G for powers of 1024.
fn bytes(text: &str) -> Result<u64, String> {
    let (number, unit) = match text.as_bytes().last().map(u8::to_ascii_uppercase) {
        Some(b'K') => (&text[..text.len() - 1], 1 << 10),
        Some(b'M') => (&text[..text.len() - 1], 1 << 20),
        Some(b'G') => (&text[..text.len() - 1], 1 << 30),
        _ => (text, 1),
    };
    let number: u64 =
        number.parse().map_err(|_| "it is a number of bytes, or one with K, M or G, such as 512M".to_owned())?;
    number.checked_mul(unit).ok_or_else(|| "it is too large".to_owned())
}

/// A duration: seconds, or what humantime reads.
fn duration(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds
        .or_else(|| humantime::parse_duration(text).ok())
        .filter(|duration| !duration.is_zero())
        .ok_or_else(|| "it is a number of seconds, or a duration such as 500ms, 10s or 2m, and not zero".to_owned())
}
