//! The benchmark programs, built for the host and for the target.

use std::path::PathBuf;

use anyhow::Result;

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
