//! Recursion that fits native's main stack of 8 MiB runs here too.

use std::hint::black_box;

#[inline(never)]
fn depth(left: u32) -> u64 {
    let frame = black_box([left; 16]);
    if left == 0 { 0 } else { depth(left - 1) + u64::from(frame[3] / left) }
}

fn main() {
    println!("{}", depth(30_000));
}
