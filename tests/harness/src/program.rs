//! A test program and what its header asks for.
//!
//! The header is the lines that begin with `//@ `; without that prefix they are one TOML document.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

/// A test program: a file that is one binary of the package `tests/programs`.
#[derive(Debug)]
pub struct Program {
    /// The binary's name: the file's name without `.rs`, `AREA_BEHAVIOUR`.
    pub name: String,
    /// How it is run and what is expected.
    pub header: Header,
}

/// What the `//@ KEY = VALUE` lines of a program say. Absent keys mean: like the native run.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// Arguments after the program's name.
    #[serde(default)]
    pub args: Vec<String>,
    /// Environment variables; the program sees no others than these and `TMPDIR`.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// What stands on standard input; empty if absent.
    #[serde(default)]
    pub stdin: String,
    /// Grants the loopback network.
    #[serde(default)]
    pub net: bool,
    /// Grants `/dev`.
    #[serde(default)]
    pub dev: bool,
    /// Makes threads, for which a runtime needs a feature that is off by default.
    #[serde(default)]
    pub threads: bool,
    /// Runs once more, linked so that stack pointers are saved around imports. For some of those with `threads`: each is one more build.
    #[serde(default)]
    pub saved: bool,
    /// Runs once more without all that only makes programs faster: library, linker and runtime (see [`crate::plain`]).
    #[serde(default)]
    pub plain: bool,
    /// Goes wrong on some schedules of its threads: a search for one must find it.
    #[serde(default)]
    pub race: bool,
    /// Tells lines of its source, which only a build with debug information knows.
    #[serde(default)]
    pub lines: bool,
    /// The exit code on the target; the native one if absent.
    pub exit: Option<i32>,
    /// Standard output on the target; the native one if absent.
    pub stdout: Option<String>,
    /// Texts that standard error on the target must contain.
    #[serde(default)]
    pub stderr: Vec<String>,
    /// Why there is no native run to compare with. Then `exit` is 0 and `stdout` is not judged unless they are given.
    pub native: Option<String>,
}

impl Program {
    /// Reads the header of one program.
    ///
    /// # Errors
    /// A file that cannot be read, has no leading `//!` line, or whose header is not TOML of known keys.
    pub fn read(file: &Path) -> Result<Program> {
        let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        ensure!(
            text.starts_with("//! "),
            "{}: the first line must be `//! ` and the behaviour in one sentence",
            file.display()
        );
        let name = file.file_stem().and_then(|stem| stem.to_str()).context("a program's name must be UTF-8")?;
        let header = Header::parse(&text).with_context(|| format!("in the header of {}", file.display()))?;
        Ok(Program { name: name.to_owned(), header })
    }

    /// All programs below `package/src/bin`, by name.
    ///
    /// # Errors
    /// As [`Program::read`]; and when there is none.
    pub fn all(package: &Path) -> Result<Vec<Program>> {
        let folder = package.join("src/bin");
        let entries = std::fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))?;
        let mut files: Vec<PathBuf> = entries.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
        files.sort();
        ensure!(!files.is_empty(), "no programs in {}", folder.display());
        files.iter().map(|file| Program::read(file)).collect()
    }
}

impl Header {
    fn parse(text: &str) -> Result<Header> {
        let lines: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("//@ ")).collect();
        Ok(toml::from_str(&lines.join("\n"))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_lines_are_one_toml_document() {
        let header = Header::parse("//! Says so.\n//@ args = [\"a\", \"b c\"]\n//@ exit = 7\nfn main() {}\n").unwrap();
        assert_eq!(header.args, ["a", "b c"]);
        assert_eq!(header.exit, Some(7));
        assert_eq!(header.native, None);
    }

    #[test]
    fn unknown_key_is_an_error_that_names_it() {
        let error = Header::parse("//@ exti = 7\n").unwrap_err();
        assert!(format!("{error:#}").contains("exti"), "{error:#}");
    }
}
