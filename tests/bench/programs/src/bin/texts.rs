//! Texts compared: for equality, as the keys of a `HashMap`, and for their order.

use std::collections::HashMap;
use std::hint::black_box;

use measure::{Noise, argument, nanoseconds_each};

fn main() {
    let count: u64 = argument(1, 1_000_000);
    let (one, other) = ("x".repeat(1024), "x".repeat(1024));
    nanoseconds_each("equal", count, || {
        for _ in 0..count {
            assert!(black_box(&one) == black_box(&other));
        }
    });
    let keys: Vec<String> = (0..10_000).map(|number| format!("the name of file {number}")).collect();
    let map: HashMap<&str, usize> = keys.iter().enumerate().map(|(index, key)| (key.as_str(), index)).collect();
    nanoseconds_each("map", count, || {
        for index in (0..keys.len()).cycle().take(count as usize) {
            assert_eq!(map[black_box(keys[index].as_str())], index);
        }
    });
    let mut names: Vec<String> =
        Noise::new().take(count as usize).map(|number| format!("src/{number:020}.rs")).collect();
    nanoseconds_each("sort", count, || names.sort());
    assert!(names.is_sorted());
}
