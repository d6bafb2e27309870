//! A pipe carries bytes between threads in order, blocks when it is empty or full, and says when the other end is gone.
//@ threads = true

use std::fs::File;
use std::io::{ErrorKind, IoSliceMut, Read, Seek, SeekFrom, Write, pipe};
use std::os::fd::OwnedFd;
use std::thread;

fn main() {
    let (mut reader, mut writer) = pipe().unwrap();
    writer.write_all(b"a question").unwrap();
    let mut question = [0; 10];
    reader.read_exact(&mut question).unwrap();
    println!("{}", str::from_utf8(&question).unwrap());

    let block: Vec<u8> = (0..=255).cycle().take(1_000_000).collect();
    let sent = block.clone();
    let mut second = writer.try_clone().unwrap();
    let sender = thread::spawn(move || second.write_all(&sent).unwrap());
    drop(writer);
    let mut received = Vec::new();
    reader.read_to_end(&mut received).unwrap();
    sender.join().unwrap();
    println!("{} {}", received.len(), received == block);
    println!("{}", reader.read(&mut [0; 4]).unwrap());

    let (reader, mut writer) = pipe().unwrap();
    drop(reader);
    println!("{:?}", writer.write(b"to nobody").unwrap_err().kind() == ErrorKind::BrokenPipe);
    println!("{:?}", writer.write(b"").map_err(|error| error.kind()));

    // A long write ends when all of it is in, or with what was in when the last reader left.
    let (mut reader, mut writer) = pipe().unwrap();
    let writing = thread::spawn(move || (writer.write(&[7; 300_000]).unwrap(), writer.write(&[8; 300_000]).unwrap()));
    reader.read_exact(&mut [0; 300_000]).unwrap();
    reader.read_exact(&mut [0]).unwrap();
    drop(reader);
    let (whole, part) = writing.join().unwrap();
    println!("{whole} {}", part > 0 && part < 300_000);

    // A vectored read fills one buffer after the other.
    let (mut reader, mut writer) = pipe().unwrap();
    writer.write_all(b"abcd").unwrap();
    let (mut first, mut second) = ([0], [0; 8]);
    let read = reader.read_vectored(&mut [IoSliceMut::new(&mut first), IoSliceMut::new(&mut second)]).unwrap();
    println!("{read} {first:?} {second:?}");

    // As a file it has no place and no length.
    let (_reader, writer) = pipe().unwrap();
    let mut file = File::from(OwnedFd::from(writer));
    println!("{:?}", file.seek(SeekFrom::Start(0)).map_err(|error| error.kind()));
    println!("{:?}", file.set_len(3).map_err(|error| error.kind()));
    println!("{:?}", file.sync_all().map_err(|error| error.kind()));
    let metadata = file.metadata().unwrap();
    println!("{} {} {}", metadata.is_file(), metadata.is_dir(), metadata.len());
}
