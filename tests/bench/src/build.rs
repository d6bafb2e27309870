//! The benchmark programs, built for the host and for the target.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::place::{Place, cargo, complete};

/// Builds every program with the host's cargo, in release. Returns the directory of the executables.
pub(crate) fn native(place: &Place) -> Result<PathBuf> {
    let directory = place.builds("native");
    let mut command = cargo();
    command.args(["build", "--quiet", "--release", "--bins", "--manifest-path"]);
    command.arg(place.path("tests/bench/programs/Cargo.toml")).arg("--target-dir").arg(&directory);
    complete(command)?;
    Ok(directory.join("release"))
}

/// Builds every program with `cargo p3`, in a release profile. Returns the directory of the components.
pub(crate) fn guest(place: &Place, profile: &str) -> Result<PathBuf> {
    place.build_tools()?;
    let directory = place.builds("guest");
    let mut command = place.cargo_p3("build");
    command.args(["--quiet", "--profile", profile, "--bins", "--manifest-path"]);
    command.arg(place.path("tests/bench/programs/Cargo.toml")).arg("--target-dir").arg(&directory);
    complete(command)?;
    Ok(directory.join("wasm32-wasip3").join(profile))
}

/// Builds these programs in release, without one of the linker's passes if one is named. Returns the directory of the
/// components. What they stand on is compiled once.
pub(crate) fn without(place: &Place, programs: &BTreeSet<&str>, pass: Option<&str>) -> Result<PathBuf> {
    let built = place.builds("passes");
    let directory = built.join(pass.unwrap_or("none"));
    std::fs::create_dir_all(&directory).with_context(|| format!("cannot make {}", directory.display()))?;
    for program in programs {
        let mut command = place.cargo_p3("rustc");
        command.args(["--quiet", "--release", "--bin", program, "--manifest-path"]);
        command.arg(place.path("tests/bench/programs/Cargo.toml")).arg("--target-dir").arg(&built);
        command.arg("--").args(pass.map(|name| format!("-Clink-arg=--without-pass={name}")));
        complete(command)?;
        let component = format!("{program}.wasm");
        let from = built.join("wasm32-wasip3/release").join(&component);
        std::fs::copy(&from, directory.join(component)).with_context(|| format!("cannot copy {}", from.display()))?;
    }
    Ok(directory)
}
