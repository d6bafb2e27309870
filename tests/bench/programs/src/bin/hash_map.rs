//! `HashMap<u64, u64>` with std's own hasher: insertion, then look-up.

use std::collections::HashMap;

use measure::{argument, nanoseconds_each};

fn main() {
    let count: u64 = argument(1, 5_000_000);
    let key = |number: u64| number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut map = HashMap::new();
    nanoseconds_each("insert", count, || {
        for number in 0..count {
            map.insert(key(number), number);
        }
    });
    let mut sum = 0;
    nanoseconds_each("lookup", count, || {
        for number in 0..count {
            sum += map[&key(number)];
        }
    });
    assert_eq!(sum, count * (count - 1) / 2);
}
