//! An error that carries the step which mends it.
//!
//! Every error of `cargo p3` says what failed and why (the chain of causes) and, in a last line, what to do about it. It is an error type so
//! that the step can be given where it is known, and is printed once, at the end, where the whole chain is printed.

use std::fmt::{self, Display};

use anyhow::Result;

/// Adds the next step to an error.
pub trait Advise<T> {
    /// `step` is a sentence: what the reader can do now.
    ///
    /// # Errors
    /// Whatever it was called on.
    fn advise(self, step: impl Display) -> Result<T>;
}

impl<T, E: Into<anyhow::Error>> Advise<T> for Result<T, E> {
    fn advise(self, step: impl Display) -> Result<T> {
        self.map_err(|error| Advised { error: error.into(), step: step.to_string() }.into())
    }
}

/// Prints an error, its causes, and the steps that were advised, to standard error.
pub fn report(error: &anyhow::Error) {
    eprintln!("error: {error:#}");
    for step in error.chain().filter_map(|cause| cause.downcast_ref::<Advised>()) {
        eprintln!("help: {}", step.step);
    }
}

#[derive(Debug)]
struct Advised {
    error: anyhow::Error,
    step: String,
}

impl Display for Advised {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(formatter)
    }
}

impl std::error::Error for Advised {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.error.source()
    }
}
