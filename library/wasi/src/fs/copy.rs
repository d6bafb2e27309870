//! Copying a file's contents: `std::fs::copy`.
//!
//! Through a buffer of our own. The host could be given the one file's stream as the other's source, but then nobody
//! would know how many bytes went over, nor which side an error belongs to.

use alloc_crate::vec::Vec;

use super::{FileType, OpenOptions, open};
use crate::Error;

/// Larger files go over in pieces of this many bytes.
const MOST: u64 = 256 * 1024;

/// Copies the contents of the regular file `from` to `to`, which is made if it is missing and emptied if it is not.
/// Gives the length. `None`: `from` is no regular file.
pub fn copy(from: &[u8], to: &[u8]) -> Result<Option<u64>, Error> {
    let source = open(from, &OpenOptions { read: true, ..OpenOptions::default() })?;
    let metadata = source.stat()?;
    if metadata.kind() != FileType::RegularFile {
        return Ok(None);
    }
    let target = open(to, &OpenOptions { write: true, create: true, truncate: true, ..OpenOptions::default() })?;
    // One more than is there, so that a file that does not grow takes one read and the one that finds the end.
    let mut buffer = Vec::with_capacity((metadata.size() + 1).clamp(4096, MOST) as usize);
    let mut copied = 0;
    loop {
        let count = source.read(buffer.spare_capacity_mut())?;
        if count == 0 {
            target.flush()?;
            return Ok(Some(copied));
        }
        // SAFETY: `read` has filled that many bytes of the vector's spare room, which begins at its start: its length
        // is zero.
        let mut rest = unsafe { core::slice::from_raw_parts(buffer.as_ptr(), count) };
        while !rest.is_empty() {
            let written = target.write(rest)?;
            rest = &rest[written..];
        }
        copied += count as u64;
        buffer.clear();
    }
}
