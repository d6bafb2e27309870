//! A source of random bytes for the crate getrandom 0.3.
//!
//! That version knows WASI 0.1 and 0.2 only and refuses to compile for any other, unless its user names a source of their own: with
//! `--cfg getrandom_backend="custom"` it calls `__getrandom_v03_custom`. This is one, linked only when wanted, and weak, so that
//! a program may still bring its own. getrandom 0.2 is served by [`crate::wasi_0_1`]; 0.4 knows WASI 0.3 itself.
//!
//! The crate's signature is `extern "Rust" fn(*mut u8, usize) -> Result<(), Error>`, where `Error` is one `NonZero` integer of 32
//! bits. Such a result is that integer, 0 for `Ok` (guaranteed: the null pointer optimisation of `Option`-like types), and
//! arguments and result that are single integers are passed alike by Rust's and C's conventions on wasm32.
//!
//! Delete when: getrandom 0.3 is out of use.

use crate::random;

component_rt::symbol! {
    weak "__getrandom_v03_custom" "(i32, i32) -> (i32)" 0 1 = fill;
}

/// Fills memory with random bytes; 0, which is `Ok`: the host's generator does not fail.
///
/// # Safety
///
/// `length` bytes at `bytes` are writable.
pub unsafe extern "C" fn fill(bytes: *mut u8, length: usize) -> u32 {
    if length > 0 {
        // SAFETY: the caller's promise; they are initialised first, for a slice is.
        random::fill(unsafe {
            bytes.write_bytes(0, length);
            core::slice::from_raw_parts_mut(bytes, length)
        });
    }
    0
}
