//! Clocks advance, sleep takes at least what was asked for, system times compute across the epoch.
//@ plain = true

use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

fn main() {
    let (start, wall) = (Instant::now(), SystemTime::now());
    sleep(Duration::from_millis(20));
    let slept = start.elapsed();
    assert!(slept >= Duration::from_millis(20) && slept < Duration::from_secs(5), "{slept:?}");
    assert!(wall.elapsed().unwrap() >= Duration::from_millis(15));
    assert!(wall.duration_since(UNIX_EPOCH).unwrap() > Duration::from_secs(1_700_000_000));
    sleep(Duration::ZERO);
    let before_the_epoch = UNIX_EPOCH - Duration::new(1, 500_000_000);
    println!("{:?}", UNIX_EPOCH.duration_since(before_the_epoch).unwrap());
    println!("{:?}", before_the_epoch.duration_since(UNIX_EPOCH).unwrap_err().duration());
    println!("{:?}", (before_the_epoch + Duration::from_secs(3)).duration_since(UNIX_EPOCH).unwrap());
    println!("{}", Instant::now().checked_duration_since(start).is_some());
}
