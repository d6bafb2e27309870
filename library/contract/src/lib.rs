//! What two rooms share and neither may change alone: the library, the linker, the runtime, the harness and the tools.
//!
//! Constants and nothing else, so that everybody can depend on it, the library included. Assembly and target specs
//! cannot: they spell the names out, and a test looks each name up in the library as it was built
//! (`names_that_the_tools_look_for_are_in_the_library`, cli/tests/projects.rs). A function that Rust renames turns it
//! red.
//!
//! Left out: names of the canonical ABI and of WIT, which are where they are used, and checked against their own
//! documents.

#![no_std]
#![warn(missing_docs)]

#[cfg(test)]
extern crate std;

pub mod exit;
pub mod isolated;
pub mod paths;
pub mod signatures;
pub mod symbols;
pub mod variables;
pub mod web;

pub use symbols::*;
