//! `cargo p3 std-test`: Rust's own test suites for the target, or natively to compare with.
//!
//! The suites are the harness's; here is what a person says and sees. Left out: which failures are known (`tests/expectations`, carried along)
//! and what a report looks like (the harness's `report`).

use std::cell::RefCell;
use std::ffi::OsString;
use std::io::IsTerminal;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};
use std::{env, thread};

use anyhow::{Context, Result, ensure};
use cargo_p3::advice::{self, Advise};
use cargo_p3::guest::Guest;
use cargo_p3::process;
use cargo_p3::progress::Steps;
use cargo_p3::target::{COMPONENT, Choice, Target, WASIP3, WEB};
use clap::Parser;
use harness::expectations::Expectations;
use harness::record::{Ending, Record, Side, SuiteRecord};
use harness::report::{self, Environment, Partition, Report, Run, Selection};
use harness::suites::Suite;
use harness::suites::build::{Binary, Place, rustc_arguments};
use harness::suites::documentation::Documentation;
use harness::suites::run::{Runner, Step, Wanted};
use indicatif::{ProgressBar, ProgressStyle};
use overlay::RUST_RELEASE;
use signal_hook::consts::SIGINT;
use signal_hook::flag::register_conditional_shutdown;

/// The name under which cargo starts this executable around rustc while it compiles the suites.
const RUSTC_WRAPPER: &str = "std-test-rustc";

/// The known failures of each target, as they were when this executable was built.
const EXPECTATIONS: [(Target, &str); 2] = [
    (WASIP3, include_str!("../../expectations/wasm32-wasip3.toml")),
    (COMPONENT, include_str!("../../expectations/wasm32-component.toml")),
];

/// How long one test binary may run.
const PATIENCE: Duration = Duration::from_secs(20 * 60);

/// Run Rust's own test suites: those of core, alloc, std and libtest
#[derive(Parser)]
#[command(name = "cargo p3 std-test", bin_name = "cargo p3 std-test")]
struct Arguments {
    /// The suites to run: test, coretests, alloctests, std, std-tests, doc-core, doc-alloc, doc-std; `doc` for the last three. All but those
    /// if none is named
    #[arg(value_name = "SUITE", value_parser = named)]
    suites: Vec<Named>,
    /// The target: wasm32-wasip3; or wasm32-component or wasm32-component-web, for which only the suites of core and alloc and libtest are made
    #[arg(long, default_value = WASIP3.name, value_parser = target)]
    target: Target,
    /// Run what is for the web in chromium or firefox, without a window, instead of in Node
    #[arg(long, value_name = "NAME", conflicts_with = "native")]
    browser: Option<String>,
    /// Run only tests whose names contain this
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// How many tests run at once [default: one for each core]
    #[arg(long, short, value_name = "N")]
    jobs: Option<NonZero<usize>>,
    /// Run only this share of each suite: 2/8 is the second of eight
    #[arg(long, value_name = "I/N")]
    partition: Option<Partition>,
    /// Run each test in an instance of its own, in parallel: one that traps, hangs or exits disturbs no other
    #[arg(long, conflicts_with = "native")]
    isolate: bool,
    /// How many seconds a test may take with --isolate
    #[arg(long, value_name = "SECONDS", default_value = "60", requires = "isolate")]
    timeout: NonZero<u32>,
    /// Run on this machine, compiled for it, to compare with
    #[arg(long)]
    native: bool,
    /// Write a report for machines and one for people into this directory; what it has of earlier runs is compared with
    #[arg(long, value_name = "DIR")]
    report: Option<PathBuf>,
    /// Run nothing: make one report in --report DIR of the reports (report.json) of several partitions
    #[arg(long, value_name = "FILE", num_args = 1.., requires = "report", conflicts_with_all = ["suites", "filter", "partition", "isolate", "native"])]
    merge: Vec<PathBuf>,
    /// The list of known failures, if it shall not be the one this program carries along
    #[arg(long, value_name = "FILE")]
    expectations: Option<PathBuf>,
}

/// The suites that one word means.
#[derive(Clone)]
struct Named(Vec<Suite>);

fn named(word: &str) -> Result<Named, harness::suites::UnknownSuite> {
    Suite::named(word).map(Named)
}

fn target(word: &str) -> Result<Target> {
    Target::named(word).with_context(|| format!("it is {}", Target::ALL.map(|target| target.name).join(" or ")))
}

fn main() -> ExitCode {
    let called = env::args_os().next().unwrap_or_default();
    let name = Path::new(&called).file_stem().and_then(|name| name.to_str()).unwrap_or_default();
    let is_compiler = env::args_os().nth(1).is_some_and(|first| first == cargo_p3::AS);
    let result = match name {
        "std-test" if !is_compiler => run(&Arguments::parse()),
        RUSTC_WRAPPER => rustc(),
        // The sysroot's links for this executable: compiler, linker, runtime.
        _ => return cargo_p3::main(),
    };
    result.unwrap_or_else(|error| {
        advice::report(&error);
        ExitCode::FAILURE
    })
}

