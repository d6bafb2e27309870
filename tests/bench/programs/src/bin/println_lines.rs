//! `println!` of short lines: standard output's line buffer, one write a line.

use measure::{argument, nanoseconds_each};

fn main() {
    let lines: u64 = argument(1, 1_000_000);
    nanoseconds_each("line", lines, || {
        for line in 0..lines {
            println!("line {line}");
        }
    });
}
