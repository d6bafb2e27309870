//! Random data: the program's host or the page has it, or there is none.

use crate::os::component::platform;

pub fn fill_bytes(bytes: &mut [u8]) {
    if !platform::fill_random(bytes) {
        panic!("a component without WASI has no random numbers; give std some by `std::os::component::set_host`")
    }
}

/// Without a host these are the same in each run: the order of a `HashMap` is, too, and whoever chooses its keys can make it
/// slow.
pub fn hashmap_random_keys() -> (u64, u64) {
    let mut keys = [[0; 8]; 2];
    if platform::fill_random(keys.as_flattened_mut()) {
        (u64::from_ne_bytes(keys[0]), u64::from_ne_bytes(keys[1]))
    } else {
        (0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7344)
    }
}
