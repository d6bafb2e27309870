//! A stack that overflows while the heap reaches to the end of memory does not wrap around into the heap.
//@ native = "the native signal is no exit code, and the address space is not to be filled"
//@ exit = 134
//@ stdout = "before\n"
//@ stderr = ["stack overflow"]

use std::hint::black_box;
use std::mem::MaybeUninit;

/// Takes all the memory there is, in ever smaller pieces that nobody touches.
fn fill_the_heap() -> Vec<Vec<u8>> {
    let mut pieces = Vec::with_capacity(1000);
    let mut size = 256 << 20;
    while size >= 1 << 12 {
        let mut piece = Vec::<u8>::new();
        if piece.try_reserve_exact(size).is_ok() {
            pieces.push(piece);
        } else {
            size /= 2;
        }
    }
    pieces
}

/// Its frame is large, and only the far end is written: where that lies below 0 it wraps around to the end of memory.
#[inline(never)]
fn deeper(above: usize, index: usize) -> u8 {
    let mut frame = [const { MaybeUninit::<u8>::uninit() }; 3 << 20];
    let written = std::ptr::from_mut(frame[index].write(1)).addr();
    if written > above {
        println!("the stack has overwritten the heap at {written:#x}");
        std::process::exit(1);
    }
    let below = deeper(written, index);
    // SAFETY: it was written above.
    below + unsafe { frame[index].assume_init() }
}

fn main() {
    println!("before");
    let pieces = black_box(fill_the_heap());
    let highest = pieces.iter().map(|piece| piece.as_ptr().addr() + piece.capacity()).max().unwrap();
    if highest > usize::MAX - (64 << 20) {
        drop(pieces);
        panic!("a frame of less than 64 MiB would wrap around into the heap, which reaches to {highest:#x}");
    }
    println!("{} {}", deeper(std::ptr::from_ref(&pieces).addr(), black_box(0)), pieces.len());
}
