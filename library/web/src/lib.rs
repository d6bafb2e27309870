//! The platform below std in browsers and other JavaScript hosts: clocks, the console, random numbers, the end of the program.
//!
//! No WASI: each function here is one import of the program's world, which a page or a script gives by its name
//! (library/contract/src/web.wit says all of them). The component model's own (threads, waiting, memory) is in the crate below,
//! `library/component`. Nothing here allocates, imports or initialises before it is used: a program imports what it calls.
//!
//! The modules stand below in layers, the highest first. A module knows its own layer and those below; `cargo ci tidy`
//! refuses any other arrow.
//!
//! Off wasm the imports are a working host in memory ([`abi::fake`]), so that this crate's tests run on any machine with stable Rust.

#![no_std]
#![cfg_attr(target_family = "wasm", feature(asm_experimental_arch))]
#![deny(unsafe_op_in_unsafe_fn)]
#![deny(clippy::undocumented_unsafe_blocks)]
#![warn(missing_docs)]

extern crate alloc as alloc_crate;
#[cfg(not(target_family = "wasm"))]
extern crate std;

// Layer: doors for code that is not std.
#[cfg_attr(not(target_family = "wasm"), allow(dead_code, reason = "what only assembly calls"))]
mod fatal;
pub mod getrandom;

// Layer: the words of std.
pub mod console;
pub mod env;
pub mod exit;
pub mod random;
pub mod time;

// Layer: the ABI room, where `unsafe` lives: every import.
pub mod abi;
