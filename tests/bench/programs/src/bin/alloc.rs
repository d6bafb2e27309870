//! The allocator: blocks of mixed sizes that live and die in no order, then a vector that grows by `push`.

use std::hint::black_box;

use measure::{Noise, argument, microseconds_each, nanoseconds_each};

const LIVE: usize = 4096;
const GROWN: u32 = 1 << 20;

fn main() {
    let count: u64 = argument(1, 10_000_000);
    let vectors: u64 = argument(2, 100);
    let mut live: Vec<Vec<u8>> = vec![Vec::new(); LIVE];
    nanoseconds_each("alloc_free", count, || {
        for number in Noise::new().take(count as usize) {
            let bits = number as usize;
            let size = match (number >> 40) % 16 {
                0 => 1024 + bits % 3072,
                1 | 2 => 256 + bits % 768,
                _ => 8 + bits % 248,
            };
            let mut block = Vec::with_capacity(size);
            block.push(bits as u8);
            live[(number >> 20) as usize % LIVE] = black_box(block);
        }
    });
    drop(live);
    microseconds_each("push", vectors, || {
        for _ in 0..vectors {
            let mut vector = Vec::new();
            for number in 0..GROWN {
                vector.push(number as u8);
            }
            black_box(&vector);
        }
    });
}
