//! The platform below std: WASI 0.3 on the component model.
//!
//! The words of std ([`fs`], [`net`], [`stdio`], [`mod@env`], [`time`], [`random`] and so on), which std's glue calls,
//! and below them WASI's imports, layouts and resources ([`abi`]). What is the component model's own (streams, futures,
//! threads, blocking, memory) is in the crate below, `library/component`.
//!
//! The modules stand below in layers, the highest first. A module knows its own layer and those below; `cargo ci tidy`
//! refuses any other arrow.
//!
//! Off wasm the imports are a working host in memory ([`abi::fake`]), so that this crate's tests run on any machine
//! with stable Rust. Nothing here allocates, imports or initialises before it is used: a program pays for what it
//! calls.

#![no_std]
#![cfg_attr(target_family = "wasm", feature(asm_experimental_arch))]
#![deny(unsafe_op_in_unsafe_fn)]
#![deny(clippy::undocumented_unsafe_blocks)]
#![warn(missing_docs)]

extern crate alloc as alloc_crate;
#[cfg(not(target_family = "wasm"))]
extern crate std;

// Layer: doors for code that is not std: other interfaces to the same platform.
pub mod getrandom;
pub mod wasi_0_1;

// Layer: what looks at all that has a descriptor.
pub mod poll;

// Layer: profiles of instrumented programs.
pub mod profile;

// Layer: what has a descriptor, apart from files and the standard streams.
pub mod net;
pub mod pipe;

// Layer: the table of descriptors.
pub mod descriptor;

// Layer: threads, as far as they need WASI.
#[cfg_attr(not(target_family = "wasm"), allow(dead_code, reason = "what only assembly calls"))]
mod fatal;
#[cfg_attr(not(target_family = "wasm"), allow(dead_code, reason = "what only assembly calls"))]
pub mod futex;
pub mod thread;

// Layer: the words of std.
pub mod backtrace;
pub mod env;
pub mod exit;
pub mod fs;
pub mod random;
pub mod stdio;
pub mod time;

// Layer: the ABI room, where `unsafe` lives: every import, its layouts, and WASI's resources.
pub mod abi;

// Layer: errors.
pub mod errno;
pub mod error;

pub use error::Error;