/// Runs suites.
///
/// # Errors
/// No toolchain, a suite that does not compile, a report that cannot be written. A test that fails is an exit code.
fn run(arguments: &Arguments) -> Result<ExitCode> {
    let expectations = match &arguments.expectations {
        Some(file) => Expectations::read(file)?,
        None => {
            let of_target = EXPECTATIONS.iter().find(|(target, _)| *target == arguments.target).map(|(_, text)| *text);
            toml::from_str(of_target.unwrap_or_default())
                .context("in the list of known failures that this program carries")?
        }
    };
    let report = match (&arguments.report, arguments.merge.is_empty()) {
        (Some(directory), false) => report::merge(directory, &arguments.merge, &expectations)?,
        (directory, _) => {
            let run = run_suites(arguments, &expectations)?;
            match directory {
                Some(directory) => report::write(directory, &run, &expectations)?,
                None => Report::of(&run, &expectations),
            }
        }
    };
    process::print(&report.terminal())?;
    Ok(if report.is_red() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn run_suites(arguments: &Arguments, expectations: &Expectations) -> Result<Run> {
    let side = if arguments.native { Side::Native } else { Side::Target };
    let selection = Selection { filter: arguments.filter.clone(), partition: arguments.partition };
    if side == Side::Native {
        // A shell's background job ignores Ctrl-C and so do its children, where std's tests of processes wait for one that it ends. A handler is
        // not inherited.
        let always = Arc::new(AtomicBool::new(true));
        register_conditional_shutdown(SIGINT, 130, always).context("Ctrl-C cannot be handled")?;
    }
    let choice = Choice { targets: vec![arguments.target], default: Some(arguments.target.name.to_owned()) };
    let guest = Guest::ready_for(&[RUSTC_WRAPPER], choice, false, false)?;
    let session = Session::new(&guest, side, arguments, selection, expectations)?;
    let chosen: Vec<Suite> = Suite::ALL
        .into_iter()
        .filter(|suite| match arguments.suites.is_empty() {
            true => suite.documented().is_none(),
            false => arguments.suites.iter().any(|named| named.0.contains(suite)),
        })
        .collect();
    let _lock = session.place.lock()?;
    let mut suites = Vec::new();
    let library = session.build("the library for the suites", |progress| session.place.library(progress))?.1;
    for suite in chosen {
        let (binaries, build) = session.build(suite.name(), |progress| session.place.suite(suite, progress))?;
        let start = Instant::now();
        let tests = session.run(suite, &binaries)?;
        let build = if suites.is_empty() { library + build } else { build };
        let isolated = arguments.isolate && suite.documented().is_none();
        suites.push(SuiteRecord { suite: suite.name().into(), side, isolated, build, run: start.elapsed(), tests });
    }
    Ok(Run { suites, environment: environment(&guest, side, arguments), selection: session.selection })
}

/// One side, ready to build and run.
struct Session<'a> {
    place: Place<'a>,
    runner: Runner,
    jobs: usize,
    selection: Selection,
    expectations: &'a Expectations,
}

impl<'a> Session<'a> {
    fn new(
        guest: &'a Guest,
        side: Side,
        arguments: &Arguments,
        selection: Selection,
        expectations: &'a Expectations,
    ) -> Result<Session<'a>> {
        let sysroot = guest.sysroot();
        let of = match side {
            Side::Target => arguments.target.name,
            Side::Native => sysroot.toolchain().host(),
        };
        // Beside the sysroot it belongs to, so that `clean --cache` finds both.
        let mut directory = OsString::from(sysroot.path());
        directory.push(".std-test");
        let place = Place {
            sysroot,
            side,
            target: arguments.target.name,
            directory: PathBuf::from(directory).join(of),
            rustc_wrapper: guest.tool(RUSTC_WRAPPER),
            linker: guest.tool("component-ld"),
        };
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        let jobs = arguments.jobs.map_or(cores, NonZero::get);
        let limit = Duration::from_secs(arguments.timeout.get().into());
        let isolated = arguments.isolate.then_some((limit, jobs));
        let is_web = side == Side::Target && arguments.target == WEB;
        ensure!(!is_web || isolated.is_none(), "the web's suites run as a whole: leave out --isolate");
        let web = is_web.then(|| cargo_p3::web::runner(guest, arguments.browser.as_deref())).transpose()?;
        let runner = Runner { side, component_run: guest.tool("component-run"), web, patience: PATIENCE, isolated };
        Ok(Session { place, runner, jobs, selection, expectations })
    }

    /// Builds something, and says how long it took.
    fn build<T>(&self, what: &str, work: impl FnOnce(&mut dyn FnMut(&str)) -> Result<T>) -> Result<(T, Duration)> {
        let start = Instant::now();
        let steps = Steps::begin(&format!("Building {what}"));
        let mut done = 0;
        let built = work(&mut |name| {
            done += 1;
            steps.step(done, done, name);
        });
        let built =
            built.advise("the sources are those of the sysroot: `cargo p3 doctor` tells whether it is whole")?;
        steps.finish();
        Ok((built, start.elapsed()))
    }

    fn run(&self, suite: Suite, binaries: &[Binary]) -> Result<Vec<Record>> {
        let watch = Watch::begin(suite);
        let mut progress = |step: Step<'_>| watch.step(&step);
        if let Some(documented) = suite.documented() {
            let tests = Documentation { place: &self.place, runner: &self.runner, documented, jobs: self.jobs };
            return tests.run(&self.selection, &mut progress);
        }
        let unignored = |binary: &str, name: &str| {
            self.place.side == Side::Target && self.expectations.runs(suite.name(), binary, name)
        };
        let wanted = Wanted { selection: &self.selection, unignored: &unignored };
        let mut records = Vec::new();
        let mut place = 0;
        for binary in binaries {
            records.extend(self.runner.run(binary, &wanted, &mut place, &mut progress)?);
        }
        Ok(records)
    }
}

