//! A frame that reaches from a thread's stack below address 0, and round the end of the address space, ends the program before it writes anywhere.
//@ threads = true
//@ native = "the native signal is no exit code"
//@ exit = 134
//@ stdout = "before\n"
//@ stderr = ["thread has overflowed its stack"]

use std::hint::black_box;
use std::thread;

#[inline(never)]
fn enormous(seed: u8) -> u8 {
    let mut frame = [seed; 300 << 20];
    black_box(&mut frame)[0] = 1;
    black_box(&frame)[frame.len() - 1]
}

fn main() {
    println!("before");
    println!("{:?}", thread::spawn(|| enormous(black_box(3))).join().is_ok());
}
