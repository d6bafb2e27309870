//! Profiles: how often each region of an instrumented program ran, written to a file when the program ends.
//!
//! `-Cinstrument-coverage` and `-Cprofile-generate` make code count; what it counts in lies in sections of the program (`image.rs`). The crate
//! `profiler_builtins`, which rustc links into such programs alone, finds the sections and calls [`write`]. LLVM's tools read the file.
//! The environment variable `LLVM_PROFILE_FILE` says where it goes (`name.rs`).
//!
//! A file that several runs share is added to, and a lock file beside it keeps the others away meanwhile: WASI has no locks.
//!
//! Left out: value profiles, and profiles that grow while the program runs (`%c`).

use alloc_crate::format;
use alloc_crate::string::String;
use alloc_crate::vec::Vec;
use core::mem::MaybeUninit;

use crate::fs::{self, OpenFile, OpenOptions};
use crate::{Error, env, stdio, time};

mod image;
mod name;

pub use image::{Image, Section, VERSION};
use name::Name;

/// Writes the profile to the file that the environment names, else to `default`. Says on standard error why it cannot.
///
/// # Errors
///
/// What the file system says.
pub fn write(image: &Image<'_>, default: &[u8]) -> Result<(), Error> {
    let named = env::get(VARIABLE).filter(|pattern| !pattern.is_empty());
    let name = Name::of(named.as_deref().unwrap_or(default), image);
    let written = make_parents(&name.path).and_then(|()| put(&name, image));
    if let Err(error) = written {
        let path = String::from_utf8_lossy(&name.path);
        let message = format!(
            "the profile cannot be written to {path}: {}. LLVM_PROFILE_FILE names another file; it must lie in a directory that the program \
             was granted\n",
            error.message()
        );
        tell(&message);
    }
    written
}

fn tell(message: &str) {
    let mut rest = message.as_bytes();
    // If nobody reads it there is nobody to tell.
    while let Ok(count @ 1..) = stdio::write_stderr(rest) {
        rest = &rest[count..];
    }
}

const VARIABLE: &[u8] = b"LLVM_PROFILE_FILE";

fn put(name: &Name, image: &Image<'_>) -> Result<(), Error> {
    let mut profile = image.encode();
    if !name.is_shared {
        return write_all(&name.path, &profile);
    }
    let _lock = Lock::take(&name.path)?;
    match read_all(&name.path) {
        // What another build of the program has left is of no use to this one's readers.
        Ok(before) => _ = image.add(&mut profile, &before),
        Err(Error::NOENT) => {}
        Err(error) => return Err(error),
    }
    write_all(&name.path, &profile)
}

/// Makes the directories that the path leads through.
fn make_parents(path: &[u8]) -> Result<(), Error> {
    let slashes = path.iter().enumerate().filter(|(at, byte)| *at > 0 && **byte == b'/').map(|(at, _)| at);
    let missing: Vec<usize> = slashes.rev().take_while(|&end| fs::stat(&path[..end]).is_err()).collect();
    for end in missing.into_iter().rev() {
        match fs::create_directory(&path[..end]) {
            // Another run may have been faster, and of `a//b` the first part comes twice.
            Ok(()) | Err(Error::EXIST) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn write_all(path: &[u8], mut bytes: &[u8]) -> Result<(), Error> {
    let file = fs::open(path, &OpenOptions { write: true, create: true, truncate: true, ..OpenOptions::default() })?;
    while !bytes.is_empty() {
        bytes = &bytes[file.write(bytes)?..];
    }
    Ok(())
}

fn read_all(path: &[u8]) -> Result<Vec<u8>, Error> {
    let file: OpenFile = fs::open(path, &OpenOptions { read: true, ..OpenOptions::default() })?;
    let mut bytes = Vec::new();
    loop {
        let mut buffer = [MaybeUninit::uninit(); 4096];
        let count = file.read(&mut buffer)?;
        if count == 0 {
            return Ok(bytes);
        }
        // SAFETY: reading has stored that many bytes.
        bytes.extend(buffer[..count].iter().map(|byte| unsafe { byte.assume_init() }));
    }
}

/// A file beside the profile that is there as long as somebody adds to it.
struct Lock(Vec<u8>);

impl Lock {
    /// Waits until nobody else has it. Who holds it longer than all of [`TRIES`] was killed meanwhile, and its lock is broken.
    fn take(path: &[u8]) -> Result<Lock, Error> {
        let lock = [path, b".lock"].concat();
        let new = OpenOptions { write: true, create_new: true, ..OpenOptions::default() };
        for _ in 0..TRIES {
            match fs::open(&lock, &new) {
                Err(Error::EXIST) => time::sleep(PAUSE),
                opened => return opened.map(|_| Lock(lock)),
            }
        }
        Ok(Lock(lock))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // If it is gone, another run has waited for too long.
        let _ = fs::remove_file(&self.0);
    }
}

/// How often a lock is asked for, and how many nanoseconds pass in between: five seconds in all, for what takes a millisecond.
const TRIES: usize = 1000;
const PAUSE: u64 = 5_000_000;
