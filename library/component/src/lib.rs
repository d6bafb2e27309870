//! The component model below std: its asynchronous canonical ABI, and its threads.
//!
//! No WASI: this crate knows no file, no stream of output, no clock. What it needs of them comes from above: a
//! [`Deadline`](deadline::Deadline) is made by whoever has a clock, the seed of a schedule is asked for by whoever
//! makes threads, and how a program ends that cannot go on is said by functions that this crate only names
//! (`fatal.rs`). WASI is in the crate above, `library/wasi`.
//!
//! The modules stand below in layers, the highest first. A module knows its own layer and those below; `cargo ci tidy`
//! refuses any other arrow.
//!
//! On wasm the ABI room's functions are imports. Elsewhere they are a working host in memory ([`abi::fake`]), so that
//! this crate's tests run on any machine with stable Rust. Nothing here allocates, imports or initialises before it is
//! used: a program pays for what it calls.
//!
//! Calls block, as std's do. For `async` Rust there is an [`executor`], which no program contains that does not ask for it.

#![no_std]
// `rustc_nounwind`: nothing unwinds out of here, and the crates above, which the compiler sees one at a time, need not
// be ready for it.
#![cfg_attr(target_family = "wasm", feature(asm_experimental_arch, rustc_attrs), allow(internal_features))]
#![cfg_attr(target_env = "component", feature(component_internals))]
#![deny(unsafe_op_in_unsafe_fn)]
#![deny(clippy::undocumented_unsafe_blocks)]
#![warn(missing_docs)]

extern crate alloc as alloc_crate;
#[cfg(not(target_family = "wasm"))]
extern crate std;

#[cfg(target_family = "wasm")]
pub use component_heap as heap;

// Layer: threads and tasks, from their entry in assembly on.
#[cfg(target_family = "wasm")]
pub mod task;
#[cfg_attr(not(target_family = "wasm"), allow(dead_code, reason = "what only the entry in assembly calls"))]
pub mod thread;

// Layer: functions that are declared by Rust signatures.
pub mod signature;

// Layer: what runs futures.
pub mod executor;

// Layer: what blocks, and what is made of it.
pub mod block;
pub mod call;
pub mod exclusive;
pub mod futex;
pub mod future;
pub mod in_flight;
pub mod patience;
#[cfg_attr(not(target_family = "wasm"), allow(dead_code, reason = "what only the entry in assembly calls"))]
pub mod schedule;
pub mod stream;

// Layer: the nouns of the specification, which do not block.
pub mod deadline;
pub mod event;
pub mod interest;
pub mod interruption;
pub mod published;
pub mod subtask;
mod unit_future;
pub mod waitable;
pub mod waitable_set;
pub mod wakers;

// Layer: the instance's state and memory.
pub mod instance;

// Layer: the ABI room, where `unsafe` lives: every canonical built-in, every layout.
pub mod abi;
pub mod alloc;
#[cfg(target_family = "wasm")]
pub mod fatal;
pub mod per_thread;

// Layer: what the host promises, and names.
pub mod assert;
mod symbol;
