//! `cargo p3 test --isolate`: the tests of one binary, each in an instance of its own, shown as libtest shows them.
//!
//! A test that does not end in the way tests do (it traps, hangs, exits, waits for itself, eats memory) says so in its line, and its output is
//! followed by the runtime's message. Everything else is as with libtest, whose readers are many: lines, sections, summary, exit code.

use std::fmt::Write as _;
use std::io::IsTerminal;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use component_run::Setup;
use component_run::isolated::record::{Ending, Record};
use component_run::isolated::{Binary, Choice, Event, Options, Test};
use contract::exit::FAILED;

use crate::libtest::{Arguments, Color, Format};
use crate::process;

/// How long a test may run and how much memory it may have where the user does not say: tests of a whole machine's size are rare, and one
/// that eats or hangs is not to take the others along.
const TIME: Duration = Duration::from_secs(300);
const MEMORY: u64 = 1 << 30;

/// How many bytes of a test's output are kept.
const OUTPUT: usize = 1 << 20;

/// How many characters a line of the terse format has.
const COLUMNS: usize = 88;

/// Runs the tests of `component` that `arguments` choose. Their temporary directories are made in `temporary`.
///
/// # Errors
/// The component cannot be run, or does not tell its tests.
pub(crate) fn run(component: &Path, setup: Setup, arguments: &Arguments, temporary: &Path) -> Result<ExitCode> {
    let template = Setup {
        time_limit: setup.time_limit.or(Some(TIME)),
        memory_limit: setup.memory_limit.or(Some(MEMORY)),
        ..setup
    };
    let options = Options {
        binary: component.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
        jobs: arguments.jobs()?,
        setup: Arc::new(move || template.without_streams()),
        output: (!arguments.prints()).then_some(OUTPUT),
        temporary: Some(temporary.to_owned()),
    };
    let binary = Binary::open(component, &options)?;
    if arguments.list {
        process::print(&list(binary.tests(), arguments))?;
        return Ok(ExitCode::SUCCESS);
    }
    let start = Instant::now();
    let mut console = Console::new(arguments, binary.tests());
    let mut shown = Ok(());
    let mut progress = |event: Event<'_>| {
        let text = console.text(event);
        if shown.is_ok() {
            shown = process::print(&text);
        }
    };
    binary.run(&options, &|test| arguments.choose(test), &mut progress)?;
    shown?;
    let (summary, passed) = console.summary(start.elapsed());
    process::print(&summary)?;
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::from(FAILED) })
}

/// What `--list` says.
fn list(tests: &[Test], arguments: &Arguments) -> String {
    let chosen = || tests.iter().filter(|test| arguments.choose(test) != Choice::Leave);
    let mut text = String::new();
    for test in chosen() {
        let _ = writeln!(text, "{}: {}", test.name, if test.is_benchmark { "benchmark" } else { "test" });
    }
    if arguments.format() == Format::Pretty {
        let benchmarks = chosen().filter(|test| test.is_benchmark).count();
        let tests = chosen().count() - benchmarks;
        let plural = |count: usize| if count == 1 { "" } else { "s" };
        if tests + benchmarks > 0 {
            text.push('\n');
        }
        let _ = writeln!(text, "{tests} test{}, {benchmarks} benchmark{}", plural(tests), plural(benchmarks));
    }
    text
}

/// What a person sees of a run.
struct Console<'a> {
    tests: &'a [Test],
    format: Format,
    has_colors: bool,
    shows_output: bool,
    /// How many tests are chosen, those to be ignored included.
    chosen: usize,
    seen: usize,
    passed: usize,
    ignored: usize,
    /// Names and outputs.
    failures: Vec<(String, String)>,
    successes: Vec<(String, String)>,
}

