//! The end of main ends the program, whatever other threads do.
//@ threads = true

use std::thread;

fn main() {
    thread::spawn(thread::park);
    thread::spawn(|| {
        loop {
            thread::yield_now();
        }
    });
    thread::yield_now();
    println!("main ends");
}
