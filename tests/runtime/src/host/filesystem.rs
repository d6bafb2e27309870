//! Three functions of `wasi:filesystem/types` in the place of wasmtime-wasi's: `stat-at`, `unlink-file-at` and `read-directory`.
//!
//! Here because programs that walk directories spend their time in these. wasmtime-wasi looks up the metadata of each entry of a
//! directory only to tell its type, which the kernel has told already; and its lookup of a path takes twice the time of the system calls in
//! it. Everything that is not plain (errors, ways out of the directory) is left to wasmtime-wasi, so there is one judge of what is allowed.

use super::Host;
use rustix::fs::{AtFlags, Dir, DirEntry, FileType, Mode, OFlags, ResolveFlags, Statx, StatxFlags, StatxTimestamp};
use std::fs::File;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::sync::oneshot;
use wasmtime::component::{
    Destination, FutureReader, Linker, Resource, StreamProducer, StreamReader, StreamResult, VecBuffer,
};
use wasmtime::{Result, StoreContextMut};
use wasmtime_wasi::filesystem::{Descriptor, Dir as Directory, WasiFilesystem, WasiFilesystemView as _};
use wasmtime_wasi::p3::bindings::clocks::system_clock::Instant;
use wasmtime_wasi::p3::bindings::filesystem::types::{
    DescriptorStat, DescriptorType, DirectoryEntry, ErrorCode, HostDescriptorWithStore, PathFlags,
};

/// A path that does not leave the directory it begins in, not even by a symbolic link.
const INSIDE: ResolveFlags = ResolveFlags::BENEATH.union(ResolveFlags::NO_MAGICLINKS);

/// How many entries are handed over at once when no guest but another host stream reads.
const HOST_READ: usize = 64;

/// Defines the functions, in the place of wasmtime-wasi's.
pub(super) fn add_to_linker(linker: &mut Linker<Host>) -> Result<()> {
    let mut types = linker.instance("wasi:filesystem/types@0.3.0")?;
    types.func_wrap_concurrent(
        "[method]descriptor.stat-at",
        |accessor, (descriptor, flags, path): (Resource<_>, PathFlags, String)| {
            Box::pin(async move {
                if let Some(directory) = accessor.with(|mut store| directory(store.get(), &descriptor))
                    && let Ok(stat) = stat_at(&directory.dir, flags, &path)
                {
                    return Ok((Ok(stat),));
                }
                let wasi = accessor.with_getter::<WasiFilesystem>(Host::filesystem);
                Ok((match WasiFilesystem::stat_at(&wasi, descriptor, flags, path).await {
                    Ok(stat) => Ok(stat),
                    Err(error) => Err(error.downcast()?),
                },))
            })
        },
    )?;
    types.func_wrap_concurrent(
        "[method]descriptor.unlink-file-at",
        |accessor, (descriptor, path): (Resource<_>, String)| {
            Box::pin(async move {
                if let Some(directory) = accessor.with(|mut store| directory(store.get(), &descriptor))
                    && !directory.perms.write_not_permitted()
                    && unlink_file_at(&directory.dir, &path).is_ok()
                {
                    return Ok((Ok(()),));
                }
                let wasi = accessor.with_getter::<WasiFilesystem>(Host::filesystem);
                Ok((match WasiFilesystem::unlink_file_at(&wasi, descriptor, path).await {
                    Ok(()) => Ok(()),
                    Err(error) => Err(error.downcast()?),
                },))
            })
        },
    )?;
    types.func_wrap(
        "[method]descriptor.read-directory",
        |mut store: StoreContextMut<'_, Host>, (descriptor,): (Resource<_>,)| {
            let (ending, ended) = oneshot::channel();
            let entries = match directory(store.data_mut(), &descriptor) {
                Some(directory) => entries(&directory.dir).map_err(|error| io::Error::from(error).into()),
                None => Err(ErrorCode::NotDirectory),
            };
            let stream = StreamReader::new(&mut store, Entries { entries: Some(entries), ending: Some(ending) })?;
            let future =
                FutureReader::new(&mut store, async move { wasmtime::error::Ok(ended.await.unwrap_or(Ok(()))) })?;
            Ok(((stream, future),))
        },
    )
}

