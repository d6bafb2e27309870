//! `/dev`: a directory of devices that give a guest nothing which it has not anyway.
//!
//! Here because programs and their tests use `/dev/null` and the like, and because granting the host's `/dev` would open its disks, terminals
//! and memory as well. To the host it is a directory that is empty and has no name any more; the names in it are answered here, and whatever
//! is not, wasmtime-wasi does to that directory, where nothing can be found or made. `stdin`, `stdout` and `stderr` are the guest's own
//! streams, wherever they lead, not what this process has. Links are left out: `stdin` is no link to `/proc/self/fd/0`.

use super::super::Host;
use super::super::stdio::{Sink, Source, Streams};
use super::{reason, stat};
use crate::refusal::Refusal;
use crate::schedule;
use rustix::fs::{FileType, Mode, OFlags, fstat, makedev};
use rustix::io::Errno;
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, PoisonError};
use wasmtime::component::{Linker, Resource};
use wasmtime::{Result as Outcome, StoreContextMut};
use wasmtime_wasi::FsPerms;
use wasmtime_wasi::filesystem::{Descriptor, Dir, File as OpenFile, OpenMode, WasiFilesystemView as _};
use wasmtime_wasi::p3::bindings::filesystem::preopens;
use wasmtime_wasi::p3::bindings::filesystem::types::{
    DescriptorFlags, DescriptorStat, DescriptorType, DirectoryEntry, ErrorCode, OpenFlags,
};

/// What the guest calls the directory.
const NAME: &str = "/dev";

/// The host's devices, and their minor numbers; the major number is [`MEMORY`].
const DEVICES: &[(&str, u32)] = &[("null", 3), ("zero", 5), ("full", 7), ("random", 8), ("urandom", 9)];
const MEMORY: u32 = 1;

/// The directory.
pub(in crate::host) struct Devices {
    directory: Dir,
    /// What is answered by the runtime itself.
    streams: Vec<Stream>,
}

/// A device that is a stream.
struct Stream {
    name: &'static str,
    end: End,
    /// What the guest's descriptors stand for, each with a mode of its own.
    file: OpenFile,
}

enum End {
    Source(Source),
    Sink(Sink),
}

/// What a path below the directory names.
enum Found<'a> {
    Directory,
    Stream(&'a Stream),
    Device(&'static str, u32),
}

/// Defines `get-directories`.
pub(super) fn add_to_linker(linker: &mut Linker<Host>) -> Outcome<()> {
    linker.instance("wasi:filesystem/preopens@0.3.0")?.func_wrap(
        "get-directories",
        |mut store: StoreContextMut<'_, Host>, ()| {
            let host = store.data_mut();
            let mut directories: Vec<(Resource<Descriptor>, String)> =
                preopens::Host::get_directories(&mut host.filesystem())?;
            if let Some(devices) = &host.devices {
                let directory = Descriptor::Dir(devices.directory.clone());
                directories.push((host.table.push(directory)?, NAME.to_owned()));
            }
            Ok((directories,))
        },
    )
}

/// Is this one of our devices, opened for writing? Nothing of it but its content may be changed, so its permissions say that it may not be
/// written; files have no such mode with such permissions.
pub(super) fn is_writable(file: &OpenFile) -> bool {
    file.open_mode.contains(OpenMode::WRITE)
}

