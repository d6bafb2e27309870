//! Hash seeds come from the host: two random states differ, and a map works.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

fn main() {
    let hashes: Vec<u64> = (0..8).map(|_| RandomState::new().hash_one("the same")).collect();
    assert!(hashes.windows(2).any(|pair| pair[0] != pair[1]), "{hashes:?}");
    let map: HashMap<u32, u32> = (0..1_000).map(|n| (n, n * n)).collect();
    println!("{} {:?}", map.len(), map.get(&31));
}
