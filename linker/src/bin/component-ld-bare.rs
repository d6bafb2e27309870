//! The linker alone, for the tests that go through rustc. What users run is `component-ld` of `cli/`, which is the same
//! library.

use std::process::ExitCode;

fn main() -> ExitCode {
    component_ld::main()
}
