//! Bytes and texts looked for in memory: what vector instructions are for.

use std::hint::black_box;

use measure::{Noise, argument, microseconds_each};

fn main() {
    let count: u64 = argument(1, 200);
    let mut text: String = Noise::new().take(1 << 20).map(|number| char::from(b'a' + (number % 24) as u8)).collect();
    text.push('z');
    microseconds_each("byte", count, || {
        for _ in 0..count {
            assert!(black_box(text.as_bytes()).contains(&b'z'));
        }
    });
    microseconds_each("text", count / 10, || {
        for _ in 0..count / 10 {
            assert!(black_box(&text).find("needle").is_none());
        }
    });
    microseconds_each("utf8", count, || {
        for _ in 0..count {
            assert!(std::str::from_utf8(black_box(text.as_bytes())).is_ok());
        }
    });
}