impl Devices {
    /// The directory for a guest that has these streams; in a schedule, its random numbers are made from the seed.
    pub(in crate::host) fn new(streams: &Streams, schedule: Option<u64>) -> Result<Devices, Refusal> {
        let refusal = |error: io::Error| Refusal::Host { cause: format!("--dev: {NAME} cannot be made: {error}") };
        let directory = nameless_directory().map_err(refusal)?;
        let mut ends = vec![
            ("stdin", End::Source(streams.stdin.clone())),
            ("stdout", End::Sink(streams.stdout.clone())),
            ("stderr", End::Sink(streams.stderr.clone())),
        ];
        if let Some(seed) = schedule {
            let bytes = Arc::new(Mutex::new(schedule::random_bytes(seed).into_iter().cycle()));
            ends.push(("random", End::Source(Source::Endless(bytes.clone()))));
            ends.push(("urandom", End::Source(Source::Endless(bytes))));
        }
        let stream = |(name, end): (&'static str, End)| {
            let descriptor = match &end {
                End::Source(source) => source.descriptor(),
                End::Sink(sink) => sink.descriptor(),
            };
            let file = match descriptor {
                Some(descriptor) => descriptor.twin()?,
                None => null()?,
            };
            let file = OpenFile::new(file.into(), FsPerms::ReadOnly, OpenMode::empty(), true);
            Ok(Stream { name, end, file })
        };
        let streams = ends.into_iter().map(stream).collect::<io::Result<_>>().map_err(refusal)?;
        Ok(Devices { directory, streams })
    }

    /// Our directory, if it is this one.
    pub(in crate::host) fn at<'a>(devices: &'a Option<Devices>, directory: &Dir) -> Option<&'a Devices> {
        devices.as_ref().filter(|devices| Arc::ptr_eq(&devices.directory.dir, &directory.dir))
    }

    /// `open-at`
    pub(super) fn open(&self, path: &str, open: OpenFlags, flags: DescriptorFlags) -> Result<Descriptor, ErrorCode> {
        let found = self.find(path)?;
        let changes = open.contains(OpenFlags::CREATE) || open.contains(OpenFlags::TRUNCATE);
        let writes = changes || flags.contains(DescriptorFlags::WRITE);
        let reads = flags.contains(DescriptorFlags::READ) || !flags.contains(DescriptorFlags::WRITE);
        if open.contains(OpenFlags::CREATE | OpenFlags::EXCLUSIVE) {
            return Err(ErrorCode::Exist);
        }
        let mut mode = OpenMode::empty();
        mode.set(OpenMode::READ, reads);
        mode.set(OpenMode::WRITE, writes);
        match found {
            Found::Directory if writes => Err(ErrorCode::IsDirectory),
            Found::Directory => Ok(Descriptor::Dir(self.directory.clone())),
            _ if open.contains(OpenFlags::DIRECTORY) => Err(ErrorCode::NotDirectory),
            Found::Stream(Stream { end: End::Source(_), .. }) if writes => Err(ErrorCode::Access),
            Found::Stream(Stream { end: End::Sink(_), .. }) if reads => Err(ErrorCode::Access),
            Found::Stream(stream) => {
                let mut file = stream.file.clone();
                file.open_mode = mode;
                Ok(Descriptor::File(file))
            }
            Found::Device(name, minor) => {
                let access = match (reads, writes) {
                    (_, false) => OFlags::RDONLY,
                    (false, true) => OFlags::WRONLY,
                    (true, true) => OFlags::RDWR,
                };
                let file = device(name, minor, access).map_err(reason::of)?;
                Ok(Descriptor::File(OpenFile::new(file, FsPerms::ReadOnly, mode, true)))
            }
        }
    }

    /// `stat-at`
    pub(super) fn stat(&self, path: &str) -> Result<DescriptorStat, ErrorCode> {
        match self.find(path)? {
            Found::Directory => stat::of(&self.directory.dir),
            Found::Stream(stream) => stat::of(&stream.file.file),
            Found::Device(name, minor) => device(name, minor, OFlags::PATH).and_then(|file| stat::of(&file)),
        }
        .map_err(reason::of)
    }

    /// `read-directory`
    pub(super) fn entries(&self) -> Vec<DirectoryEntry> {
        let is_device = |(name, _): &&(&str, u32)| !self.streams.iter().any(|stream| stream.name == *name);
        let devices = DEVICES
            .iter()
            .filter(is_device)
            .filter(|(name, minor)| device(name, *minor, OFlags::PATH).is_ok())
            .map(|(name, _)| (*name, DescriptorType::CharacterDevice));
        let streams =
            self.streams.iter().filter_map(|stream| Some((stream.name, stat::of(&stream.file.file).ok()?.type_)));
        let entry = |(name, type_): (&str, _)| DirectoryEntry { type_, name: name.to_owned() };
        devices.chain(streams).map(entry).collect()
    }

    /// What is read instead of this file.
    pub(super) fn source(&self, file: &Arc<File>) -> Option<Source> {
        match &self.stream(file)?.end {
            End::Source(source) => Some(source.clone()),
            End::Sink(_) => None,
        }
    }

    /// What is written instead of this file.
    pub(super) fn sink(&self, file: &Arc<File>) -> Option<Sink> {
        match &self.stream(file)?.end {
            End::Sink(sink) => Some(sink.clone()),
            End::Source(_) => None,
        }
    }

    fn stream(&self, file: &Arc<File>) -> Option<&Stream> {
        self.streams.iter().find(|stream| Arc::ptr_eq(&stream.file.file, file))
    }

    fn find(&self, path: &str) -> Result<Found<'_>, ErrorCode> {
        if path.is_empty() {
            return Err(ErrorCode::NoEntry);
        }
        if path.starts_with('/') {
            return Err(ErrorCode::NotPermitted);
        }
        let mut names = path.split('/').filter(|name| !matches!(*name, "" | "."));
        let Some(name) = names.next() else { return Ok(Found::Directory) };
        if name == ".." {
            return Err(ErrorCode::NotPermitted);
        }
        let stream = self.streams.iter().find(|stream| stream.name == name).map(Found::Stream);
        let device =
            || DEVICES.iter().find(|(device, _)| *device == name).map(|(name, minor)| Found::Device(name, *minor));
        let found = stream.or_else(device).ok_or(ErrorCode::NoEntry)?;
        // What follows a device, be it a slash, demands a directory.
        if names.next().is_some() || !path.ends_with(name) {
            return Err(ErrorCode::NotDirectory);
        }
        Ok(found)
    }
}

