//! The tests of one test binary, each in an instance of its own.
//!
//! Here because a test that traps, hangs, exits, eats memory or waits for itself would take the others of its process along, and because
//! tests that share nothing can run on all cores. The binary is asked for its tests once and is then entered at one test at a time; the words
//! it understands stand in `library/test/src/isolated.rs`. Each test has a temporary directory of its own.
//!
//! Left out: which tests are wanted (the caller selects), and how it looks (the caller is told of each end).

use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::{Access, Capture, Directory, Ended, Isolation, Outcome, Output, Setup};
use anyhow::{Context, Result, anyhow, bail, ensure};
use contract::exit;
use contract::isolated::{ABORTED_RIGHTLY, FAILED, LIST, MARK, TEST};

use record::{Ending, Record};

pub mod record;

/// How long the binary may take to tell its tests, and how many bytes that may be.
const LIST_TIME: Duration = Duration::from_secs(60);
const LIST_BYTES: usize = 64 << 20;

/// How the tests of a binary are run.
pub struct Options {
    /// What the records call the binary.
    pub binary: String,
    /// How many tests run at a time.
    pub jobs: usize,
    /// What every instance is given: grants, environment, current directory, limits. Arguments, standard streams and a temporary directory come
    /// from here.
    pub setup: Arc<dyn Fn() -> Setup + Send + Sync>,
    /// How many bytes of its output are kept of a test. `None`: its output goes to this process's.
    pub output: Option<usize>,
    /// Where the tests' temporary directories are made. `None`: in one that is made for it and removed.
    pub temporary: Option<PathBuf>,
}

/// A test of a binary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Test {
    /// Its number in the binary.
    pub index: usize,
    /// Its path, as libtest prints it.
    pub name: String,
    /// Whether it is a benchmark, which runs as a test: once.
    pub is_benchmark: bool,
    /// Whether it passes by panicking.
    pub should_panic: bool,
    /// Whether its author marks it as not to be run here; with the reason, which may be empty.
    pub ignored: Option<String>,
    /// Panics abort in this binary, so one that should panic ends by an exit.
    aborts: bool,
}

impl Test {
    /// A test that should return.
    #[must_use]
    pub fn new(index: usize, name: &str, ignored: Option<&str>) -> Test {
        let ignored = ignored.map(str::to_owned);
        Test { index, name: name.to_owned(), is_benchmark: false, should_panic: false, ignored, aborts: false }
    }
}

/// What is done about a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// It runs.
    Run,
    /// It is recorded as ignored.
    Ignore,
    /// Nothing: it is not recorded.
    Leave,
}

/// What happens in a run.
#[derive(Debug)]
pub enum Event<'a> {
    /// So many tests will run.
    Listed(usize),
    /// A test begins.
    Started(&'a Test),
    /// A test has ended, or is ignored. With what it printed, and the runtime's message after that.
    Ended(&'a Record, &'a str),
}

/// Every test that its author does not ignore runs.
#[must_use]
pub fn default_choice(test: &Test) -> Choice {
    if test.ignored.is_some() { Choice::Ignore } else { Choice::Run }
}

/// Whether the component is a test binary that can be entered at one test: one that libtest's main function makes, of our library. It is not
/// run for that.
///
/// # Errors
/// The file cannot be read.
pub fn knows(component: &Path) -> Result<bool> {
    let binary = fs::read(component).with_context(|| format!("cannot read {}", component.display()))?;
    Ok(contains(&binary, MARK.as_bytes()))
}

