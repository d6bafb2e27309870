//! `lines()` of standard input to its end.

use std::io::BufRead;
use std::time::Instant;

use measure::figure;

fn main() {
    let start = Instant::now();
    let (mut lines, mut bytes) = (0u64, 0usize);
    for line in std::io::stdin().lock().lines() {
        bytes += line.expect("standard input gives a line").len();
        lines += 1;
    }
    let seconds = start.elapsed().as_secs_f64();
    assert!(bytes > 0, "standard input is empty");
    figure("line", seconds * 1e9 / lines as f64);
}
