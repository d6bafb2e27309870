//! A thread's stack has room for calls a thousand deep without being asked for, and ten thousand threads fit with smaller ones.
//@ threads = true
//@ native = "ten thousand threads are more than some machines allow"
//@ stdout = "1500 calls of 200 bytes\n10000 threads\n"

use std::hint::black_box;
use std::sync::{Arc, Barrier};
use std::thread;

/// Each call has its own 200 bytes, whatever is made of it.
fn deep(calls: usize) -> usize {
    let mut room = [calls as u8; 200];
    black_box(&mut room);
    if calls == 0 { 0 } else { deep(calls - 1) + usize::from(black_box(&room).len() == 200) }
}

fn main() {
    println!("{} calls of 200 bytes", thread::spawn(|| deep(1500)).join().unwrap());

    let everybody = Arc::new(Barrier::new(10_001));
    let spawn = |_| {
        let everybody = Arc::clone(&everybody);
        thread::Builder::new().stack_size(64 * 1024).spawn(move || everybody.wait()).unwrap()
    };
    let threads: Vec<_> = (0..10_000).map(spawn).collect();
    everybody.wait();
    println!("{} threads", threads.into_iter().map(|thread| thread.join().unwrap()).count());
}
