//! A file written, then read, from begin to end in pieces of 64 KiB: DIRECTORY MIB.

use std::fs::File;
use std::io::{Read, Write};

use measure::{argument, figure, seconds};

fn main() {
    let directory: String = argument(1, ".".into());
    let mib: usize = argument(2, 1024);
    let path = format!("{directory}/fs_sequential");
    let total = mib << 20;
    let mut piece: Vec<u8> = (0..64 * 1024).map(|i| (i * 31) as u8).collect();
    let write = seconds(|| {
        let mut file = File::create(&path).expect("the file can be made");
        for _ in 0..total / piece.len() {
            file.write_all(&piece).expect("the file takes a piece");
        }
    });
    let mut length = 0;
    let read = seconds(|| {
        let mut file = File::open(&path).expect("the file can be opened");
        loop {
            match file.read(&mut piece).expect("the file can be read") {
                0 => break,
                count => length += count,
            }
        }
    });
    assert_eq!(length, total);
    std::fs::remove_file(&path).expect("the file can be removed");
    let gib = mib as f64 / 1024.0;
    figure("write", write * 1e3 / gib);
    figure("read", read * 1e3 / gib);
}
