//! What a program that is run may see beyond what it always does: the runtime's options, wherever they come from.
//!
//! `cargo p3 run`, `test` and `bench` take them among cargo's arguments. They travel past cargo in a variable, [`VARIABLE`], which users set too:
//! for installed programs, whose own arguments are nobody else's, it is the way to give them.

use std::collections::BTreeSet;
use std::env;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

use anyhow::{Context, Result};
use clap::{ArgAction, Args, Command, FromArgMatches};
use component_run::{Access, Directory, Options, Setup};

use crate::advice::Advise;
use crate::coverage;

/// Holds options of the runtime, quoted as in a shell.
pub(crate) const VARIABLE: &str = "CARGO_P3_RUN";

/// The variables that every guest gets, beside those that begin with [`PREFIXES`]: what it is to look like for whoever reads it, and where its
/// profile goes.
const PASSED: [&str; 11] = [
    "TERM",
    "LANG",
    "TZ",
    "NO_COLOR",
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "FORCE_COLOR",
    "COLORTERM",
    "COLUMNS",
    "LINES",
    coverage::PROFILE_VARIABLE,
];
/// Cargo's, the standard library's, the locale's, and those of widespread test tools.
const PREFIXES: [&str; 7] = ["CARGO_", "RUST_", "LC_", "NEXTEST", "INSTA_", "PROPTEST_", "QUICKCHECK_"];

/// What the command line or the variable says about running.
#[derive(Debug, Args)]
pub(crate) struct Given {
    #[command(flatten)]
    pub(crate) runtime: Options,
    /// Run each test in an instance of its own, on all cores
    #[arg(long, help_heading = "Options of tests, anywhere before `--`")]
    pub(crate) isolate: bool,
    /// Run what is for the web in chromium or firefox, without a window, instead of in Node
    #[arg(long, value_name = "NAME")]
    pub(crate) browser: Option<String>,
    /// Say which lines ran: in the target directory, coverage/report/lcov.info
    #[arg(long)]
    pub(crate) coverage: bool,
}

/// The options of [`Given`] that only tests have.
pub(crate) const ISOLATE: &str = "--isolate";
pub(crate) const COVERAGE: &str = "--coverage";

/// Adds the runtime's options to a verb's help, and those of tests.
pub(crate) fn document(command: Command, tests: bool) -> Command {
    let command = command.next_help_heading("Options of the runtime, anywhere before `--`");
    let command = if tests { Given::augment_args(command) } else { Options::augment_args(command) };
    command.mut_args(|argument| {
        if argument.get_id() == "environment" {
            argument.value_name("NAME[=VALUE]").help("Set an environment variable, or pass one on")
        } else {
            argument
        }
    })
    .after_help(format!(
        "All other arguments are cargo's.\n\n\
         The program has, under the same absolute paths as outside: the workspace, the target directory, the current directory, and \
         a temporary directory of its own (TMPDIR) that is removed when it ends; and /dev with null, zero, full, random, urandom, stdin, \
         stdout and stderr. It has the loopback network, and of the environment \
         CARGO_*, RUST_*, NEXTEST*, INSTA_*, PROPTEST_*, QUICKCHECK_* (tokens left out), TERM, LANG, LC_*, TZ, those by which one asks for \
         colours and a width (NO_COLOR, CLICOLOR_FORCE, FORCE_COLOR, COLUMNS, ...), LLVM_PROFILE_FILE, and what [env] of cargo's configuration names. The options grant more; so does the variable {VARIABLE}, which holds \
         such options: {VARIABLE}='--dir /usr/share:ro --net all'."
    ))
}

