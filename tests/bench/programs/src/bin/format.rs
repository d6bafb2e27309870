//! `format!` of an integer, a float, a text and a hexadecimal number.

use std::hint::black_box;

use measure::{argument, nanoseconds_each};

fn main() {
    let count: u64 = argument(1, 3_000_000);
    nanoseconds_each("format", count, || {
        for number in 0..count {
            let float = number as f64 / 7.0;
            black_box(format!("item {number:>8} {float:.3} {} {number:#x}", black_box("name")));
        }
    });
}
