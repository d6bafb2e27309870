//! `Instant::now` and `SystemTime::now`.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use measure::{argument, nanoseconds_each};

fn main() {
    let count: u64 = argument(1, 1_000_000);
    let mut last = Instant::now();
    nanoseconds_each("instant", count, || {
        for _ in 0..count {
            let now = Instant::now();
            assert!(now >= last);
            last = now;
        }
    });
    let mut latest = Duration::ZERO;
    nanoseconds_each("system_time", count, || {
        for _ in 0..count {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is past the epoch");
            latest = latest.max(now);
        }
    });
    assert!(latest > Duration::ZERO);
}
