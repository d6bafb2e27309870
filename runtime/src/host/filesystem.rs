//! Some functions of `wasi:filesystem/types` in the place of wasmtime-wasi's.
//!
//! Here because wasmtime-wasi has one error code, `io`, for whatever it does not know (a full table of descriptors,
//! another file system, a read-only one), because opening and reading named pipes must not stop the whole guest, and for
//! `/dev`. It also asks the kernel for more than an answer needs, which shows in programs that walk directories.
//! Everything that is not plain (errors, ways out of the directory) is left to wasmtime-wasi, so there is one judge of
//! what is allowed. What is here for speed alone stands in `faster`.

mod contents;
mod devices;
mod ending;
mod entries;
mod named_pipe;
mod opening;
pub(super) mod reason;
pub(super) mod stat;
mod times;

use super::Host;
use crate::cache;
pub(super) use devices::Devices;
use entries::Entries;
use opening::Opening;
use rustix::fd::OwnedFd;
use rustix::fs::{FileType, Mode, OFlags, ResolveFlags};
use rustix::io::Errno;
use std::fs::File;
use std::future::ready;
use std::pin::Pin;
use wasmtime::component::{Accessor, FutureReader, Linker, Resource, ResourceTable, ResourceTableError, StreamReader};
use wasmtime::{Result, StoreContextMut};
use wasmtime_wasi::TrappableError;
use wasmtime_wasi::filesystem::{Descriptor, Dir, OpenMode, WasiFilesystem, WasiFilesystemView as _};
use wasmtime_wasi::p3::bindings::filesystem::types::{
    DescriptorFlags, DescriptorStat, DescriptorType, ErrorCode, HostDescriptorWithStore, OpenFlags, PathFlags,
};

/// A path that does not leave the directory it begins in, not even by a symbolic link.
pub(super) const INSIDE: ResolveFlags = ResolveFlags::BENEATH.union(ResolveFlags::NO_MAGICLINKS);

/// What a function gives to its caller, some time.
pub(super) type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<(Result<T, ErrorCode>,)>> + Send + 'a>>;

/// Defines the functions, in the place of wasmtime-wasi's.
pub(super) fn add_to_linker(linker: &mut Linker<Host>) -> Result<()> {
    let mut types = linker.instance("wasi:filesystem/types@0.3.0")?;
    types.func_wrap_concurrent(
        "[method]descriptor.open-at",
        |accessor, (directory, follow, path, open, flags): (_, PathFlags, String, OpenFlags, DescriptorFlags)| {
            let opened = accessor.with(|mut store| {
                let Host { table, devices, .. } = store.get();
                let below = as_directory(table.get(&directory).ok())?;
                if let Some(devices) = Devices::at(devices, below) {
                    return Ok(match devices.open(&path, open, flags) {
                        Ok(descriptor) => Begun::Done(table.push(descriptor)),
                        Err(code) => Begun::Refused(code),
                    });
                }
                match opening::open_at(below, follow, &path, open, flags) {
                    Ok(Opening::Done(descriptor)) => Ok(Begun::Done(table.push(descriptor))),
                    Ok(Opening::Reader(reader)) => Ok(Begun::Reader(reader)),
                    Ok(Opening::Kept) => Ok(Begun::Refused(ErrorCode::Access)),
                    Err(Errno::NXIO) if opening::is_named_pipe(below, &path) => Ok(Begun::Writer(below.clone())),
                    Err(errno) => Err(errno),
                }
            });
            match opened {
                Ok(Begun::Done(opened)) => {
                    Box::pin(ready(opened.map(|descriptor| (Ok(descriptor),)).map_err(Into::into)))
                }
                Ok(Begun::Refused(code)) => Box::pin(ready(Ok((Err(code),)))),
                Ok(Begun::Reader(reader)) => Box::pin(async move { push(accessor, reader.opened().await) }),
                Ok(Begun::Writer(directory)) => Box::pin(async move {
                    push(accessor, named_pipe::Writer { directory, follow, path, open, flags }.opened().await)
                }),
                Err(errno) => Box::pin(async move {
                    let wasi = accessor.with_getter::<WasiFilesystem>(Host::filesystem);
                    let opened = WasiFilesystem::open_at(&wasi, directory, follow, path, open, flags).await;
                    let (opened,) = answer(errno, opened)?;
                    Ok((accessor.with(|mut store| not_kept(&mut store.get().table, opened))?,))
                }),
            }
        },
    )?;
    types.func_wrap_concurrent(
        "[method]descriptor.stat-at",
        |accessor, (directory, flags, path): (_, PathFlags, String)| stat_at(accessor, directory, flags, path),
    )?;
    types.func_wrap(
        "[method]descriptor.read-directory",
        |mut store: StoreContextMut<'_, Host>, (directory,): (Resource<Descriptor>,)| {
            let Host { table, devices, .. } = store.data();
            let directory = as_directory(table.get(&directory).ok());
            let (entries, ending) = match directory.map(|directory| (Devices::at(devices, directory), directory)) {
                Ok((Some(devices), _)) => Entries::listed(devices.entries()),
                Ok((None, directory)) => Entries::of(Ok(directory.dir.clone())),
                Err(errno) => Entries::of(Err(errno)),
            };
            let stream = StreamReader::new(&mut store, entries)?;
            Ok(((stream, FutureReader::new(&mut store, ending)?),))
        },
    )?;
    contents::add_to_linker(&mut types)?;
    stat::add_to_linker(&mut types)?;
    times::add_to_linker(&mut types)?;
    reason::add_to_linker(&mut types)?;
    devices::add_to_linker(linker)
}

