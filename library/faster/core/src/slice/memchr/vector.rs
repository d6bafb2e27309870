//! A byte is looked for sixteen at a time. The target's baseline has simd128.

use crate::arch::wasm32::{u8x16_bitmask, u8x16_eq, u8x16_splat, v128, v128_any_true, v128_load, v128_or};

const LANES: usize = 16;

/// The lanes of the sixteen bytes from `at` on that are `x`.
///
/// # Safety
///
/// They lie within `text`.
#[inline]
unsafe fn equal(x: v128, text: &[u8], at: usize) -> v128 {
    // SAFETY: the caller says so, and `v128.load` takes any alignment.
    u8x16_eq(x, unsafe { v128_load(text.as_ptr().add(at).cast()) })
}

/// Whether any of the 64 bytes from `at` on is `x`.
///
/// # Safety
///
/// They lie within `text`.
#[inline]
unsafe fn any_of_four(x: v128, text: &[u8], at: usize) -> bool {
    // SAFETY: the caller says so.
    let lanes = unsafe {
        let first = v128_or(equal(x, text, at), equal(x, text, at + LANES));
        v128_or(first, v128_or(equal(x, text, at + 2 * LANES), equal(x, text, at + 3 * LANES)))
    };
    v128_any_true(lanes)
}

/// The first index of `x`; `None` where the text is too short for this way.
#[inline]
pub(super) fn memchr(x: u8, text: &[u8]) -> Option<Option<usize>> {
    let last = text.len().checked_sub(LANES)?;
    let x = u8x16_splat(x);
    let mut at = 0;
    loop {
        // SAFETY: `at` is at most `last`.
        let found = u8x16_bitmask(unsafe { equal(x, text, at) });
        if found != 0 {
            return Some(Some(at + found.trailing_zeros() as usize));
        }
        if at == last {
            return Some(None);
        }
        at += LANES;
        // SAFETY: four times `LANES` from `at` on end where the text does, at the latest.
        while at + 3 * LANES <= last && !unsafe { any_of_four(x, text, at) } {
            at += 4 * LANES;
        }
        // The last sixteen may have been looked at in part.
        at = at.min(last);
    }
}
