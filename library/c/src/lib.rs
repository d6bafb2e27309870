//! Functions of a C library, in Rust, for crates (and C code) that ask the platform by its symbols.
//!
//! They are doors to the same platform that std stands on: descriptors are std's ([`wasi_rt::descriptor`]), and so are the environment, the
//! current directory and the heap. Types, constants and signatures are those that the crate `libc` has for WASI without a C library of
//! 0.1 (`abi.rs`; `tests/matches_libc.rs` compares them).
//!
//! Each function is `component_c_NAME` to the linker, which gives it its name where nobody else has it (`linker/src/c_symbols.rs`). A program
//! that wants none contains nothing of this.
//!
//! A function does what it says, or fails with the number that POSIX has for it; none succeeds without having done anything.

#![no_std]
#![cfg_attr(target_family = "wasm", feature(asm_experimental_arch))]
#![deny(unsafe_op_in_unsafe_fn)]
#![deny(clippy::undocumented_unsafe_blocks)]
#![warn(missing_docs)]
// What C's functions promise each other is in their standards, and nobody calls these from Rust by path.
#![allow(clippy::missing_safety_doc, reason = "the contract is the standard's, for the function of that name")]
#![allow(clippy::useless_conversion, clippy::unnecessary_cast, reason = "C's types are others on another system")]
#![cfg_attr(not(target_family = "wasm"), allow(dead_code, reason = "what only assembly calls"))]

extern crate alloc as alloc_crate;
#[cfg(not(target_family = "wasm"))]
extern crate std;

#[macro_use]
mod symbol;
pub mod abi;
mod answer;

pub mod characters;
pub mod clocks;
pub mod descriptors;
pub mod directories;
pub mod environment;
pub mod files;
#[cfg(target_family = "wasm")]
pub mod memory;
pub mod names;
pub mod numbers;
pub mod polling;
pub mod process;
pub mod random;
pub mod sockets;
pub mod strings;
