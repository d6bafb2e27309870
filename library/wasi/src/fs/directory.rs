//! An open directory: its names as they come from the host, and files opened or removed through it.
//!
//! Names are taken from the host's stream in batches. What is done with a name goes through the directory's own
//! descriptor (`openat`, not `open`): it is one call of one component, and no rename or link on the way there can lead
//! it elsewhere.

use alloc_crate::boxed::Box;
use alloc_crate::string::String;
use alloc_crate::sync::Arc;
use alloc_crate::vec::Vec;
use core::mem::MaybeUninit;

use super::metadata::Metadata;
use crate::Error;
use crate::abi::filesystem::layout::RawEntry;
use crate::abi::filesystem::{
    Descriptor, DescriptorFlags, DescriptorType, DirectoryResult, DirectoryStream, OpenFlags, PathFlags, lift_result,
};
use component_rt::event::CopyResult;
use component_rt::future::FutureReader;
use component_rt::stream::ReadableEnd;

/// How many names one call of the host may give.
const BATCH: usize = 128;

/// An open directory.
pub struct Directory {
    descriptor: Descriptor,
    mount: usize,
}

impl Directory {
    pub(super) fn new(descriptor: Descriptor, mount: usize) -> Directory {
        Directory { descriptor, mount }
    }

    /// Opens the directory `name` below `descriptor`, for reading and, if the host lets us, for changing what is in it.
    pub(super) fn open(
        descriptor: &Descriptor,
        mount: usize,
        follow: PathFlags,
        name: &str,
    ) -> Result<Directory, Error> {
        let flags = DescriptorFlags::READ | DescriptorFlags::MUTATE_DIRECTORY;
        let opened = match descriptor.open_at(follow, name, OpenFlags::DIRECTORY, flags) {
            // Below a directory that was given for reading only.
            Err(Error::ROFS | Error::PERM) => {
                descriptor.open_at(follow, name, OpenFlags::DIRECTORY, DescriptorFlags::READ)?
            }
            opened => opened?,
        };
        Ok(Directory::new(opened, mount))
    }

    pub(super) fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    /// What the host knows about `name` in this directory; of a link, about the link itself.
    pub fn stat(&self, name: &str) -> Result<Metadata, Error> {
        Ok(Metadata::new(self.descriptor.stat_at(PathFlags::empty(), name)?, self.mount))
    }
}

/// The names in a directory, in the host's order, without `.` and `..`.
pub struct Entries {
    directory: Arc<Directory>,
    /// `None` after the end or an error.
    source: Option<Source>,
    buffer: Box<[MaybeUninit<RawEntry>; BATCH]>,
    next: usize,
    filled: usize,
}

struct Source {
    stream: ReadableEnd<DirectoryStream>,
    result: FutureReader<DirectoryResult>,
}

// SAFETY: what the buffer's elements point to belongs to the buffer alone (invariant of `abi::memory`).
unsafe impl Send for Entries {}

// SAFETY: through a shared reference nothing of the buffer can be reached.
unsafe impl Sync for Entries {}

/// A name in a directory.
pub struct Entry {
    /// What it is; of a link, `SymbolicLink`.
    pub kind: DescriptorType,
    /// Its name.
    pub name: String,
}

impl Entries {
    pub(super) fn new(directory: Arc<Directory>) -> Entries {
        let (stream, result) = directory.descriptor.read_directory();
        let buffer = Box::new([const { MaybeUninit::uninit() }; BATCH]);
        Entries { directory, source: Some(Source { stream, result }), buffer, next: 0, filled: 0 }
    }

    /// The directory they are in.
    pub fn directory(&self) -> &Arc<Directory> {
        &self.directory
    }

    fn fill(&mut self) -> Option<Result<(), Error>> {
        let source = self.source.as_mut()?;
        let copied = source.stream.read(&mut self.buffer[..]);
        (self.next, self.filled) = (0, copied.count);
        if copied.count != 0 {
            return Some(Ok(()));
        }
        if copied.result == CopyResult::Dropped {
            let source = self.source.take()?;
            drop(source.stream);
            return lift_result(source.result.read()).err().map(Err);
        }
        None
    }
}

impl Iterator for Entries {
    type Item = Result<Entry, Error>;

    fn next(&mut self) -> Option<Result<Entry, Error>> {
        if self.next == self.filled
            && let Err(error) = self.fill()?
        {
            return Some(Err(error));
        }
        // SAFETY: the last copy has filled the buffer up to `filled`, and `next` goes over it once.
        let (kind, name) = unsafe { self.buffer[self.next].assume_init_read() }.lift();
        self.next += 1;
        Some(Ok(Entry { kind, name }))
    }
}

impl Drop for Entries {
    /// Frees the names that nobody has asked for.
    fn drop(&mut self) {
        for entry in &self.buffer[self.next..self.filled] {
            // SAFETY: as in `next`.
            drop(unsafe { entry.assume_init_read() }.lift());
        }
    }
}

/// Removes all that is in the directory that `name` leads to. A link in it is removed, not followed, wherever it stands: every step goes through the
/// descriptor of the directory above, so that nobody can lead it out by exchanging a directory for a link meanwhile.
pub(super) fn empty(parent: &Descriptor, follow: PathFlags, name: &str) -> Result<(), Error> {
    let mut above: Vec<Level> = Vec::new();
    above.push(Level::open(parent, follow, String::from(name)).map_err(|(error, _)| error)?);
    while let Some(level) = above.last_mut() {
        let Some(entry) = level.names.pop() else {
            // Closed before it is removed: not every host removes what is open.
            let Some(Level { name, .. }) = above.pop() else { break };
            let Some(parent) = above.last() else { break };
            missing_is_fine(parent.directory.descriptor().remove_directory_at(&name))?;
            continue;
        };
        let here = level.directory.descriptor();
        if entry.kind != DescriptorType::Directory {
            match here.unlink_file_at(&entry.name) {
                // It has become a directory since its name was read.
                Err(Error::ISDIR | Error::PERM | Error::ACCES) if is_directory(here, &entry.name) => {}
                result => {
                    missing_is_fine(result)?;
                    continue;
                }
            }
        }
        match Level::open(here, PathFlags::empty(), entry.name) {
            Ok(level) => above.push(level),
            // It is none any more, or a link: then it goes as what it is.
            Err((Error::NOTDIR | Error::LOOP, name)) => missing_is_fine(here.unlink_file_at(&name))?,
            Err((error, _)) => missing_is_fine(Err(error))?,
        }
    }
    Ok(())
}

/// A directory on the way down, with the names still to be removed.
struct Level {
    directory: Arc<Directory>,
    name: String,
    names: Vec<Entry>,
}

impl Level {
    fn open(parent: &Descriptor, follow: PathFlags, name: String) -> Result<Level, (Error, String)> {
        let directory = match Directory::open(parent, usize::MAX, follow, &name) {
            Ok(directory) => Arc::new(directory),
            Err(error) => return Err((error, name)),
        };
        // All of them first: what a directory's stream gives while names are removed is nobody's promise.
        match Entries::new(directory.clone()).collect() {
            Ok(names) => Ok(Level { directory, name, names }),
            Err(error) => Err((error, name)),
        }
    }
}

fn is_directory(parent: &Descriptor, name: &str) -> bool {
    parent.stat_at(PathFlags::empty(), name).is_ok_and(|stat| stat.kind == DescriptorType::Directory)
}

/// Somebody else may be removing the same tree.
fn missing_is_fine(result: Result<(), Error>) -> Result<(), Error> {
    match result {
        Err(Error::NOENT) => Ok(()),
        result => result,
    }
}