/// Runs the tests that are selected, in no particular order, and gives the records in the binary's order.
///
/// # Errors
/// The component cannot be run, or does not tell its tests.
pub fn run(
    component: &Path,
    options: &Options,
    select: &dyn Fn(&Test) -> Choice,
    progress: &mut dyn FnMut(Event<'_>),
) -> Result<Vec<Record>> {
    Binary::open(component, options)?.run(options, select, progress)
}

/// A test binary, ready to be run.
pub struct Binary {
    isolation: Isolation,
    tests: Vec<Test>,
}

impl Binary {
    /// Compiles the component (or finds it compiled) and asks for its tests.
    ///
    /// # Errors
    /// As [`run`].
    pub fn open(component: &Path, options: &Options) -> Result<Binary> {
        let isolation = Isolation::new(component, &(options.setup)()).map_err(|refusal| anyhow!("{refusal}"))?;
        let tests =
            list(&isolation, options).with_context(|| format!("cannot list the tests of {}", component.display()))?;
        Ok(Binary { isolation, tests })
    }

    /// Its tests.
    #[must_use]
    pub fn tests(&self) -> &[Test] {
        &self.tests
    }

    /// Runs the tests that are selected.
    ///
    /// # Errors
    /// As [`run`].
    pub fn run(
        &self,
        options: &Options,
        select: &dyn Fn(&Test) -> Choice,
        progress: &mut dyn FnMut(Event<'_>),
    ) -> Result<Vec<Record>> {
        let made = match options.temporary {
            Some(_) => None,
            None => Some(tempfile::tempdir().context("no temporary directory can be made for the tests")?),
        };
        let place =
            made.as_ref().map(tempfile::TempDir::path).or(options.temporary.as_deref()).expect("one of the two");
        let place = place.canonicalize().with_context(|| format!("{} is gone", place.display()))?;

        let choices: Vec<(&Test, Choice)> = self.tests.iter().map(|test| (test, select(test))).collect();
        let mut records = Vec::new();
        progress(Event::Listed(choices.iter().filter(|(_, choice)| *choice == Choice::Run).count()));
        for (test, _) in choices.iter().filter(|(_, choice)| *choice == Choice::Ignore) {
            let reason = test.ignored.clone().unwrap_or_default();
            let record = record(options, test, Ending::Ignored, None, reason);
            progress(Event::Ended(&record, &record.output));
            records.push((test.index, record));
        }

        let progress = RefCell::new(progress);
        let directories = RefCell::new(Directories { place, made: 0, free: Vec::new() });
        let wanted = choices.iter().filter(|(_, choice)| *choice == Choice::Run);
        let jobs = wanted.map(|&(test, _)| Job {
            test,
            output: options.output.map(Capture::new),
            directory: directories.borrow_mut().take(),
        });
        let setup = |job: &Job<'_>| {
            (progress.borrow_mut())(Event::Started(job.test));
            job.setup(options)
        };
        let done = |job: Job<'_>, ended: Ended| {
            let ending = ending(job.test, &ended);
            let output = job.output(ending, &ended.outcome);
            directories.borrow_mut().put_back(job.directory, ending);
            let kept = if ending.is_fine() { String::new() } else { output.clone() };
            let record = record(options, job.test, ending, Some(ended.time), kept);
            (progress.borrow_mut())(Event::Ended(&record, &output));
            records.push((job.test.index, record));
        };
        self.isolation.run(options.jobs, jobs, setup, done).map_err(|refusal| anyhow!("{refusal}"))?;
        records.sort_unstable_by_key(|(index, _)| *index);
        Ok(records.into_iter().map(|(_, record)| record).collect())
    }
}

/// The tests' temporary directories. Most tests leave theirs empty, and then it serves another one: making and removing one takes longer
/// than many a test.
struct Directories {
    place: PathBuf,
    made: usize,
    free: Vec<PathBuf>,
}

impl Directories {
    /// An empty one.
    fn take(&mut self) -> PathBuf {
        self.free.pop().unwrap_or_else(|| {
            self.made += 1;
            self.place.join(self.made.to_string())
        })
    }

    fn put_back(&mut self, directory: PathBuf, ending: Ending) {
        let is_empty = fs::read_dir(&directory).is_ok_and(|mut entries| entries.next().is_none());
        // A guest that was left behind may still use its own.
        if is_empty && ending != Ending::TimedOut {
            self.free.push(directory);
        } else {
            // What cannot be removed goes with the whole place.
            let _ = fs::remove_dir_all(directory);
        }
    }
}

/// A test on its way.
struct Job<'a> {
    test: &'a Test,
    /// `None`: it goes to this process's output.
    output: Option<Capture>,
    directory: PathBuf,
}

impl Job<'_> {
    fn setup(&self, options: &Options) -> Setup {
        let output = || self.output.clone().map_or(Output::Inherit, Output::Capture);
        let mut setup = Setup {
            arguments: vec![format!("{TEST}{}", self.test.index).into()],
            stdout: output(),
            stderr: output(),
            ..(options.setup)()
        };
        // A test without one fails when it wants one, not before.
        if fs::create_dir(&self.directory).is_ok() || self.directory.is_dir() {
            let (host, guest) = (self.directory.clone(), self.directory.clone().into());
            setup.directories.push(Directory { host, guest, access: Access::ReadWrite });
            // In front, so that a TMPDIR that the caller names wins.
            setup.environment.insert(0, ("TMPDIR".into(), self.directory.clone().into()));
        }
        setup
    }

    /// What the test printed, and the runtime's message.
    fn output(&self, ending: Ending, outcome: &Outcome) -> String {
        let mut text = String::new();
        if let Some(output) = &self.output {
            let kept = output.bytes();
            text.push_str(&String::from_utf8_lossy(&kept));
            let lost = output.total() - kept.len() as u64;
            if lost > 0 {
                end_line(&mut text);
                text.push_str(&format!("... and {lost} bytes more, which were not kept\n"));
            }
        }
        if !matches!(ending, Ending::Passed | Ending::Failed) {
            end_line(&mut text);
            match outcome {
                Outcome::Exited(exit::DEADLOCKED) => {}
                Outcome::Exited(code) => text.push_str(&format!("the test ended the program with exit code {code}\n")),
                outcome => text.push_str(&format!("{outcome}\n")),
            }
        }
        text
    }
}

