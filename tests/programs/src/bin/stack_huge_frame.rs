//! A frame of hundreds of megabytes ends the program with the same message as any other that does not fit.
//@ native = "the native signal is no exit code"
//@ exit = 134
//@ stdout = "before\n"
//@ stderr = ["stack overflow"]

use std::hint::black_box;

#[inline(never)]
fn enormous(seed: u8) -> u8 {
    let mut frame = [seed; 300 << 20];
    black_box(&mut frame)[0] = 1;
    black_box(&frame)[frame.len() - 1]
}

fn main() {
    println!("before");
    println!("{}", enormous(black_box(3)));
}
