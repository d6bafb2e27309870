//! The fake host: WASI's imports off wasm, as a working host in memory, on the component model's part of it
//! ([`component_rt::abi::fake`]).

pub mod cli;
pub mod clocks;
pub mod filesystem;
pub mod random;
pub mod sockets;
