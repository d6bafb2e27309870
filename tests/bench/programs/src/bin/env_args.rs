//! Environment variables and arguments; the driver sets `BENCH_KEY` and nothing else that matters.

use std::env;
use std::hint::black_box;

use measure::{argument, nanoseconds_each};

fn main() {
    let count: u64 = argument(1, 200_000);
    nanoseconds_each("var_hit", count, || {
        for _ in 0..count {
            black_box(env::var("BENCH_KEY").expect("the driver sets BENCH_KEY"));
        }
    });
    nanoseconds_each("var_miss", count, || {
        for _ in 0..count {
            assert!(black_box(env::var_os("BENCH_NOT_THERE")).is_none());
        }
    });
    nanoseconds_each("args", count, || {
        for _ in 0..count {
            black_box(env::args().map(|argument| argument.len()).sum::<usize>());
        }
    });
}
