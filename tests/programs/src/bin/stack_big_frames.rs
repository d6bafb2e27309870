//! A frame that is larger than what is left of the stack ends the program before it writes anywhere else.
//@ native = "the native signal is no exit code"
//@ exit = 134
//@ stdout = "before\n"
//@ stderr = ["stack overflow"]

use std::hint::black_box;

/// Takes more than the whole stack at once, and touches the far end first: without a check that would be memory of somebody else.
#[inline(never)]
fn enormous(seed: u8) -> u8 {
    let mut frame = [seed; 64 << 20];
    black_box(&mut frame)[0] = 1;
    black_box(&frame)[frame.len() - 1]
}

fn main() {
    println!("before");
    let kept = black_box(vec![7_u8; 128 << 20]);
    println!("{} {}", enormous(3), kept[kept.len() / 2]);
}
