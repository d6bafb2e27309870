//! What the tests of the nouns share.

#![allow(dead_code, reason = "each test file uses its part")]

use core::mem::MaybeUninit;

/// A stream of bytes; which one does not matter.
pub type Bytes = component_rt::abi::cli::stdin_bytes::Stream;

/// Its name in the fake host.
pub const KIND: &str = "wasi:cli/stdin@0.3.0#read-via-stream#0";

/// An uninitialised buffer.
pub fn room<const N: usize>() -> [MaybeUninit<u8>; N] {
    [const { MaybeUninit::uninit() }; N]
}

/// The first `count` bytes of a buffer, which a read has counted.
pub fn filled(buffer: &[MaybeUninit<u8>], count: usize) -> Vec<u8> {
    // SAFETY: the read that counted them has stored them.
    buffer[..count].iter().map(|byte| unsafe { byte.assume_init() }).collect()
}

/// Runs `f`, which must panic, and gives the message.
pub fn must_panic(f: impl FnOnce()) -> String {
    let payload = std::panic::catch_unwind(std::panic::AssertUnwindSafe(f)).expect_err("it returned");
    match payload.downcast::<String>() {
        Ok(message) => *message,
        Err(payload) => payload.downcast_ref::<&str>().map(|message| String::from(*message)).unwrap_or_default(),
    }
}
