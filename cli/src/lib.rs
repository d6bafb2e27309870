//! cargo p3: build, run and test Rust programs as WASI 0.3 components.
//!
//! One executable plays every part of a build, by the name it is called by; the links stand in a sysroot's `bin-HASH/` (see `guest`). Who calls whom:
//!
//! ```text
//! a person    cargo-p3           finds the toolchain, makes the sysroot, becomes that toolchain's cargo
//! cargo       rustc, rustdoc     scripts: `cargo-p3 as .../rustc` becomes the real one, with our sysroot and our target (wrapper)
//!             clippy             the same around clippy's driver
//!             cargo-p3-runner    runs the component for `cargo run`, `test` and `bench`, or has the user's own runner do it (runner)
//! a runner    cargo-p3-run       runs the component
//! rustc       component-ld       links                                                      (component_ld)
//! a person    component-run      runs a component                                           (component_run)
//!             NAME               an installed program's launcher: `cargo-p3 p3 launch`      (launcher, runner)
//! ```
//!
//! A library, because tools of this checkout that users do not need (`tests/std-test`) stand on the same toolchain and sysroots.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;

pub mod advice;
mod cache;
mod chores;
mod command_line;
mod condition;
mod configuration;
mod coverage;
mod dependencies;
mod doctor;
mod environment;
mod forward;
mod grants;
pub mod guest;
mod install;
mod isolate;
mod launcher;
mod libtest;
mod nextest;
pub mod process;
pub mod progress;
mod provision;
mod release;
mod runner;
pub mod target;
mod temporary;
mod toolchain;
mod verb;
pub mod web;
mod wit;
mod words;
mod workspace;
mod wrapper;

pub use wrapper::AS;

/// Plays the part that this process's name asks for.
#[must_use]
pub fn main() -> ExitCode {
    let mut words = std::env::args_os();
    let called = words.next().unwrap_or_default();
    let first = words.next();
    let name = Path::new(&called).file_stem().and_then(|name| name.to_str()).unwrap_or_default();
    match name {
        "component-ld" => component_ld::main(),
        "component-run" => component_run::main(),
        "rustc" | "rustdoc" => ended(wrapper::compiler(std::env::args_os())),
        "clippy" => ended(wrapper::clippy()),
        guest::RUNNER => ended(runner::for_cargo()),
        guest::DIRECT_RUNNER => ended(runner::direct()),
        _ if first.is_some_and(|first| first == wrapper::AS) => ended(wrapper::compiler(words)),
        _ => ended(command_line::main()),
    }
}

/// The exit code of a part that was played; an error is told.
fn ended(result: Result<ExitCode>) -> ExitCode {
    result.unwrap_or_else(|error| {
        advice::report(&error);
        ExitCode::FAILURE
    })
}
