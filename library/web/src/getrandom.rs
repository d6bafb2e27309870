//! A source of random bytes for the crates getrandom 0.3 and 0.4, which know no such platform: with
//! `--cfg getrandom_backend="custom"` they call `__getrandom_v03_custom`. This is one, linked only when wanted, and weak, so that
//! a program may still bring its own. Its signature is explained in library/wasi/src/getrandom.rs.
//!
//! Delete when: getrandom knows `target_os = "web"`.

use crate::random;

component_rt::symbol! {
    weak "__getrandom_v03_custom" "(i32, i32) -> (i32)" 0 1 = fill;
}

/// Fills memory with random bytes; 0, which is `Ok`: the page's generator does not fail.
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
