//! `cargo p3 readiness`: the report on how ready the target is for a tier of Rust's.

use std::process::ExitCode;

fn main() -> ExitCode {
    ci::readiness::main(std::env::args_os()).unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}
