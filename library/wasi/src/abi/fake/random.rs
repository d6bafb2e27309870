//! The fake host's random data: a known sequence, in short reads, so that a caller who does not loop is found out.

use core::cell::Cell;
use std::vec::Vec;

use component_rt::abi::fake::instance::per_instance;
use component_rt::abi::memory::RawList;

per_instance! {
    static STATE: Cell<u64> = Cell::new(0);
}

/// The most bytes one call gives.
pub const SHORT_READ: u64 = 1000;

pub(crate) fn get_random_u64() -> u64 {
    // SplitMix64: every value once.
    let mut value = STATE.with(|state| {
        state.set(state.get().wrapping_add(0x9e37_79b9_7f4a_7c15));
        state.get()
    });
    value = (value ^ value >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ value >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ value >> 31
}

/// # Safety
///
/// `bytes` is writable.
pub(crate) unsafe fn get_random_bytes(max_len: u64, bytes: *mut RawList<u8>) {
    let count = max_len.min(SHORT_READ) as usize;
    let random: Vec<u8> = core::iter::repeat_with(|| get_random_u64().to_le_bytes()).flatten().take(count).collect();
    // SAFETY: the caller promises room for the list.
    unsafe { bytes.write(RawList::lower(random)) };
}

/// # Safety
///
/// `seed` is writable.
pub(crate) unsafe fn get_insecure_seed(seed: *mut [u64; 2]) {
    // SAFETY: the caller promises room for the tuple.
    unsafe { seed.write([get_random_u64(), get_random_u64()]) };
}
