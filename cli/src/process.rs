//! Becoming another program, and writing for one that may stop reading.

use std::io::{ErrorKind, Write};
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

use anyhow::{Context, Error, Result};

/// Replaces this process by the command, so that exit codes, signals and the terminal are nobody's business but its own. Returns only if it
/// cannot be started.
#[must_use]
pub fn replace_by(mut command: Command) -> Error {
    let error = command.exec();
    Error::new(error).context(format!("cannot start {}", command.get_program().display()))
}

/// Prints to standard output. A reader that went away has seen what it wanted.
///
/// # Errors
/// Standard output cannot be written for another reason.
pub fn print(text: &str) -> Result<()> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => result.context("standard output cannot be written"),
    }
}

/// The exit code of a process that was waited for: its own, or 128 + the signal that ended it.
pub(crate) fn exit_code(status: std::process::ExitStatus) -> ExitCode {
    use std::os::unix::process::ExitStatusExt;
    let code = status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0));
    ExitCode::from(u8::try_from(code).unwrap_or(u8::MAX))
}
