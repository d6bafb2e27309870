//! Random data.

use core::mem::MaybeUninit;

use crate::abi::random::{insecure_seed, random};
use component_rt::abi::memory::RawList;
use component_rt::assert;

/// Fills `bytes` with cryptographically secure random data.
pub fn fill(bytes: &mut [u8]) {
    if bytes.len() <= FEW {
        // No list to allocate: two calls at most.
        for chunk in bytes.chunks_mut(size_of::<u64>()) {
            chunk.copy_from_slice(&random::get_random_u64().to_le_bytes()[..chunk.len()]);
        }
        return;
    }
    let mut rest = bytes;
    while !rest.is_empty() {
        let mut list = MaybeUninit::<RawList<u8>>::uninit();
        let wanted = rest.len().min(MANY);
        // SAFETY: there is room for the list.
        unsafe { random::get_random_bytes(wanted as u64, list.as_mut_ptr()) };
        // SAFETY: the call has stored the list.
        let data = unsafe { list.assume_init() }.lift();
        assert::holds(
            (1..=wanted).contains(&data.len()),
            "a random read is at least one byte and at most what was asked for",
        );
        let (filled, unfilled) = rest.split_at_mut(data.len());
        filled.copy_from_slice(&data);
        rest = unfilled;
    }
}

/// Sixteen bytes to seed hash maps with: different in every run, unless the host wants runs to repeat. Not secret.
pub fn insecure_seed() -> (u64, u64) {
    let mut seed = MaybeUninit::<[u64; 2]>::uninit();
    // SAFETY: there is room for the two words.
    unsafe { insecure_seed::get_insecure_seed(seed.as_mut_ptr()) };
    // SAFETY: the call has stored the two words.
    let [first, second] = unsafe { seed.assume_init() };
    (first, second)
}

/// Up to here `get-random-u64` is the cheaper way: no list arrives.
const FEW: usize = 16;

/// The most one call asks for: the list is allocated beside the caller's buffer.
const MANY: usize = 1 << 16;
