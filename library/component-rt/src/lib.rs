//! The platform below std: WASI 0.3 on the component model's asynchronous canonical ABI.
//!
//! Three layers, each of which knows only the one below:
//!
//! - the *words of std* ([`fs`], [`net`], [`stdio`], [`mod@env`], [`time`], [`random`], [`thread`], [`exit`], [`backtrace`], [`mod@alloc`] and
//!   so on): what std's glue calls;
//! - the *nouns of the specification* ([`event`], [`waitable`], [`waitable_set`], [`subtask`], [`stream`], [`future`]) with
//!   [`block`], where a thread stops for the host ([`futex`]: for another thread);
//! - the *ABI room* ([`abi`]): every import, every canonical built-in, every byte layout.
//!
//! On wasm the ABI room's functions are imports. Elsewhere they are a working host in memory ([`abi::fake`]), so that this
//! crate's tests run on any machine with stable Rust. Nothing here allocates, imports or initialises before it is used:
//! a program pays for what it calls.
//!
//! What is left out: executors, wakers and everything else of `async` Rust. Calls block, as std's do.

#![no_std]
#![cfg_attr(target_family = "wasm", feature(asm_experimental_arch, rustc_attrs), allow(internal_features))]
#![deny(unsafe_op_in_unsafe_fn)]
#![deny(clippy::undocumented_unsafe_blocks)]
#![warn(missing_docs)]

extern crate alloc as alloc_crate;
#[cfg(not(target_family = "wasm"))]
extern crate std;

// The words of std.
pub mod alloc;
pub mod backtrace;
pub mod descriptor;
pub mod env;
pub mod exit;
pub mod fs;
pub mod getrandom;
#[cfg(any(target_family = "wasm", test))]
pub mod heap;
pub mod net;
pub mod pipe;
pub mod profile;
pub mod random;
#[cfg_attr(not(target_family = "wasm"), allow(dead_code, reason = "what only threads.s calls"))]
pub mod schedule;
pub mod stdio;
#[cfg(target_family = "wasm")]
pub mod task;
#[cfg_attr(not(target_family = "wasm"), allow(dead_code, reason = "what only threads.s calls"))]
pub mod thread;
pub mod time;
pub mod wasi_0_1;

// The nouns of the specification.
pub mod block;
pub mod error;
pub mod event;
#[cfg_attr(not(target_family = "wasm"), allow(dead_code, reason = "what only threads.s calls"))]
pub mod futex;
pub mod future;
pub mod instance;
pub mod interruption;
pub mod stream;
pub mod subtask;
pub mod waitable;
pub mod waitable_set;

// The room where `unsafe` lives.
pub mod abi;
pub mod contract;

pub use error::Error;