/// Moves the runtime's options out of cargo's arguments, and gives the value of [`VARIABLE`] that stands for them and what it held before.
///
/// # Errors
/// Options that are wrong.
pub(crate) fn take(arguments: &mut Vec<OsString>) -> Result<OsString> {
    let end = arguments.iter().position(|argument| argument == "--").unwrap_or(arguments.len());
    let programs = arguments.split_off(end);
    let mut cargos = Vec::new();
    let mut ours = words()?;
    let mut rest = std::mem::take(arguments).into_iter();
    let known = parser();
    while let Some(argument) = rest.next() {
        let (name, value) = split(&argument);
        match known.get_arguments().find(|known| known.get_long().is_some_and(|long| long.as_bytes() == name)) {
            Some(option) => {
                let has_value = !matches!(option.get_action(), ArgAction::SetTrue);
                ours.push(argument.clone());
                if has_value && value.is_none() {
                    ours.extend(rest.next());
                }
            }
            None => cargos.push(argument),
        }
    }
    parse(&ours).advise("`cargo p3 help run` lists the options")?;
    arguments.extend(cargos);
    arguments.extend(programs);
    let bytes =
        shlex::bytes::try_join(ours.iter().map(|word| word.as_bytes())).context("an option contains a NUL byte")?;
    Ok(OsString::from_vec(bytes))
}

/// The options that the environment holds, on top of `defaults`.
///
/// # Errors
/// They are wrong.
pub(crate) fn read(defaults: &[&str]) -> Result<Given> {
    let words: Vec<OsString> = defaults.iter().map(OsString::from).chain(words()?).collect();
    parse(&words).advise(format!("{VARIABLE} holds options such as: --dir /usr/share:ro --env NAME --net all"))
}

/// The options, on top of what this process's environment gives every guest, and of the variables in it that are `named`.
pub(crate) fn setup(options: Options, named: &BTreeSet<&str>) -> Setup {
    let inherits = options.inherit_env;
    let mut setup = options.setup();
    if !inherits {
        let given = std::mem::take(&mut setup.environment);
        let is_named = |name: &OsStr| name.to_str().is_some_and(|name| named.contains(name));
        let passed =
            env::vars_os().filter(|(name, value)| is_passed(name, value) || is_named(name) && value.to_str().is_some());
        setup.environment = passed.chain(given).collect();
    }
    setup
}

/// Grants a directory under its own path, unless it lies in one that is granted so already.
pub(crate) fn grant(setup: &mut Setup, directory: &Path) {
    let covers = |granted: &Directory| {
        granted.access == Access::ReadWrite && granted.guest == granted.host && directory.starts_with(&granted.host)
    };
    if !setup.directories.iter().any(covers) {
        setup.directories.push(Directory {
            host: directory.to_owned(),
            guest: directory.into(),
            access: Access::ReadWrite,
        });
    }
}

/// Gives the guest `/dev`, unless a directory that is granted has one.
pub(crate) fn grant_devices(setup: &mut Setup) {
    let has_one = setup.directories.iter().any(|granted| Path::new("/dev").starts_with(&granted.guest));
    setup.devices |= !has_one;
}

fn is_passed(name: &OsStr, value: &OsStr) -> bool {
    // What is not Unicode cannot be passed to a component, and nobody asked for it by name.
    let (Some(name), Some(_)) = (name.to_str(), value.to_str()) else { return false };
    let is_secret = name.ends_with("_TOKEN") || name.contains("CREDENTIAL");
    let is_ours = name.starts_with("CARGO_P3_");
    let is_listed = PASSED.contains(&name) || PREFIXES.iter().any(|prefix| name.starts_with(prefix));
    is_listed && !is_secret && !is_ours
}

/// The words in [`VARIABLE`].
fn words() -> Result<Vec<OsString>> {
    let value = env::var_os(VARIABLE).unwrap_or_default();
    let words =
        shlex::bytes::split(value.as_bytes()).with_context(|| format!("{VARIABLE} has a quote without its partner"))?;
    Ok(words.into_iter().map(OsString::from_vec).collect())
}

fn parser() -> Command {
    Given::augment_args(Command::new("options").no_binary_name(true).disable_help_flag(true).args_override_self(true))
}

fn parse(words: &[OsString]) -> Result<Given> {
    let mut resolved = Vec::new();
    let mut after_env = false;
    for word in words {
        let (name, value) = split(word);
        match (after_env, name, value) {
            (true, ..) => resolved.extend(variable(word)),
            (_, b"env", Some(value)) => resolved.extend(variable(OsStr::from_bytes(value))),
            (_, b"env", None) => {}
            _ => resolved.push(word.clone()),
        }
        after_env = !after_env && name == b"env" && value.is_none();
    }
    if after_env {
        resolved.push("--env".into());
    }
    let matches = parser().try_get_matches_from(resolved).map_err(|error| anyhow::anyhow!("{}", first_line(&error)))?;
    Ok(Given::from_arg_matches(&matches)?)
}

