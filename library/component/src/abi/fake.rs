//! The fake host: the ABI room's functions off wasm, as a working host in memory. Here the component model's part of
//! it; WASI's is in the crate above, in the same words.
//!
//! Each thread of the test process has an instance with a host of its own, with virtual time: nothing waits in real
//! time, and a wait for which no event can ever come panics as a deadlock. Misuse that a real host answers with a trap
//! is a panic here. Threads made *in* an instance ([`threads`]) are real threads of the process that take turns.

pub mod futures;
pub mod host;
pub mod instance;
pub mod streams;
pub mod threads;
pub mod unit_futures;
pub mod waitables;