/// The directory behind a descriptor, if it is one.
fn directory(host: &mut Host, descriptor: &Resource<Descriptor>) -> Option<Directory> {
    match host.filesystem().table.get(descriptor) {
        Ok(Descriptor::Dir(directory)) => Some(directory.clone()),
        _ => None,
    }
}

/// The entries of the directory, from the first one. The descriptor itself may be one that can only be searched (O_PATH).
fn entries(directory: &File) -> rustix::io::Result<Dir> {
    let open = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    Dir::new(rustix::fs::openat(directory, ".", open, Mode::empty())?)
}

/// The metadata of a path that the kernel finds below the directory.
fn stat_at(directory: &File, flags: PathFlags, path: &str) -> io::Result<DescriptorStat> {
    let wanted = StatxFlags::BASIC_STATS | StatxFlags::BTIME;
    let follow = flags.contains(PathFlags::SYMLINK_FOLLOW);
    // A single name leads nowhere else, unless it is a symbolic link to be followed.
    if !path.contains('/') && path != ".." {
        let stat = rustix::fs::statx(directory, path, AtFlags::SYMLINK_NOFOLLOW, wanted)?;
        if !follow || FileType::from_raw_mode(stat.stx_mode.into()) != FileType::Symlink {
            return Ok(metadata(&stat));
        }
    }
    let mut open = OFlags::PATH | OFlags::CLOEXEC;
    if !follow {
        open |= OFlags::NOFOLLOW;
    }
    let file = rustix::fs::openat2(directory, path, open, Mode::empty(), INSIDE)?;
    Ok(metadata(&rustix::fs::statx(&file, "", AtFlags::EMPTY_PATH, wanted)?))
}

/// Removes a name from a directory that the kernel finds below this one.
fn unlink_file_at(directory: &File, path: &str) -> io::Result<()> {
    // The last name is not followed, so one without a directory before it leads nowhere else.
    let Some((parent, name)) = path.rsplit_once('/') else {
        return Ok(rustix::fs::unlinkat(directory, path, AtFlags::empty())?);
    };
    let open = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let parent = rustix::fs::openat2(directory, parent, open, Mode::empty(), INSIDE)?;
    Ok(rustix::fs::unlinkat(&parent, name, AtFlags::empty())?)
}

fn metadata(stat: &Statx) -> DescriptorStat {
    let time = |time: StatxTimestamp| Some(Instant { seconds: time.tv_sec, nanoseconds: time.tv_nsec });
    let born = StatxFlags::from_bits_retain(stat.stx_mask).contains(StatxFlags::BTIME);
    DescriptorStat {
        type_: descriptor_type(FileType::from_raw_mode(stat.stx_mode.into())),
        link_count: stat.stx_nlink.into(),
        size: stat.stx_size,
        data_access_timestamp: time(stat.stx_atime),
        data_modification_timestamp: time(stat.stx_mtime),
        // What wasmtime-wasi gives here, and what std's `Metadata::created` asks for: the time of birth.
        status_change_timestamp: born.then(|| time(stat.stx_btime)).flatten(),
    }
}

fn descriptor_type(file_type: FileType) -> DescriptorType {
    match file_type {
        FileType::RegularFile => DescriptorType::RegularFile,
        FileType::Directory => DescriptorType::Directory,
        FileType::Symlink => DescriptorType::SymbolicLink,
        FileType::BlockDevice => DescriptorType::BlockDevice,
        FileType::CharacterDevice => DescriptorType::CharacterDevice,
        FileType::Fifo => DescriptorType::Fifo,
        FileType::Socket => DescriptorType::Socket,
        FileType::Unknown => DescriptorType::Other(None),
    }
}

/// The writable end of a stream of directory entries.
struct Entries {
    /// `None` once the stream has ended.
    entries: Option<Result<Dir, ErrorCode>>,
    ending: Option<oneshot::Sender<Result<(), ErrorCode>>>,
}

impl Entries {
    /// The next entry other than `.` and `..`.
    fn next(&mut self) -> Option<Result<DirectoryEntry, ErrorCode>> {
        let directory = match self.entries.as_mut()? {
            Ok(directory) => directory,
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
            if let Some(ending) = self.ending.take() {
                // A guest that dropped the future does not want to know.
                let _ = ending.send(end);
            }
            result = StreamResult::Dropped;
            break;
        }
        destination.set_buffer(entries.into());
        Poll::Ready(Ok(result))
    }
}
