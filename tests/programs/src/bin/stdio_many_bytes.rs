//! A megabyte in uneven writes arrives whole and in order, from both streams.
//@ plain = true
//@ stderr = ["the last line of standard error"]

use std::io::{Write, stderr, stdout};

fn main() {
    let mut out = stdout().lock();
    let block: Vec<u8> = (0..=255).cycle().take(65_537).collect();
    for length in [1, 7, 4_095, 4_096, 4_097, 65_535, 65_536, 65_537].into_iter().cycle().take(64) {
        out.write_all(&block[..length]).unwrap();
    }
    out.flush().unwrap();
    let lines = [std::io::IoSlice::new(b"vectored "), std::io::IoSlice::new(b""), std::io::IoSlice::new(b"writes\n")];
    let mut written = 0;
    written += out.write_vectored(&lines).unwrap();
    assert_eq!(written, 16);
    writeln!(stderr(), "the last line of standard error").unwrap();
}
