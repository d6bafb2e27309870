//! The table of descriptors: numbers, duplicates, and what is refused.

use component_rt::abi::fake::host;
use wasi_rt::Error;
use wasi_rt::abi::fake::filesystem as disk;
use wasi_rt::descriptor::{self, Entry};
use wasi_rt::fs::{self, OpenOptions, SeekFrom};

fn open(path: &str) -> i32 {
    let all = OpenOptions { read: true, write: true, create: true, ..OpenOptions::default() };
    let file = fs::open(path.as_bytes(), &all).expect("it can be opened");
    descriptor::insert(Entry::from(file)).expect("there is a number")
}

fn host() {
    disk::give("/", false);
}

#[test]
fn the_lowest_free_number_is_given_out() {
    host();
    let (a, b, c) = (open("a"), open("b"), open("c"));
    assert_eq!((a, b, c), (3, 4, 5));
    descriptor::close(b).unwrap();
    descriptor::close(a).unwrap();
    assert_eq!((open("d"), open("e"), open("f")), (3, 4, 6));
    assert_eq!(descriptor::open_count(), 4);
}

#[test]
fn duplicates_share_the_position() {
    host();
    let one = open("a");
    assert_eq!(descriptor::write(one, b"0123456789"), Ok(10));
    let two = descriptor::duplicate(one).unwrap();
    assert_eq!(descriptor::file(two).unwrap().seek(SeekFrom::Start(4)), Ok(4));
    let mut buffer = [0; 3];
    assert_eq!(descriptor::read_vectored(one, &mut [&mut buffer[..]]), Ok(3));
    assert_eq!(&buffer, b"456");
    descriptor::close(one).unwrap();
    assert_eq!(descriptor::read_vectored(two, &mut [&mut buffer[..]]), Ok(3));
    assert_eq!(&buffer, b"789");
}

#[test]
fn closing_the_last_number_closes_the_file() {
    host();
    fs::stat(b"/").unwrap();
    let before = host::live_handles();
    let one = open("a");
    let two = descriptor::duplicate(one).unwrap();
    descriptor::close(one).unwrap();
    assert_ne!(host::live_handles(), before);
    descriptor::close(two).unwrap();
    assert_eq!(host::live_handles(), before);
    assert_eq!(descriptor::open_count(), 0);
}

#[test]
fn numbers_that_are_not_open_are_refused() {
    host();
    let fd = open("a");
    descriptor::close(fd).unwrap();
    for fd in [fd, -1, 1000, i32::MAX, i32::MIN] {
        assert_eq!(descriptor::write(fd, b"x"), Err(Error::BADF));
        assert_eq!(descriptor::close(fd), Err(Error::BADF));
        assert_eq!(descriptor::duplicate(fd), Err(Error::BADF));
    }
}

#[test]
fn the_standard_streams_are_descriptors() {
    host();
    assert_eq!(descriptor::write(1, b"out"), Ok(3));
    assert_eq!(descriptor::write(0, b"x"), Err(Error::BADF));
    assert_eq!(descriptor::file(2).err(), Some(Error::SPIPE));
    let duplicate = descriptor::duplicate(1).unwrap();
    assert_eq!(duplicate, 3);
    assert_eq!(descriptor::write(duplicate, b"put"), Ok(3));
}

#[test]
fn every_slice_is_written_and_every_buffer_filled() {
    host();
    let fd = open("a");
    assert_eq!(descriptor::write_vectored(fd, &[&b"one "[..], b"", b"two ", b"three"]), Ok(13));
    let long = vec![b'.'; 5000];
    assert_eq!(descriptor::write_vectored(fd, &[&long[..], b"end"]), Ok(5003));
    assert_eq!(descriptor::write_vectored_at(fd, &[&b"TW"[..], b"O"], 4), Ok(3));
    let (mut a, mut b, mut c) = ([0; 4], [0; 4], [0; 100]);
    assert_eq!(descriptor::read_vectored_at(fd, &mut [&mut a[..], &mut [], &mut b[..]], 0), Ok(8));
    assert_eq!((&a, &b), (b"one ", b"TWO "));
    assert_eq!(descriptor::read_vectored_at(fd, &mut [&mut a[..], &mut c[..]], 5012), Ok(4));
    assert_eq!(&a, b".end");
}
