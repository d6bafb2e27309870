//! A thread that overflows its stack ends the program with a message, before anything is overwritten.
//@ threads = true
//@ saved = true
//@ native = "the native signal is no exit code"
//@ exit = 134
//@ stdout = "before\n"
//@ stderr = ["thread has overflowed its stack"]

use std::hint::black_box;
use std::thread;

#[expect(unconditional_recursion, reason = "that is the point")]
fn deeper(depth: u64) -> u64 {
    let room = black_box([depth; 64]);
    deeper(depth + 1) + room[7]
}

fn main() {
    println!("before");
    println!("{:?}", thread::spawn(|| deeper(0)).join().is_ok());
}
