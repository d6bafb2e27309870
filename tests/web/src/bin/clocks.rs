//! Clocks, random numbers, and what a page has not.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::io::{IsTerminal, Read};
use std::time::{Duration, Instant, SystemTime};

fn main() {
    let start = Instant::now();
    std::thread::sleep(Duration::from_millis(10));
    println!("slept: {}", start.elapsed() >= Duration::from_millis(10));
    println!("an hour ago: {}", start.checked_sub(Duration::from_secs(3600)).is_some());
    let today = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    println!("after 2024: {}", today > Duration::from_secs(1_704_000_000));
    let seeds: HashSet<u64> = (0..4).map(|_| RandomState::new().hash_one(1)).collect();
    println!("seeds: {}", seeds.len());
    println!("{:?}", std::fs::read("file").map_err(|error| error.kind()));
    println!("{:?}", std::net::TcpStream::connect("127.0.0.1:1").map_err(|error| error.kind()).map(drop));
    println!("{:?} {:?}", std::env::var("PATH"), std::env::args().skip(1).collect::<Vec<_>>());
    println!("{:?} {}", std::io::stdin().read(&mut [0; 8]), std::io::stdout().is_terminal());
}
