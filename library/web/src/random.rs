//! Random data.

use core::mem::MaybeUninit;

use component_rt::abi::memory::RawList;
use component_rt::assert;

use crate::abi::world;

/// Fills `bytes` with cryptographically secure random data.
pub fn fill(bytes: &mut [u8]) {
    if bytes.len() <= FEW {
        for chunk in bytes.chunks_mut(size_of::<u64>()) {
            chunk.copy_from_slice(&word().to_le_bytes()[..chunk.len()]);
        }
        return;
    }
    for chunk in bytes.chunks_mut(MANY) {
        let mut list = MaybeUninit::<RawList<u8>>::uninit();
        // SAFETY: there is room for the list.
        unsafe { world::random_bytes(chunk.len() as u32, list.as_mut_ptr()) };
        // SAFETY: the call has stored the list.
        let data = unsafe { list.assume_init() }.lift();
        assert::holds(data.len() == chunk.len(), "there are as many random bytes as were asked for");
        chunk.copy_from_slice(&data);
    }
}

/// Eight random bytes.
pub fn word() -> u64 {
    world::random_u64()
}

/// Up to here words are the cheaper way: no list arrives.
const FEW: usize = 16;

/// The most one call asks for: more is an error of `crypto.getRandomValues`.
const MANY: usize = 1 << 16;
