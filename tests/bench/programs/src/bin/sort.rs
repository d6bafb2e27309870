//! `sort_unstable` and `sort` of numbers without pattern.

use measure::{Noise, argument, nanoseconds_each};

fn main() {
    let count: u64 = argument(1, 10_000_000);
    let mut numbers: Vec<u64> = Noise::new().take(count as usize).collect();
    nanoseconds_each("unstable", count, || numbers.sort_unstable());
    assert!(numbers.is_sorted());
    let mut numbers: Vec<u64> = Noise::new().take(count as usize).collect();
    nanoseconds_each("stable", count, || numbers.sort());
    assert!(numbers.is_sorted());
}
