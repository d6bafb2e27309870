//! The linker as a program, for the tests that go through rustc. What users run is the binary of the same name in `cli/`.

use std::process::ExitCode;

fn main() -> ExitCode {
    component_ld::main()
}
