//! Materialises a sysroot: the sources of Rust's standard library with this project's edits and files laid over them.
//!
//! The way through: a [`Toolchain`] is probed and its library sources are checked; [`Sysroot::materialise`] writes them,
//! edited, into a directory of the cache that is named by the hash of all that went into it; [`Sysroot::prebuild`] compiles
//! them for a target. What is laid over is data inside this crate (`library/edits`, `library/faster`, `library/std`,
//! `library/component`, `library/wasi`, `library/web`, `targets`), so an installed binary needs no checkout.
//!
//! Left out: installing a toolchain, choosing the cache directory, and the `rustc` wrapper that passes `--sysroot`: these
//! are the command line's.

mod edit;
mod edited;
mod embedded;
mod files;
mod fit;
mod macros;
mod misfit;
mod parts;
mod prebuild;
mod sources;
mod sysroot;
mod toolchain;
mod workspace;

pub use fit::{Fit, fit};
pub use parts::Parts;
pub use prebuild::Progress;
pub use sysroot::{Link, Sysroot};
pub use toolchain::{RUST, RUST_COMMIT, RUST_RELEASE, Toolchain};
pub use workspace::Workspace;

/// The targets that this crate carries a spec for, by name (the spec's file stem).
pub fn targets() -> impl Iterator<Item = &'static str> {
    embedded::targets().map(|target| target.name)
}
