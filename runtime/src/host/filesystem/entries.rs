//! `read-directory`: a stream of the names in a directory, as many at once as the guest asks for.
//!
//! Here because wasmtime-wasi looks up the metadata of each entry only to tell its type, which the kernel has told already.

use super::descriptor_type;
use super::ending::{Ended, Ending, ending};
use rustix::fs::{AtFlags, Dir, DirEntry, FileType, Mode, OFlags};
use rustix::io::Errno;
use std::fs::File;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use wasmtime::component::{Destination, StreamProducer, StreamResult, VecBuffer};
use wasmtime::{Result, StoreContextMut};
use wasmtime_wasi::p3::bindings::filesystem::types::{DirectoryEntry, ErrorCode};

/// How many entries are handed over at once when no guest but another host stream reads.
const HOST_READ: usize = 64;

/// The writable end of a stream of directory entries.
pub(super) struct Entries {
    /// `None` once the stream has ended.
    entries: Option<Result<List, ErrorCode>>,
    ending: Ending,
}

/// Where the entries come from.
enum List {
    Host(Dir),
    Made(std::vec::IntoIter<DirectoryEntry>),
}

impl Entries {
    /// These entries.
    pub(super) fn listed(entries: Vec<DirectoryEntry>) -> (Entries, Ended) {
        let (ending, ended) = ending();
        (Entries { entries: Some(Ok(List::Made(entries.into_iter()))), ending }, ended)
    }

    /// The entries of the directory, from the first one, and how reading them will have ended.
    pub(super) fn of(directory: Result<Arc<File>, Errno>) -> (Entries, Ended) {
        let (ending, ended) = ending();
        let list = directory.and_then(|directory| read(&directory)).map(List::Host);
        let entries = list.map_err(|error| io::Error::from(error).into());
        (Entries { entries: Some(entries), ending }, ended)
    }

    /// The next entry other than `.` and `..`.
    fn next(&mut self) -> Option<Result<DirectoryEntry, ErrorCode>> {
        let directory = match self.entries.as_mut()? {
            Ok(List::Host(directory)) => directory,
            Ok(List::Made(entries)) => return entries.next().map(Ok),
            Err(error) => return Some(Err(error.clone())),
        };
        loop {
            let entry = match directory.read()? {
                Ok(entry) => entry,
                Err(error) => return Some(Err(io::Error::from(error).into())),
            };
            if !matches!(entry.file_name().to_bytes(), b"." | b"..") {
                return Some(translate(directory, &entry));
            }
        }
    }
}

/// The descriptor itself may be one that can only be searched (O_PATH).
fn read(directory: &File) -> Result<Dir, Errno> {
    let open = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    Dir::new(rustix::fs::openat(directory, ".", open, Mode::empty())?)
}

fn translate(directory: &Dir, entry: &DirEntry) -> Result<DirectoryEntry, ErrorCode> {
    let name = entry.file_name().to_str().map_err(|_| ErrorCode::IllegalByteSequence)?.to_owned();
    let file_type = match entry.file_type() {
        // Some file systems do not tell.
        FileType::Unknown => {
            let stat =
                directory.fd().and_then(|fd| rustix::fs::statat(fd, entry.file_name(), AtFlags::SYMLINK_NOFOLLOW));
            FileType::from_raw_mode(stat.map_err(io::Error::from)?.st_mode)
        }
        known => known,
    };
    Ok(DirectoryEntry { type_: descriptor_type(file_type), name })
}

impl<D> StreamProducer<D> for Entries {
    type Item = DirectoryEntry;
    type Buffer = VecBuffer<DirectoryEntry>;

    fn poll_produce<'a>(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        mut store: StoreContextMut<'a, D>,
        mut destination: Destination<'a, DirectoryEntry, VecBuffer<DirectoryEntry>>,
        _finish: bool,
    ) -> Poll<Result<StreamResult>> {
        let room = destination.remaining(&mut store).unwrap_or(HOST_READ);
        let mut entries = Vec::with_capacity(room.min(HOST_READ));
        let mut result = StreamResult::Completed;
        while entries.len() < room {
            let end = match self.next() {
                Some(Ok(entry)) => {
                    entries.push(entry);
                    continue;
                }
                Some(Err(error)) => Err(error),
                None => Ok(()),
            };
            self.entries = None;
            result = self.ending.dropped(end);
            break;
        }
        destination.set_buffer(entries.into());
        Poll::Ready(Ok(result))
    }
}
