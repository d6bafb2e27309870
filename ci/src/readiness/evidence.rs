//! What a check found: lines that hold or do not, and the commands that were run for them.

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use serde::Serialize;

/// One finding.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Line {
    pub(super) holds: bool,
    pub(super) text: String,
}

/// A command that was run, as a reader types it in the checkout.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Ran {
    pub(super) command: String,
    pub(super) seconds: f64,
    pub(super) succeeded: bool,
}

/// Collects what one check finds.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    pub(super) lines: Vec<Line>,
    pub(super) commands: Vec<Ran>,
    /// Why it cannot be judged here and now.
    pub(super) unanswered: Option<String>,
    /// Directories, and the names they have in commands.
    names: Vec<(PathBuf, &'static str)>,
}

impl Evidence {
    pub(super) fn new(names: Vec<(PathBuf, &'static str)>) -> Evidence {
        Evidence { names, ..Evidence::default() }
    }

    /// Something holds.
    pub(super) fn holds(&mut self, text: impl Into<String>) {
        self.lines.push(Line { holds: true, text: text.into() });
    }

    /// Something does not hold: the check is red.
    pub(super) fn fails(&mut self, text: impl Into<String>) {
        self.lines.push(Line { holds: false, text: text.into() });
    }

    /// `text` holds, or does not.
    pub(super) fn judge(&mut self, holds: bool, text: impl Into<String>) {
        self.lines.push(Line { holds, text: text.into() });
    }

    /// It cannot be judged here and now.
    pub(super) fn unanswered(&mut self, why: impl Into<String>) {
        self.unanswered = Some(why.into());
    }

    /// Runs a command that may fail; its output is returned.
    pub(super) fn attempt(&mut self, command: &mut Command) -> Result<Output> {
        let shown = self.shown(command);
        let start = Instant::now();
        let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot start `{shown}`"))?;
        self.commands.push(Ran {
            command: shown,
            seconds: start.elapsed().as_secs_f64(),
            succeeded: output.status.success(),
        });
        Ok(output)
    }

    /// Runs a command that must succeed; what it prints on standard output is returned.
    pub(super) fn run(&mut self, command: &mut Command) -> Result<String> {
        let output = self.attempt(command)?;
        if !output.status.success() {
            bail!("`{}` ended with {}: {}", self.shown(command), output.status, last_words(&output));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// The command as a reader types it: directories by their names, what the shell would take apart in quotes.
    fn shown(&self, command: &Command) -> String {
        let place = command.get_current_dir().map(|place| format!("cd {} && ", self.named(&place.to_string_lossy())));
        // The path is ours to set and the reader's to have.
        let environment = command.get_envs().filter(|(name, _)| *name != "PATH").filter_map(|(name, value)| {
            Some(format!("{}={}", name.to_string_lossy(), self.word(&value?.to_string_lossy())))
        });
        let words = std::iter::once(command.get_program()).chain(command.get_args());
        let words = words.map(|word| self.word(&word.to_string_lossy()));
        let line = environment.chain(words).collect::<Vec<_>>().join(" ");
        format!("{}{line}", place.filter(|place| place != "cd . && ").unwrap_or_default())
    }

    fn word(&self, word: &str) -> String {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,@%+$".contains(c);
        let word = self.named(word);
        if word.is_empty() || !word.chars().all(plain) { format!("'{}'", word.replace('\'', r"'\''")) } else { word }
    }

    fn named(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (path, name) in &self.names {
            let path = path.to_string_lossy();
            if *name == "." {
                text = text.replace(&format!("{path}/"), "");
                if text == path {
                    text = ".".to_owned();
                }
            } else {
                text = text.replace(&*path, name);
            }
        }
        text
    }
}

/// The end of what a failed command printed, for a line of a report.
pub(super) fn last_words(output: &Output) -> String {
    let text = [&*output.stdout, &*output.stderr].map(String::from_utf8_lossy).concat();
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let from = lines.iter().position(|line| line.starts_with("error")).unwrap_or(lines.len().saturating_sub(8));
    lines[from..].iter().take(8).copied().collect::<Vec<_>>().join(" | ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_shown_as_one_types_them() {
        let evidence = Evidence::new(vec![("/checkout".into(), "."), ("/cache/1".into(), "$SYSROOT")]);
        let mut command = Command::new("/cache/1/bin/rustc");
        command.env("X", "1 2").args(["--target", "/checkout/targets/t.json", "a b"]).current_dir("/checkout");
        assert_eq!(evidence.shown(&command), "X='1 2' $SYSROOT/bin/rustc --target targets/t.json 'a b'");
    }

    #[test]
    fn a_failing_command_is_an_error_with_its_words() {
        let mut evidence = Evidence::default();
        let error = evidence.run(Command::new("sh").args(["-c", "echo error: why >&2; exit 3"])).unwrap_err();
        assert!(error.to_string().contains("error: why"), "{error}");
        assert!(!evidence.commands[0].succeeded);
    }
}
