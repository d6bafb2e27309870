//! `thread::sleep` of one millisecond, again and again.

use std::time::Duration;

use measure::{argument, microseconds_each};

fn main() {
    let count: u64 = argument(1, 200);
    microseconds_each("sleep", count, || {
        for _ in 0..count {
            std::thread::sleep(Duration::from_millis(1));
        }
    });
}
