//! The guest toolchain, for tests.

use std::env;
use std::path::{Path, PathBuf};

use overlay::{RUST_RELEASE, Toolchain};

/// The toolchain that `CARGO_P3_RUSTC` names, rustup's, or Debian's.
///
/// # Panics
/// There is none: nothing about the overlay can be tested then.
pub(crate) fn find() -> Toolchain {
    let named = env::var_os("CARGO_P3_RUSTC").map(PathBuf::from);
    let rustup = env::var_os("RUSTUP_HOME").map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".rustup")));
    let toolchains = rustup.into_iter().flat_map(|home| home.join("toolchains").read_dir()).flatten().flatten();
    let rustups = toolchains
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(RUST_RELEASE))
        .map(|entry| entry.path().join("bin/rustc"));
    let mut found =
        named.into_iter().chain(rustups).chain([PathBuf::from("/usr/bin/rustc")]).filter_map(|rustc| probe(&rustc));
    found.next().unwrap_or_else(|| {
        panic!("no Rust {RUST_RELEASE} with its sources here: `cargo p3 setup` finds or installs it")
    })
}

fn probe(rustc: &Path) -> Option<Toolchain> {
    Toolchain::probe(rustc, &rustc.with_file_name("cargo")).ok()
}
