//! Texts are compared in pieces of eight and sixteen bytes: `==` of strings and slices, their order, and every look-up
//! by a text come here.

use core::ffi::c_int;

/// What `memcmp` gives.
///
/// Once for `memcmp` and `bcmp`: the linker leads calls past these two.
///
/// # Safety
///
/// Both places have `n` bytes.
#[inline(never)]
pub(super) unsafe extern "C" fn compare(s1: *const u8, s2: *const u8, n: usize) -> c_int {
    // Pieces overlap where the length is no multiple of theirs: what was compared before is equal. Bytes have the order
    // of the numbers that they are, the first byte being the highest.
    let order = |a: u64, b: u64| c_int::from(a > b) - c_int::from(a < b);
    if n >= 8 {
        // SAFETY: both places have `n` bytes, and every piece ends there at the latest.
        let eight =
            |s: *const u8, at: usize| u64::from_be(unsafe { s.wrapping_add(at).cast::<u64>().read_unaligned() });
        let last = n - 8;
        let mut at = 0;
        #[cfg(target_feature = "simd128")]
        {
            use core::arch::wasm32::{v128_any_true, v128_load, v128_or, v128_xor};

            // SAFETY: as above.
            let sixteen = |s: *const u8, at: usize| unsafe { v128_load(s.wrapping_add(at).cast()) };
            let differ = |at: usize| v128_xor(sixteen(s1, at), sixteen(s2, at));
            let two_differ = |at: usize| v128_or(differ(at), differ(at + 16));
            while at + 56 <= last && !v128_any_true(v128_or(two_differ(at), two_differ(at + 32))) {
                at += 64;
            }
            while at + 8 <= last && !v128_any_true(differ(at)) {
                at += 16;
            }
        }
        loop {
            let (a, b) = (eight(s1, at.min(last)), eight(s2, at.min(last)));
            if a != b || at >= last {
                return order(a, b);
            }
            at += 8;
        }
    }
    if n >= 4 {
        let four = |s: *const u8, at: usize| {
            // SAFETY: as above.
            u64::from(u32::from_be(unsafe { s.wrapping_add(at).cast::<u32>().read_unaligned() }))
        };
        return order((four(s1, 0) << 32) | four(s1, n - 4), (four(s2, 0) << 32) | four(s2, n - 4));
    }
    if n == 0 {
        return 0;
    }
    // The first, the one in the middle and the last.
    // SAFETY: as above.
    let byte = |s: *const u8, at: usize| u64::from(unsafe { *s.wrapping_add(at) });
    let bytes = |s| (byte(s, 0) << 16) | (byte(s, n / 2) << 8) | byte(s, n - 1);
    order(bytes(s1), bytes(s2))
}
