//! Where, when and with what a suite was run: without it no figure of a report can be weighed or repeated.

use std::time::SystemTime;

use serde::{Deserialize, Serialize};

/// How a run was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Environment {
    /// When it began or ended, RFC 3339 in UTC.
    pub date: String,
    /// The command that made it.
    pub command: String,
    /// The compiler of the tests, as it names itself.
    pub toolchain: String,
    /// The hash of the sysroot; empty natively.
    pub sysroot: String,
    /// What ran the tests, with its version.
    pub runtime: String,
    /// System and architecture of the machine.
    pub host: String,
    /// How many threads the machine runs at once.
    pub cores: usize,
    /// The load averages of 1, 5 and 15 minutes, where the system tells them.
    pub load: Option<[f64; 3]>,
}

impl Environment {
    /// This machine, now.
    pub fn here(
        toolchain: impl Into<String>,
        sysroot: impl Into<String>,
        runtime: impl Into<String>,
        command: impl Into<String>,
    ) -> Environment {
        Environment {
            date: humantime::format_rfc3339_seconds(SystemTime::now()).to_string(),
            command: command.into(),
            toolchain: toolchain.into(),
            sysroot: sysroot.into(),
            runtime: runtime.into(),
            host: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            load: std::fs::read_to_string("/proc/loadavg").ok().and_then(|text| load(&text)),
        }
    }

    /// The load as text: `0.52 0.58 0.59`.
    #[must_use]
    pub fn load_text(&self) -> String {
        match self.load {
            Some(averages) => averages.map(|average| format!("{average:.2}")).join(" "),
            None => "not told by the system".to_owned(),
        }
    }
}

/// Reads Linux's `/proc/loadavg`.
fn load(text: &str) -> Option<[f64; 3]> {
    let mut numbers = text.split(' ').map_while(|word| word.parse().ok());
    Some([numbers.next()?, numbers.next()?, numbers.next()?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_load() {
        assert_eq!(load("0.52 0.58 10.59 1/389 2041\n"), Some([0.52, 0.58, 10.59]));
        assert_eq!(load("1/389 2041"), None);
        assert_eq!(load(""), None);
    }

    #[test]
    fn a_date_sorts_as_text() {
        let here = Environment::here("rustc", "0", "runtime", "command");
        assert_eq!(here.date.len(), "2026-01-01T00:00:00Z".len());
        assert!(*here.date > *"2026" && here.cores > 0);
    }
}
