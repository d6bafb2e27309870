//! The words of a command line of cargo's: its options before the verb, the verb, and what follows.

use std::env;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use anyhow::{Context, Result, bail};
use overlay::RUST_RELEASE;

use crate::advice::Advise;
use crate::toolchain;

/// A command line, taken apart.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Words {
    /// Cargo's options for all verbs.
    pub(crate) options: Vec<OsString>,
    pub(crate) verb: Option<OsString>,
    pub(crate) rest: Vec<OsString>,
}

/// The options that have a value.
const WITH_VALUE: [&str; 4] = ["--color", "--config", "-Z", "-C"];
const FLAGS: [&str; 6] = ["--verbose", "-q", "--quiet", "--locked", "--offline", "--frozen"];

impl Words {
    /// Takes a command line apart, and enters the directory that `-C` names. To cargo that option is an unstable one; it does the same.
    ///
    /// # Errors
    /// The directory is not there; or a toolchain (`+nightly`) is asked for.
    pub(crate) fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Words> {
        let mut words = Words::default();
        let mut arguments = arguments.into_iter().peekable();
        while let Some(argument) = arguments.next_if(|argument| is_option(argument) || is_toolchain(argument)) {
            if is_toolchain(&argument) {
                return refuse_toolchain(&argument);
            }
            let has_value = WITH_VALUE.iter().any(|name| argument == *name);
            let value = if has_value { arguments.next() } else { None };
            let joined = argument.as_bytes().strip_prefix(b"-C").filter(|rest| !rest.is_empty());
            let directory =
                if argument == "-C" { value.clone() } else { joined.map(|rest| OsStr::from_bytes(rest).into()) };
            match directory {
                Some(directory) => env::set_current_dir(&directory)
                    .with_context(|| format!("cannot enter the directory {}, which -C names", directory.display()))?,
                None => words.options.extend([Some(argument), value].into_iter().flatten()),
            }
        }
        words.verb = arguments.next();
        words.rest = arguments.collect();
        Ok(words)
    }

    /// Cargo's own words, before and after the verb: not those of the program that is run.
    pub(crate) fn cargos(&self) -> impl Iterator<Item = &OsString> + Clone {
        self.options.iter().chain(self.rest.iter().take_while(|&word| word != "--"))
    }

    /// Whether cargo is told to say nothing.
    pub(crate) fn is_quiet(&self) -> bool {
        self.cargos().any(|word| word == "-q" || word == "--quiet")
    }
}

fn is_option(argument: &OsString) -> bool {
    let bytes = argument.as_bytes();
    let is_verbose = bytes.len() > 1 && bytes[0] == b'-' && bytes[1..].iter().all(|byte| *byte == b'v');
    let is_joined = [&b"--color="[..], b"--config="].iter().any(|name| bytes.starts_with(name));
    let is_short = [b"-Z", b"-C"].iter().any(|name| bytes.starts_with(*name));
    is_verbose || is_joined || is_short || WITH_VALUE.iter().chain(&FLAGS).any(|name| argument == *name)
}

fn is_toolchain(argument: &OsString) -> bool {
    argument.as_bytes().starts_with(b"+")
}

fn refuse_toolchain(argument: &OsStr) -> Result<Words> {
    let refuse = || -> Result<Words> {
        bail!(
            "`{}` chooses a toolchain, but guests are built with Rust {RUST_RELEASE} alone, because their standard library is made \
             from the sources of that release",
            argument.display()
        )
    };
    refuse().advise(format!("leave it out; {} names a rustc {RUST_RELEASE} in another place", toolchain::VARIABLE))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Words> {
        Words::read(line.split_whitespace().map(OsString::from))
    }

    #[test]
    fn options_before_the_verb_are_cargos_with_their_values() {
        let line = "-q -vv --offline --config a.b=1 --config=c=2 -Z x -Zy --color never -C . build -q --config d=3 -- --config e=4";
        let words = read(line).unwrap();
        assert_eq!(words.options.len(), 11, "{words:?}");
        assert_eq!(words.verb.as_deref(), Some(OsStr::new("build")));
        assert_eq!(words.rest[0], "-q");
        assert!(words.is_quiet() && !words.cargos().any(|word| word == "e=4"));
        let words = read("test -v -- -q").unwrap();
        assert!(words.options.is_empty() && !words.is_quiet());
    }

    #[test]
    fn help_and_unknown_options_stand_where_a_verb_would() {
        for line in ["--help", "-V", "--nonsense build", "--list"] {
            let words = read(line).unwrap();
            assert!(words.options.is_empty() && words.verb.is_some(), "{words:?}");
        }
        assert_eq!(read("-q").unwrap().verb, None);
    }

    #[test]
    fn a_toolchain_and_a_directory_that_is_not_there_are_refused() {
        let error = format!("{:#}", read("+nightly build").unwrap_err());
        assert!(error.contains("`+nightly`") && error.contains("1.96.0"), "{error}");
        assert!(format!("{:#}", read("-C /nowhere/at/all build").unwrap_err()).contains("/nowhere/at/all"));
    }
}