/// A directory that nobody can find, or put anything into. One is enough for all runs.
fn nameless_directory() -> io::Result<Dir> {
    static DIRECTORY: Mutex<Option<Dir>> = Mutex::new(None);
    let mut directory = DIRECTORY.lock().unwrap_or_else(PoisonError::into_inner);
    match &*directory {
        Some(directory) => Ok(directory.clone()),
        None => {
            let made = Dir::new(make_nameless_directory()?, FsPerms::ReadOnly, OpenMode::READ, true);
            Ok(directory.insert(made).clone())
        }
    }
}

fn make_nameless_directory() -> io::Result<File> {
    for number in 0..u32::MAX {
        let path = std::env::temp_dir().join(format!("component-run-{}-{number}", std::process::id()));
        match rustix::fs::mkdir(&path, Mode::RWXU) {
            Err(Errno::EXIST) => continue,
            made => made?,
        }
        let open = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let directory = rustix::fs::open(&path, open, Mode::empty());
        rustix::fs::rmdir(&path)?;
        return Ok(directory?.into());
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// What a stream is that is nothing to the host.
fn null() -> io::Result<OwnedFd> {
    static NULL: Mutex<Option<OwnedFd>> = Mutex::new(None);
    let mut null = NULL.lock().unwrap_or_else(PoisonError::into_inner);
    match &*null {
        Some(null) => null.try_clone(),
        None => null.insert(device("null", 3, OFlags::PATH)?.into()).try_clone(),
    }
}

/// The host's device of this name, if it is what its number says.
fn device(name: &str, minor: u32, access: OFlags) -> Result<File, Errno> {
    let open = access | OFlags::NOFOLLOW | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = rustix::fs::open(format!("/dev/{name}"), open, Mode::empty())?;
    let stat = fstat(&file)?;
    let is_device = FileType::from_raw_mode(stat.st_mode) == FileType::CharacterDevice;
    if is_device && stat.st_rdev == makedev(MEMORY, minor) { Ok(file.into()) } else { Err(Errno::NOENT) }
}
