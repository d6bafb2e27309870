//! Thousands of threads live at the same time, and threads made one after the other take no more memory.
//@ threads = true

use std::sync::{Arc, Barrier};
use std::thread;

fn main() {
    let everybody = Arc::new(Barrier::new(3001));
    let threads: Vec<_> = (0..3000_u64)
        .map(|n| {
            let everybody = Arc::clone(&everybody);
            thread::spawn(move || {
                everybody.wait();
                n
            })
        })
        .collect();
    everybody.wait();
    println!("{}", threads.into_iter().map(|thread| thread.join().unwrap()).sum::<u64>());

    let one_after_the_other = (0..20_000_u64).map(|n| thread::spawn(move || n).join().unwrap()).sum::<u64>();
    println!("{one_after_the_other}");
    for _ in 0..20_000 {
        drop(thread::spawn(|| ()));
        thread::yield_now();
    }
    println!("nobody joined these");
}