fn environment(guest: &Guest, side: Side, arguments: &Arguments) -> Environment {
    let words: Vec<String> = env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    let words = words.strip_prefix(&["p3".to_owned()]).unwrap_or(&words);
    let command = format!("cargo p3 {}", words.join(" "));
    let (sysroot, runtime) = match side {
        Side::Native => (String::new(), "a process of the host".to_owned()),
        Side::Target => {
            let hash = guest.sysroot().path().file_name().unwrap_or_default().to_string_lossy().into_owned();
            let runtime = match &arguments.browser {
                _ if arguments.target != WEB => concat!("component-run ", env!("CARGO_PKG_VERSION")),
                Some(browser) => browser,
                None => "Node",
            };
            (hash, runtime.to_owned())
        }
    };
    Environment::here(format!("rustc {RUST_RELEASE}"), sysroot, runtime, command)
}

/// What a person sees while tests run: a bar, and what failed.
struct Watch {
    suite: Suite,
    bar: ProgressBar,
    state: RefCell<Seen>,
}

struct Seen {
    planned: usize,
    ended: usize,
    failed: usize,
    /// When a line was last printed because there is no terminal for a bar.
    told: Instant,
}

/// How often that is.
const SILENCE: Duration = Duration::from_secs(30);

impl Watch {
    fn begin(suite: Suite) -> Watch {
        let style = ProgressStyle::with_template("{prefix} [{bar:30}] {pos}/{len}, {eta} left {msg}");
        let style = style.expect("the template is right").progress_chars("=> ");
        let bar = if std::io::stderr().is_terminal() { ProgressBar::new(0) } else { ProgressBar::hidden() };
        if bar.is_hidden() {
            eprintln!("Running {suite} ...");
        }
        let seen = Seen { planned: 0, ended: 0, failed: 0, told: Instant::now() };
        Watch { suite, bar: bar.with_style(style).with_prefix(suite.name()), state: RefCell::new(seen) }
    }

    fn step(&self, step: &Step<'_>) {
        let mut seen = self.state.borrow_mut();
        match step {
            Step::Planned(more) => {
                seen.planned += more;
                self.bar.set_length(seen.planned as u64);
            }
            Step::Started(name) => self.bar.set_message(format!("({} failed) {name}", seen.failed)),
            Step::Ended(record) => {
                // One that is ignored was not planned where each has an instance of its own.
                seen.ended += usize::from(record.ending != Ending::Ignored);
                self.bar.set_position(seen.ended as u64);
                if self.bar.is_hidden() && seen.told.elapsed() > SILENCE {
                    eprintln!("{}: {} of {}, {} failed ...", self.suite, seen.ended, seen.planned, seen.failed);
                    seen.told = Instant::now();
                }
                if !record.ending.is_fine() {
                    seen.failed += 1;
                    self.bar.suspend(|| self.tell(record));
                }
            }
        }
    }

    /// A failure, with what the test said.
    fn tell(&self, record: &Record) {
        let how = match record.ending {
            Ending::Failed => "failed".to_owned(),
            other => format!("{other:?}"),
        };
        eprintln!("---- {} {}::{} {how}", self.suite, record.binary, record.name);
        if !record.output.is_empty() {
            eprintln!("{}", record.output.trim_end());
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// Becomes the rustc that is the first argument, for cargo, while it compiles the suites.
///
/// # Errors
/// It cannot be started.
fn rustc() -> Result<ExitCode> {
    let mut arguments = env::args_os().skip(1);
    let rustc = arguments.next().context("this is started by cargo, with a rustc as the first argument")?;
    let mut command = Command::new(rustc);
    command.args(rustc_arguments(arguments));
    Err(process::replace_by(command))
}
