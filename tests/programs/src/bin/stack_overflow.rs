//! Recursion without end ends with a message that says stack overflow.
//@ native = "the native signal is no exit code"
//@ exit = 134
//@ stdout = "before\n"
//@ stderr = ["stack overflow"]

use std::hint::black_box;

#[inline(never)]
#[allow(unconditional_recursion)]
fn deeper(depth: u64) -> u64 {
    let frame = black_box([depth; 32]);
    deeper(depth + 1) + frame[7]
}

fn main() {
    println!("before");
    println!("{}", deeper(0));
}
