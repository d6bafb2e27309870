//! `writeln!` of short lines through a 64 KiB `BufWriter` to standard output.

use std::io::{BufWriter, Write};

use measure::{argument, nanoseconds_each};

fn main() {
    let lines: u64 = argument(1, 10_000_000);
    nanoseconds_each("line", lines, || {
        let mut output = BufWriter::with_capacity(64 * 1024, std::io::stdout().lock());
        for line in 0..lines {
            writeln!(output, "line {line}").expect("standard output takes a line");
        }
        output.flush().expect("standard output takes the rest");
    });
}
