//! Entering a test binary at one test.
//!
//! Here because a harness outside gives each test an instance of its own: it asks once for the list, and then for one test by its number,
//! without options, threads, sorting and frame of output. Between guest and harness stand two words, each as the only argument:
//!
//! - [`LIST`] writes the first line [`MARK`], and then a line for each test: its number, name, kind (`test`, `bench`), what it should do
//!   (`return`, `panic`, `abort`), `run` or `ignore`, the reason to ignore it; with tabs between.
//! - [`TEST`] and a number run that test. It has passed if main returns. One that fails exits with [`FAILED`], which no panic and hardly a test
//!   exits with itself, and what it is blamed for stands on stderr. Where panics abort, nothing returns after one: a test that should panic and
//!   did so exits with [`ABORTED_RIGHTLY`].
//!
//! A binary that holds [`MARK`] knows the words.

use std::io::{self, Write};
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::{env, process};

use crate::options::ShouldPanic;
use crate::test_result::{TR_OK, TestResult, calc_result};
use crate::types::{Runnable, TestDescAndFn, TestFn};

const LIST: &str = "--isolated-list";
const TEST: &str = "--isolated-test=";
const MARK: &str = "isolated tests, version 2: number, name, kind, should, run or ignore, reason\n";
const ABORTED_RIGHTLY: i32 = TR_OK;
const FAILED: i32 = TR_OK + 1;

/// What a panic does in this binary.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Panics {
    Unwind,
    Abort,
}

/// Does what the hidden words ask for. Says whether there was one.
pub(crate) fn entered(tests: &[&TestDescAndFn], panics: Panics) -> bool {
    let Some(word) = env::args_os().nth(1) else { return false };
    let Some(word) = word.to_str() else { return false };
    if word == LIST {
        list(tests, panics).unwrap_or_else(|error| fail(&format!("the list of tests cannot be written: {error}")));
        return true;
    }
    let Some(number) = word.strip_prefix(TEST) else { return false };
    match number.parse().ok().and_then(|number: usize| tests.get(number)) {
        Some(test) => run(test, panics),
        None => fail(&format!("there is no test {number}: the tests are numbered from 0 to {}", tests.len())),
    }
    true
}

fn list(tests: &[&TestDescAndFn], panics: Panics) -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    out.write_all(MARK.as_bytes())?;
    for (number, TestDescAndFn { desc, testfn }) in tests.iter().enumerate() {
        let kind = match testfn {
            TestFn::StaticBenchFn(_) => "bench",
            _ => "test",
        };
        let should = match (desc.should_panic, panics) {
            (ShouldPanic::No, _) => "return",
            (_, Panics::Unwind) => "panic",
            (_, Panics::Abort) => "abort",
        };
        let run = if desc.ignore { "ignore" } else { "run" };
        let reason = desc.ignore_message.unwrap_or_default().replace(['\n', '\t'], " ");
        writeln!(out, "{number}\t{}\t{kind}\t{should}\t{run}\t{reason}", desc.name)?;
    }
    out.flush()
}

/// Runs a test, a benchmark as one iteration of it. Returns if it passed.
fn run(test: &TestDescAndFn, panics: Panics) {
    let desc = &test.desc;
    let function = match test.testfn {
        TestFn::StaticTestFn(function) => TestFn::StaticTestFn(function),
        TestFn::StaticBenchFn(function) => TestFn::StaticBenchAsTestFn(function),
        _ => fail(&format!("{} is no function: only tests that are can be run alone", desc.name)),
    };
    let Runnable::Test(function) = function.into_runnable() else { unreachable!("benchmarks run as tests") };
    if panics == Panics::Abort {
        let desc = desc.clone();
        let tell = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            tell(info);
            judge(calc_result(&desc, Some(info.payload()), None, None));
            process::exit(ABORTED_RIGHTLY);
        }));
    }
    let result = crate::fold_err(catch_unwind(AssertUnwindSafe(|| function.run())));
    judge(calc_result(desc, result.err().as_deref(), None, None));
}

/// Returns if it passed.
fn judge(result: TestResult) {
    match result {
        TestResult::TrOk => {}
        TestResult::TrFailedMsg(message) => fail(&format!("note: {message}")),
        _ => process::exit(FAILED),
    }
}

fn fail(message: &str) -> ! {
    eprintln!("{message}");
    process::exit(FAILED);
}
