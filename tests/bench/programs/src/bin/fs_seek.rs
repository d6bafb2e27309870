//! Seek to a place without pattern and read 4 KiB, in a file of 64 MiB: DIRECTORY COUNT.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};

use measure::{Noise, argument, microseconds_each};

const BLOCK: usize = 4096;
const BLOCKS: u64 = 16384;

fn main() {
    let directory: String = argument(1, ".".into());
    let count: u64 = argument(2, 200_000);
    let path = format!("{directory}/fs_seek");
    let mut file = File::create(&path).expect("the file can be made");
    for block in 0..BLOCKS {
        file.write_all(&[(block / 256) as u8; BLOCK]).expect("the file takes a block");
    }
    let mut file = File::open(&path).expect("the file can be opened");
    let mut buffer = [0; BLOCK];
    microseconds_each("seek_read", count, || {
        for number in Noise::new().take(count as usize) {
            let block = number % BLOCKS;
            file.seek(SeekFrom::Start(block * BLOCK as u64)).expect("the file can be sought in");
            file.read_exact(&mut buffer).expect("the file has the block");
            assert_eq!(u64::from(buffer[17]), block / 256);
        }
    });
    drop(file);
    std::fs::remove_file(&path).expect("the file can be removed");
}
