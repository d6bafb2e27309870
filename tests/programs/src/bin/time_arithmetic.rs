//! Instants reach back before the program began, and times compute without loss at both ends.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

fn main() {
    let now = Instant::now();
    let hour = Duration::from_secs(3600);
    let ago = now - hour;
    assert!(ago < now);
    println!("{:?} {:?}", now - ago, ago.elapsed() >= hour);
    println!("{:?} {:?}", ago.checked_duration_since(now), ago.saturating_duration_since(now));
    println!("{:?}", now.checked_add(Duration::MAX).is_none());
    println!("{:?}", (ago + hour) == now);

    let early = UNIX_EPOCH - Duration::new(1_000_000_000, 1);
    println!("{:?}", early.duration_since(UNIX_EPOCH).unwrap_err().duration());
    println!("{:?}", UNIX_EPOCH.duration_since(early).unwrap());
    println!("{:?}", early + Duration::new(1_000_000_000, 1) == UNIX_EPOCH);
    println!("{:?}", SystemTime::now().checked_sub(Duration::MAX).is_none());
    println!("{:?}", (UNIX_EPOCH - Duration::from_nanos(1)) < UNIX_EPOCH);
}