/// `--env` with its value: `NAME=VALUE`, or `NAME` with the value it has here; nothing if it has none.
fn variable(word: &OsStr) -> Option<OsString> {
    let mut option = OsString::from("--env=");
    option.push(word);
    if !word.as_bytes().contains(&b'=') && !word.is_empty() {
        option.push("=");
        option.push(env::var_os(word)?);
    }
    Some(option)
}

/// The name of `--NAME` or `--NAME=VALUE`, and the value.
fn split(argument: &OsStr) -> (&[u8], Option<&[u8]>) {
    let Some(option) = argument.as_bytes().strip_prefix(b"--") else { return (b"", None) };
    match option.iter().position(|byte| *byte == b'=') {
        Some(equals) => (&option[..equals], Some(&option[equals + 1..])),
        None => (option, None),
    }
}

/// Clap's message without the usage lines, which are those of another command.
fn first_line(error: &clap::Error) -> String {
    let text = error.to_string();
    text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(arguments: &[&str]) -> (Vec<OsString>, String) {
        let mut arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
        let value = take(&mut arguments).unwrap();
        (arguments, value.into_string().unwrap())
    }

    #[test]
    fn the_runtimes_options_are_found_among_cargos() {
        let (cargos, ours) = taken(&["--release", "--env", "A=b c", "-p", "x", "--net=all", "--", "--env", "y"]);
        assert_eq!(cargos, ["--release", "-p", "x", "--", "--env", "y"]);
        assert_eq!(ours, "--env 'A=b c' '--net=all'");
    }

    #[test]
    fn of_two_networks_the_last_one_counts() {
        let options = parse(&["--net".into(), "all".into(), "--net=none".into()]).unwrap();
        assert_eq!(options.runtime.network, component_run::Network::None);
    }

    #[test]
    fn a_variable_without_a_value_is_passed_on_and_an_unset_one_is_not() {
        let options = parse(&["--env".into(), "PATH".into(), "--env=CARGO_P3_NOBODY_SETS_THIS".into()]).unwrap();
        assert_eq!(options.runtime.environment, [("PATH".into(), env::var_os("PATH").unwrap())]);
    }

    #[test]
    fn devices_are_the_hosts_where_its_directory_is_granted() {
        let has_ours = |words: &[&str]| {
            let words: Vec<OsString> = words.iter().map(OsString::from).collect();
            let mut setup = setup(parse(&words).unwrap().runtime, &BTreeSet::new());
            grant_devices(&mut setup);
            setup.devices
        };
        assert!(has_ours(&[]) && has_ours(&["--dir", "/home"]) && has_ours(&["--dir", "/dev/shm"]));
        assert!(!has_ours(&["--dir", "/"]) && !has_ours(&["--dir", "/dev:ro"]) && !has_ours(&["--dir", "/tmp::/dev"]));
        assert!(has_ours(&["--dir", "/", "--dev"]));
    }

    #[test]
    fn wrong_options_are_errors_that_name_them() {
        for (words, named) in
            [(vec!["--net", "some"], "--net"), (vec!["--env"], "--env"), (vec!["--dir="], "--dir"), (vec!["-x"], "-x")]
        {
            let words: Vec<OsString> = words.into_iter().map(OsString::from).collect();
            let error = parse(&words).unwrap_err().to_string();
            assert!(error.contains(named) && !error.contains("Usage"), "{error}");
        }
    }

    #[test]
    fn secrets_and_what_is_not_listed_stay_outside() {
        let passed = |name: &str| is_passed(name.as_ref(), "value".as_ref());
        assert!(
            ["CARGO_MANIFEST_DIR", "RUST_BACKTRACE", "PROPTEST_CASES", "TERM", "LANG", "LC_ALL", "TZ", "NO_COLOR"]
                .into_iter()
                .all(passed)
        );
        assert!(
            !["HOME", "PATH", "CARGO_REGISTRY_TOKEN", "CARGO_REGISTRIES_MINE_TOKEN", "CARGO_P3_RUN"]
                .into_iter()
                .any(passed)
        );
    }
}
