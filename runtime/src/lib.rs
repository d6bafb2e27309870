//! Runs a WASI 0.3 command component: the runtime behind `component-run`, the tests and `cargo p3 run`.
//!
//! Here because a test and a launcher want more than the wasmtime CLI gives: an outcome that says how a run ended (a trap, a deadlock, a
//! limit) instead of a hang or a generic error, time limits that hold for a guest that computes as well as for one that waits, captured
//! output, and nothing granted that was not asked for.
//!
//! ```no_run
//! use component_run::{Capture, Output, Setup, run};
//!
//! let stdout = Capture::new(1 << 20);
//! let setup = Setup { stdout: Output::Capture(stdout.clone()), ..Setup::default() };
//! let outcome = run("hello.wasm", setup);
//! assert_eq!(outcome.exit_code(), 0);
//! assert_eq!(stdout.bytes(), b"hello\n");
//! ```
//!
//! [`invoke`] calls one exported function of a component instead. Left out: WASI 0.1 and 0.2, HTTP, and hosts that are not Unix.

#![cfg_attr(not(unix), allow(unused))]
#[cfg(not(unix))]
compile_error!(
    "component-run supports Unix hosts only: it relies on poll(2) and on file descriptors for the standard streams"
);

mod baseline;
mod cache;
mod code;
mod command_line;
mod compiling;
mod component;
mod computing;
mod deadlock;
mod description;
mod ending;
mod engine;
mod host;
mod interrupt;
mod invoke;
pub mod isolated;
mod isolation;
mod last_words;
mod limits;
mod outcome;
mod plain;
mod refusal;
mod repeat;
mod run;
mod schedule;
mod search;
mod setup;
mod stacks;
mod trap;
mod verdict;
mod waiting;
mod walk;
mod watchdog;

pub use cache::Cache;
pub use command_line::{Options, main};
pub use ending::{end_with_cargo, remove_at_signal};
pub use isolation::{Ended, Isolation};
pub use outcome::Outcome;
pub use refusal::Refusal;
pub use run::{invoke, run};
pub use setup::{Access, Capture, Directory, Features, Input, Network, Output, Setup};
pub use trap::{Frame, Trap};
pub use verdict::{Kind, Verdict};
pub use waiting::{Blocked, Place, Waiting};
