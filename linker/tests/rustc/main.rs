//! Links through the real rustc, to see that what it passes is understood.
//!
//! The programs are `no_core`: no standard library for any wasm target has to be there, and the target is rustc's
//! `wasm32-unknown-unknown`, which calls its linker with the same flavor. `RUSTC` names another rustc than the one on
//! `PATH`.

mod damaged;
mod entries;
mod files;
mod refused;
mod room;
mod sections;
mod supplied;
mod threads;