impl<'a> Console<'a> {
    fn new(arguments: &Arguments, tests: &'a [Test]) -> Console<'a> {
        let has_colors = match arguments.color {
            Color::Auto => std::io::stdout().is_terminal(),
            Color::Always => true,
            Color::Never => false,
        };
        Console {
            tests,
            format: arguments.format(),
            has_colors,
            shows_output: arguments.show_output,
            chosen: tests.iter().filter(|test| arguments.choose(test) != Choice::Leave).count(),
            seen: 0,
            passed: 0,
            ignored: 0,
            failures: Vec::new(),
            successes: Vec::new(),
        }
    }

    /// What is printed about an event.
    fn text(&mut self, event: Event<'_>) -> String {
        match event {
            Event::Listed(_) => format!("\nrunning {} test{}\n", self.chosen, if self.chosen == 1 { "" } else { "s" }),
            Event::Started(_) => String::new(),
            Event::Ended(record, output) => {
                self.count(record, output);
                match self.format {
                    Format::Pretty => self.line(record),
                    Format::Terse => self.character(record),
                }
            }
        }
    }

    fn count(&mut self, record: &Record, output: &str) {
        self.seen += 1;
        let shown = || (record.name.clone(), output.to_owned());
        match record.ending {
            Ending::Passed => {
                self.passed += 1;
                if self.shows_output {
                    self.successes.push(shown());
                }
            }
            Ending::Ignored => self.ignored += 1,
            _ => self.failures.push(shown()),
        }
    }

    fn line(&self, record: &Record) -> String {
        let is_run = record.ending != Ending::Ignored;
        let should_panic = self.tests.iter().any(|test| test.name == record.name && test.should_panic && is_run);
        let mode = if should_panic { " - should panic" } else { "" };
        let mut line = format!("test {}{mode} ... {}", record.name, self.word(record.ending));
        if record.ending == Ending::Ignored && !record.output.is_empty() {
            let _ = write!(line, ", {}", record.output);
        }
        line.push('\n');
        line
    }

    fn word(&self, ending: Ending) -> String {
        let (color, word, more) = match ending {
            Ending::Passed => (GREEN, "ok", ""),
            Ending::Ignored => (YELLOW, "ignored", ""),
            Ending::Failed => (RED, "FAILED", ""),
            Ending::Trapped => (RED, "FAILED", ", trapped"),
            Ending::StackOverflowed => (RED, "FAILED", ", stack overflow"),
            Ending::MemoryExhausted => (RED, "FAILED", ", out of memory"),
            Ending::TimedOut => (RED, "FAILED", ", timed out"),
            Ending::Deadlocked => (RED, "FAILED", ", deadlocked"),
            Ending::Exited => (RED, "FAILED", ", exited"),
            Ending::NotRun => (RED, "FAILED", ", not run"),
        };
        self.colored(color, word) + more
    }

    fn character(&self, record: &Record) -> String {
        if !record.ending.is_fine() {
            let line = format!("{} --- {}\n", record.name, self.word(record.ending));
            return if self.seen % COLUMNS == 1 { line } else { format!("\n{line}") };
        }
        let mut text = match record.ending {
            Ending::Ignored => self.colored(YELLOW, "i"),
            _ => self.colored(GREEN, "."),
        };
        if self.seen.is_multiple_of(COLUMNS) {
            let _ = writeln!(text, " {}/{}", self.seen, self.chosen);
        }
        text
    }

    fn colored(&self, color: &str, word: &str) -> String {
        if self.has_colors { format!("{color}{word}\x1b[0m") } else { word.to_owned() }
    }

    /// What is printed last, and whether all is well.
    fn summary(mut self, time: Duration) -> (String, bool) {
        let mut text = String::new();
        if self.format == Format::Terse {
            text.push('\n');
        }
        let (successes, failures) = (std::mem::take(&mut self.successes), std::mem::take(&mut self.failures));
        if self.shows_output {
            section(&mut text, "successes", &successes);
        }
        if !failures.is_empty() {
            section(&mut text, "failures", &failures);
        }
        let result = if failures.is_empty() { self.colored(GREEN, "ok") } else { self.colored(RED, "FAILED") };
        let _ = write!(
            text,
            "\ntest result: {result}. {} passed; {} failed; {} ignored; 0 measured; {} filtered out; finished in {:.2}s\n\n",
            self.passed,
            failures.len(),
            self.ignored,
            self.tests.len() - self.chosen,
            time.as_secs_f64()
        );
        (text, failures.is_empty())
    }
}

const GREEN: &str = "\x1b[32m";
const YELLOW: &str = "\x1b[33m";
const RED: &str = "\x1b[31m";

/// The outputs of tests, and their names once more.
fn section(text: &mut String, title: &str, tests: &[(String, String)]) {
    let _ = writeln!(text, "\n{title}:");
    for (name, output) in tests.iter().filter(|(_, output)| !output.is_empty()) {
        let _ = write!(text, "\n---- {name} stdout ----\n{output}");
        if !output.ends_with('\n') {
            text.push('\n');
        }
    }
    let mut names: Vec<&str> = tests.iter().map(|(name, _)| &**name).collect();
    names.sort_unstable();
    let _ = writeln!(text, "\n{title}:");
    for name in names {
        let _ = writeln!(text, "    {name}");
    }
}
