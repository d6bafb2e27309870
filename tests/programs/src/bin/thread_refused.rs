//! When there is no room for another thread, spawning is an error, and the program goes on.
//@ threads = true
//@ native = "a native host has room for more threads than a test should make"

use std::thread::{Builder, park};

fn main() {
    let mut threads = Vec::new();
    let error = loop {
        match Builder::new().stack_size(8 << 20).spawn(park) {
            Ok(thread) => threads.push(thread),
            Err(error) => break error,
        }
    };
    println!("{:?}", error.kind());
    assert!(threads.len() > 100, "{}", threads.len());
    for thread in threads {
        thread.thread().unpark();
        thread.join().unwrap();
    }
    Builder::new().spawn(|| println!("there is room again")).unwrap().join().unwrap();
}
