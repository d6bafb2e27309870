//! What a person sees while something takes long: a bar or a spinner on a terminal, one line at the beginning and one at the end elsewhere.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// Shows that something is going on until the result is dropped.
pub(crate) fn waiting(what: &str) -> Waiting {
    if std::io::stderr().is_terminal() {
        let style = ProgressStyle::with_template("{spinner} {msg} ({elapsed})").expect("the template is right");
        let bar = ProgressBar::new_spinner().with_style(style).with_message(what.to_owned());
        bar.enable_steady_tick(Duration::from_millis(120));
        Waiting(Some(bar))
    } else {
        eprintln!("{what} ...");
        Waiting(None)
    }
}

/// A spinner; dropping it removes it.
pub(crate) struct Waiting(Option<ProgressBar>);

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

/// A job of so many steps.
pub struct Steps {
    what: String,
    start: Instant,
    bar: Option<ProgressBar>,
}

impl Steps {
    /// Announces the job.
    #[must_use]
    pub fn begin(what: &str) -> Steps {
        let bar = std::io::stderr().is_terminal().then(|| {
            let style =
                ProgressStyle::with_template("{prefix} [{bar:30}] {pos}/{len} {msg}").expect("the template is right");
            let bar = ProgressBar::new(0).with_style(style.progress_chars("=> ")).with_prefix(what.to_owned());
            bar.enable_steady_tick(Duration::from_millis(500));
            bar
        });
        if bar.is_none() {
            eprintln!("{what} ...");
        }
        Steps { what: what.to_owned(), start: Instant::now(), bar }
    }

    /// `done` of `total` steps are done, the last of them being `name`.
    pub fn step(&self, done: usize, total: usize, name: &str) {
        if let Some(bar) = &self.bar {
            bar.set_length(total as u64);
            bar.set_position(done as u64);
            bar.set_message(name.to_owned());
        }
    }

    /// Prints lines that are to stay.
    pub fn say(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| eprint!("{text}")),
            None => eprint!("{text}"),
        }
    }

    /// The job is done: says how long it took.
    pub fn finish(self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        eprintln!("{}: done in {} s", self.what, self.start.elapsed().as_secs());
    }
}

impl Drop for Steps {
    fn drop(&mut self) {
        // After a failure too, the error must not be printed into the bar.
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
