//! The ABI room: every import that std makes of a page or a script. Each stands in the world itself, under one name.

#[cfg(not(target_family = "wasm"))]
pub mod fake;

use component_rt::abi::import::Import;
use component_rt::abi::memory::{RawList, RawString};

component_rt::imports! {
    /// The world `std` of library/contract/src/web.wit, where each function is explained.
    pub mod world = "$root", fake crate::abi::fake {
        /// Milliseconds of a clock that never goes back.
        safe fn monotonic_now() -> f64 = "monotonic-now";
        /// Milliseconds since the Unix epoch.
        safe fn system_now() -> f64 = "system-now";
        /// Blocks until the monotonic clock has reached that mark.
        safe fn sleep_until(mark: f64) = "sleep-until";
        /// `sleep-until` as a subtask.
        safe fn sleep_until_async(mark: f64) -> u32 = "[async-lower]sleep-until";
        /// Eight random bytes.
        safe fn random_u64() -> u64 = "random-u64";
        /// So many random bytes.
        unsafe fn random_bytes(count: u32, bytes: *mut RawList<u8>) = "random-bytes";
        /// Standard output.
        unsafe fn write_stdout(text: *const u8, length: usize) = "write-stdout";
        /// Standard error.
        unsafe fn write_stderr(text: *const u8, length: usize) = "write-stderr";
        /// Whether the standard stream of that number is a terminal. 1: it is.
        safe fn is_terminal(stream: u32) -> u32 = "is-terminal";
        /// The command line.
        unsafe fn args(arguments: *mut RawList<RawString>) = "args";
        /// The environment variables.
        unsafe fn vars(variables: *mut RawList<[RawString; 2]>) = "vars";
        /// Takes the code with which the program ends. The program traps after this call.
        safe fn exit(code: u32) = "exit";
    }
}

/// Every import this crate may make.
pub const TABLE: &[&[Import]] = &[world::IMPORTS];
