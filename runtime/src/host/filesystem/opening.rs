//! `open-at`: one call of the kernel for a file that is written, two for one that is read.
//!
//! Here because wasmtime-wasi looks at what it has opened in every case, to tell files from directories; the kernel opens none of the
//! latter for writing.

use super::INSIDE;
use super::named_pipe::Reader;
use crate::cache;
use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat, StatxFlags};
use rustix::io::Errno;
use rustix::time::{ClockId, clock_gettime};
use std::fs::File;
use wasmtime_wasi::filesystem::{Descriptor, Dir, File as OpenFile, OpenMode};
use wasmtime_wasi::p3::bindings::filesystem::types::{DescriptorFlags, OpenFlags, PathFlags};

/// The permissions of a new file, before the process's umask.
const NEW: Mode = Mode::from_raw_mode(0o666);

/// What wasmtime-wasi does not have, and says so.
const SYNCHRONISED: [DescriptorFlags; 3] =
    [DescriptorFlags::FILE_INTEGRITY_SYNC, DescriptorFlags::DATA_INTEGRITY_SYNC, DescriptorFlags::REQUESTED_WRITE_SYNC];

/// What opening has come to.
pub(super) enum Opening {
    Done(Descriptor),
    /// It is a named pipe: done when there is a writer.
    Reader(Reader),
    /// It is code that the runtime keeps (cache.rs). Nothing of it has changed.
    Kept,
}

/// Opens what the kernel finds by a path below the directory. Any error is wasmtime-wasi's to judge: nothing was done. `NXIO`: it may be a
/// named pipe without a reader.
pub(super) fn open_at(
    directory: &Dir,
    path_flags: PathFlags,
    path: &str,
    open_flags: OpenFlags,
    flags: DescriptorFlags,
) -> Result<Opening, Errno> {
    let changes = open_flags.contains(OpenFlags::CREATE) || open_flags.contains(OpenFlags::TRUNCATE);
    let write = changes || flags.contains(DescriptorFlags::WRITE);
    // As in wasmtime-wasi: what is not opened for writing is opened for reading, whether that is asked for or not.
    let read = flags.contains(DescriptorFlags::READ) || !flags.contains(DescriptorFlags::WRITE);
    let is_directory = open_flags.contains(OpenFlags::DIRECTORY);
    let is_refused = (is_directory && (write || open_flags.contains(OpenFlags::EXCLUSIVE)))
        || (write && directory.perms.write_not_permitted());
    if is_refused || SYNCHRONISED.into_iter().any(|flag| flags.contains(flag)) {
        return Err(Errno::INVAL);
    }
    // Opening a named pipe must not keep the host's thread waiting for the other side (named_pipe.rs).
    let mut open = OFlags::CLOEXEC | OFlags::NONBLOCK;
    let mut mode = OpenMode::empty();
    mode.set(OpenMode::READ, read);
    mode.set(OpenMode::WRITE, write);
    open |= match (read, write) {
        (true, true) => OFlags::RDWR,
        (false, _) => OFlags::WRONLY,
        (true, false) => OFlags::RDONLY,
    };
    open.set(OFlags::CREATE, open_flags.contains(OpenFlags::CREATE));
    open.set(OFlags::EXCL, open_flags.contains(OpenFlags::CREATE | OpenFlags::EXCLUSIVE));
    // Where the kernel keeps nobody from writing, what has been opened is looked at before anything is done to it.
    let looks = write && cache::overrides();
    open.set(OFlags::TRUNC, open_flags.contains(OpenFlags::TRUNCATE) && !looks);
    open.set(OFlags::DIRECTORY, is_directory);
    open.set(OFlags::NOFOLLOW, !path_flags.contains(PathFlags::SYMLINK_FOLLOW));
    let permissions = if open.contains(OFlags::CREATE) { NEW } else { Mode::empty() };
    let file = File::from(rustix::fs::openat2(&*directory.dir, path, open, permissions, INSIDE)?);
    if looks {
        let stat = rustix::fs::fstat(&file)?;
        if cache::is_kept(&stat) {
            return Ok(Opening::Kept);
        }
        if open_flags.contains(OpenFlags::TRUNCATE) {
            truncate(&file, &stat)?;
        }
    }
    let kind = if is_directory {
        FileType::Directory
    } else if write {
        FileType::RegularFile
    } else {
        file_type(&file)?
    };
    if kind == FileType::Directory {
        return Ok(Opening::Done(Descriptor::Dir(Dir::new(file, directory.perms, mode, true))));
    }
    let file = OpenFile::new(file, directory.perms, mode, true);
    Ok(match kind {
        FileType::Fifo => Opening::Reader(Reader { file: file.file.clone(), descriptor: Descriptor::File(file) }),
        _ => Opening::Done(Descriptor::File(file)),
    })
}

/// Makes the file empty, and dates it now, as opening it to do so would have.
fn truncate(file: &File, stat: &Stat) -> Result<(), Errno> {
    // Most often it was made just now.
    let is_new = stat.st_size == 0 && stat.st_mtime == clock_gettime(ClockId::RealtimeCoarse).tv_sec;
    if is_new || FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
        return Ok(());
    }
    rustix::fs::ftruncate(file, 0)
}

fn file_type(file: &File) -> Result<FileType, Errno> {
    let stat = rustix::fs::statx(file, "", AtFlags::EMPTY_PATH, StatxFlags::TYPE)?;
    Ok(FileType::from_raw_mode(stat.stx_mode.into()))
}

/// Whether a path leads to a named pipe.
pub(super) fn is_named_pipe(directory: &Dir, path: &str) -> bool {
    let open = OFlags::PATH | OFlags::CLOEXEC;
    rustix::fs::openat2(&*directory.dir, path, open, Mode::empty(), INSIDE)
        .and_then(|file| file_type(&File::from(file)))
        .is_ok_and(|kind| kind == FileType::Fifo)
}
