//! Every program of `tests/programs`, built by `cargo p3`, run by `component-run` and compared with its native run.

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests");
    let done = harness::programs(
        &tests.join("programs"),
        &tests.join("expectations/wasm32-wasip3.toml"),
        &tests.join("../docs/std-support.md"),
        Path::new(env!("CARGO_BIN_EXE_cargo-p3")),
        Path::new(env!("CARGO_BIN_EXE_component-run")),
        &Path::new(env!("CARGO_TARGET_TMPDIR")).join("programs"),
    );
    done.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}