fn end_line(text: &mut String) {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
}

fn record(options: &Options, test: &Test, ending: Ending, time: Option<Duration>, output: String) -> Record {
    Record { binary: options.binary.clone(), name: test.name.clone(), ending, time, output }
}

fn ending(test: &Test, ended: &Ended) -> Ending {
    match ended.outcome {
        Outcome::Exited(0) if ended.returned => Ending::Passed,
        Outcome::Exited(ABORTED_RIGHTLY) if test.aborts => Ending::Passed,
        Outcome::Exited(FAILED) => Ending::Failed,
        Outcome::Exited(exit::DEADLOCKED) => Ending::Deadlocked,
        Outcome::Exited(_) => Ending::Exited,
        Outcome::StackOverflowed(_) => Ending::StackOverflowed,
        Outcome::MemoryExhausted { .. } => Ending::MemoryExhausted,
        Outcome::TimedOut { .. } => Ending::TimedOut,
        Outcome::Deadlocked { .. } => Ending::Deadlocked,
        Outcome::Refused(_) => Ending::NotRun,
        _ => Ending::Trapped,
    }
}

/// Asks the binary for its tests.
fn list(isolation: &Isolation, options: &Options) -> Result<Vec<Test>> {
    let (stdout, stderr) = (Capture::new(LIST_BYTES), Capture::new(1 << 16));
    let setup = |_: &()| Setup {
        arguments: vec![LIST.into()],
        stdout: Output::Capture(stdout.clone()),
        stderr: Output::Capture(stderr.clone()),
        time_limit: Some(LIST_TIME),
        ..(options.setup)()
    };
    let mut end = None;
    isolation.run(1, [()], setup, |(), ended| end = Some(ended.outcome)).map_err(|refusal| anyhow!("{refusal}"))?;
    let stderr = String::from_utf8_lossy(&stderr.bytes()).into_owned();
    match end.context("it was not run")? {
        Outcome::Exited(0) => {}
        outcome => bail!("{outcome}\n{stderr}"),
    }
    parse(&String::from_utf8(stdout.bytes()).context("the list is not UTF-8")?)
}

fn parse(list: &str) -> Result<Vec<Test>> {
    let lines = list.strip_prefix(MARK).context("it is no test binary that can be entered at one test")?;
    lines
        .lines()
        .enumerate()
        .map(|(index, line)| test(index, line).with_context(|| format!("{line:?} is no test")))
        .collect()
}

fn test(index: usize, line: &str) -> Result<Test> {
    let fields: Vec<&str> = line.split('\t').collect();
    let [number, name, kind, should, run, reason] = fields[..] else { bail!("it has not six fields") };
    ensure!(number.parse() == Ok(index), "it should have number {index}");
    Ok(Test {
        index,
        name: name.to_owned(),
        is_benchmark: kind == "bench",
        should_panic: should != "return",
        ignored: (run == "ignore").then(|| reason.to_owned()),
        aborts: should == "abort",
    })
}

/// Whether the bytes of `part` stand in `whole`.
fn contains(whole: &[u8], part: &[u8]) -> bool {
    let first = part[0];
    let mut rest = whole;
    while let Some(at) = rest.iter().position(|byte| *byte == first) {
        if rest[at..].starts_with(part) {
            return true;
        }
        rest = &rest[at + 1..];
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_understood_and_a_damaged_one_is_an_error() {
        let list = format!("{MARK}0\ta::b\ttest\treturn\trun\t\n1\ta::c\tbench\tpanic\tignore\ttoo slow\n");
        let tests = parse(&list).unwrap();
        assert_eq!(tests[0].name, "a::b");
        assert!(!tests[0].should_panic && !tests[0].is_benchmark && tests[0].ignored.is_none());
        assert!(tests[1].should_panic && tests[1].is_benchmark);
        assert_eq!(tests[1].ignored.as_deref(), Some("too slow"));
        for damaged in
            [list.replace("\n1", "\n2"), list.replace("\treturn", ""), list.replace("version 2", "version 1")]
        {
            assert!(parse(&damaged).is_err(), "{damaged}");
        }
    }

    #[test]
    fn a_mark_is_found_wherever_it_stands() {
        assert!(contains(b"ababac", b"abac") && contains(b"abac", b"abac"));
        assert!(!contains(b"ababa", b"abac") && !contains(b"", b"a"));
    }
}
