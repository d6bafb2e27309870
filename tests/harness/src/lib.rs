//! Builds test programs for the target, runs them on the runtime and judges the outcome.
//!
//! A program is one file in `tests/programs/src/bin`, named after a behaviour. The oracle is the same program built for the
//! host: standard output and exit code must be equal, unless the program's header says what else to expect.
//!
//! | file | noun |
//! |---|---|
//! | [`program`] | a test program and what its header asks for |
//! | [`build`] | the whole package, built for host and target |
//! | [`run`] | one run of a program, on the host or on the runtime |
//! | [`verdict`] | what differs from what was expected |
//! | [`expectations`] | known failures: data, with a reason, and still run |
//! | [`record`] | how each test of a run ended, for reports |
//! | [`report`] | what people and CI are told about a run |
//! | [`suites`] | Rust's own test suites: built and run, for the target and natively |
//! | `plain` | programs without all that only makes programs faster |
//! | `schedules` | programs with threads, on schedules by seed |
//! | [`census`] | the table of what std can do here, from the programs that ask |
//!
//! The harness speaks to `cargo p3` and `component-run` as a user does: through processes; where a process for each test would be too slow,
//! through the runtime's library. Nothing here knows how they work.

pub mod build;
pub mod census;
pub mod expectations;
pub mod program;
pub mod record;
pub mod report;
pub mod run;
pub mod suites;
pub mod verdict;

mod plain;
mod schedules;
mod suite;

pub use suite::programs;