/// What opening has come to so far.
enum Begun {
    Done(Result<Resource<Descriptor>, ResourceTableError>),
    Refused(ErrorCode),
    Reader(named_pipe::Reader),
    /// A named pipe in this directory, or below.
    Writer(Dir),
}

/// Gives a descriptor to the guest, or the reason why there is none.
fn push(
    accessor: &Accessor<Host>,
    opened: Result<Descriptor, Errno>,
) -> Result<(Result<Resource<Descriptor>, ErrorCode>,)> {
    Ok((match opened {
        Ok(descriptor) => Ok(accessor.with(|mut store| store.get().table.push(descriptor))?),
        Err(errno) => Err(reason::of(errno)),
    },))
}

/// What wasmtime-wasi has opened, unless it is for writing code that the runtime keeps.
fn not_kept(
    table: &mut ResourceTable,
    opened: Result<Resource<Descriptor>, ErrorCode>,
) -> Result<Result<Resource<Descriptor>, ErrorCode>> {
    let Ok(descriptor) = opened else { return Ok(opened) };
    match table.get(&descriptor)? {
        Descriptor::File(file)
            if file.open_mode.contains(OpenMode::WRITE)
                && cache::overrides()
                && rustix::fs::fstat(&file.file).is_ok_and(|stat| cache::is_kept(&stat)) =>
        {
            table.delete(descriptor)?;
            Ok(Err(ErrorCode::Access))
        }
        _ => Ok(Ok(descriptor)),
    }
}

/// The directory that a descriptor stands for, if it is one.
pub(super) fn as_directory(descriptor: Option<&Descriptor>) -> Result<&Dir, Errno> {
    match descriptor {
        Some(Descriptor::Dir(directory)) => Ok(directory),
        _ => Err(Errno::NOTDIR),
    }
}

/// `stat-at`
pub(super) fn stat_at<'a>(
    accessor: &'a Accessor<Host>,
    directory: Resource<Descriptor>,
    flags: PathFlags,
    path: String,
) -> Answer<'a, DescriptorStat> {
    let stat = accessor.with(|mut store| {
        let Host { table, devices, .. } = store.get();
        let directory = as_directory(table.get(&directory).ok())?;
        match Devices::at(devices, directory) {
            Some(devices) => Ok(devices.stat(&path)),
            None => stat::stat_at(&directory.dir, flags, &path).map(Ok),
        }
    });
    match stat {
        Ok(stat) => Box::pin(ready(Ok((stat,)))),
        Err(errno) => Box::pin(async move {
            let wasi = accessor.with_getter::<WasiFilesystem>(Host::filesystem);
            answer(errno, WasiFilesystem::stat_at(&wasi, directory, flags, path).await)
        }),
    }
}

/// What wasmtime-wasi answers, with the reason that the kernel gave before where wasmtime-wasi has no code for it.
fn answer<T>(errno: Errno, result: Result<T, TrappableError<ErrorCode>>) -> Result<(Result<T, ErrorCode>,)> {
    let error = match result {
        Ok(value) => return Ok((Ok(value),)),
        Err(error) => error.downcast()?,
    };
    Ok((Err(match (error, reason::code(errno)) {
        (ErrorCode::Io, Some(code)) => code,
        (error, _) => error,
    }),))
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

/// Finds the directory that a path's last name lies in, and that name.
fn parent<'a>(directory: &File, path: &'a str) -> Result<(OwnedFd, &'a str), Errno> {
    let (parent, name) = path.rsplit_once('/').unwrap_or((".", path));
    if matches!(name, "" | "." | "..") {
        return Err(Errno::INVAL);
    }
    let open = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let parent = rustix::fs::openat2(directory, parent, open, Mode::empty(), INSIDE)?;
    Ok((parent, name))
}
