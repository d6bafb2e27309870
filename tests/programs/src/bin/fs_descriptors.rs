//! Descriptors are taken out of files, made into files, borrowed and duplicated; each closes what it owns, once.

use std::fs::{self, File};
use std::io::{self, IsTerminal, Read, Seek, Write};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, IntoRawFd, OwnedFd};

fn main() -> io::Result<()> {
    let mut file = File::create_new("a")?;
    file.write_all(b"from the file ")?;
    let first = file.as_raw_fd();
    println!("{}", first > 2);
    let owned: OwnedFd = file.into();
    println!("{}", owned.as_raw_fd() == first);
    let duplicate = owned.try_clone()?;
    println!("{}", duplicate.as_raw_fd() != first);
    let mut file = File::from(owned);
    file.write_all(b"and its owner ")?;
    let mut other = File::from(duplicate);
    other.write_all(b"and a duplicate ")?;
    let raw = other.into_raw_fd();
    // SAFETY: the number was given up just now, by its only owner.
    let mut other = unsafe { File::from_raw_fd(raw) };
    other.write_all(b"and a number")?;
    let borrowed: BorrowedFd<'_> = other.as_fd();
    let mut third = File::from(borrowed.try_clone_to_owned()?);
    third.rewind()?;
    println!("{}", third.stream_position()? == file.stream_position()?);
    println!("{:?}", fs::read_to_string("a")?);
    println!("{} {}", file.is_terminal(), borrowed.is_terminal());
    drop((file, other, third));

    // The numbers are free again.
    let again = File::open("a")?;
    println!("{}", again.as_raw_fd() == first);
    let mut files = Vec::new();
    for _ in 0..500 {
        files.push(File::open("a")?);
    }
    let mut numbers: Vec<_> = files.iter().map(AsRawFd::as_raw_fd).collect();
    numbers.sort_unstable();
    numbers.dedup();
    println!("{}", numbers.len());
    files.retain(|file| file.as_raw_fd() % 2 == 0);
    let mut text = String::new();
    files[7].read_to_string(&mut text)?;
    println!("{text:?}");

    println!("{} {} {}", io::stdin().as_raw_fd(), io::stdout().as_raw_fd(), io::stderr().as_raw_fd());
    let mut out = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    out.write_all(b"through a duplicate of standard output\n")?;
    println!("{:?}", out.stream_position().is_err() || cfg!(unix));
    Ok(())
}
