//! `set-times` and `set-times-at`: one call of the kernel, which also knows why it fails.
//!
//! A fraction of a second that is none (10^9 nanoseconds or more) is invalid here, as it is to the kernel: among such numbers are those by
//! which the kernel is told to take the present time, or to change nothing.

use super::super::Host;
use super::{INSIDE, answer, as_directory, parent, reason};
use rustix::fs::{AtFlags, Mode, OFlags, Timespec, Timestamps, UTIME_NOW, UTIME_OMIT};
use rustix::io::Errno;
use std::future::ready;
use wasmtime::Result;
use wasmtime::component::{LinkerInstance, Resource};
use wasmtime_wasi::filesystem::{Descriptor, Dir, WasiFilesystem, WasiFilesystemView as _};
use wasmtime_wasi::p3::bindings::clocks::system_clock::Instant;
use wasmtime_wasi::p3::bindings::filesystem::types::{HostDescriptorWithStore, NewTimestamp, PathFlags};

/// The nanoseconds of a second.
const SECOND: u32 = 1_000_000_000;

/// Defines the functions.
pub(super) fn add_to_linker(types: &mut LinkerInstance<'_, Host>) -> Result<()> {
    types.func_wrap_concurrent(
        "[method]descriptor.set-times",
        |accessor, (descriptor, accessed, modified): (Resource<Descriptor>, NewTimestamp, NewTimestamp)| {
            let result = accessor.with(|mut store| {
                let (file, permissions) = match store.get().table.get(&descriptor) {
                    Ok(Descriptor::File(file)) => (&file.file, file.perms),
                    Ok(Descriptor::Dir(directory)) => (&directory.dir, directory.perms),
                    Err(error) => return Err(error),
                };
                if permissions.write_not_permitted() {
                    return Ok(Err(Errno::PERM));
                }
                Ok(times(accessed, modified).and_then(|times| match rustix::fs::futimens(file, &times) {
                    // A granted directory may be open for searching only.
                    Err(Errno::BADF) => rustix::fs::utimensat(file, "", &times, AtFlags::EMPTY_PATH),
                    result => result,
                }))
            });
            // There is no path that could lead elsewhere, so nothing is left to wasmtime-wasi.
            Box::pin(ready(result.map(|result| (result.map_err(reason::of),)).map_err(Into::into)))
        },
    )?;
    types.func_wrap_concurrent(
        "[method]descriptor.set-times-at",
        |accessor,
         (directory, follow, path, accessed, modified): (
            Resource<Descriptor>,
            PathFlags,
            String,
            NewTimestamp,
            NewTimestamp,
        )| {
            let times = match times(accessed, modified) {
                Ok(times) => times,
                Err(errno) => return Box::pin(ready(Ok((Err(reason::of(errno)),)))),
            };
            let result = accessor.with(|mut store| {
                set_times_at(as_directory(store.get().table.get(&directory).ok())?, follow, &path, &times)
            });
            match result {
                Ok(()) => Box::pin(ready(Ok((Ok(()),)))),
                Err(errno) => Box::pin(async move {
                    let wasi = accessor.with_getter::<WasiFilesystem>(Host::filesystem);
                    let result = WasiFilesystem::set_times_at(&wasi, directory, follow, path, accessed, modified).await;
                    answer(errno, result)
                }),
            }
        },
    )
}

/// Sets the times of what the kernel finds by a path below the directory.
fn set_times_at(directory: &Dir, follow: PathFlags, path: &str, times: &Timestamps) -> Result<(), Errno> {
    if directory.perms.write_not_permitted() {
        return Err(Errno::PERM);
    }
    if follow.contains(PathFlags::SYMLINK_FOLLOW) {
        let open = OFlags::PATH | OFlags::CLOEXEC;
        let file = rustix::fs::openat2(&*directory.dir, path, open, Mode::empty(), INSIDE)?;
        return rustix::fs::utimensat(&file, "", times, AtFlags::EMPTY_PATH);
    }
    // The last name is not followed, so it leads nowhere else.
    let (parent, name) = parent(&directory.dir, path)?;
    rustix::fs::utimensat(&parent, name, times, AtFlags::SYMLINK_NOFOLLOW)
}

fn times(accessed: NewTimestamp, modified: NewTimestamp) -> Result<Timestamps, Errno> {
    Ok(Timestamps { last_access: time(accessed)?, last_modification: time(modified)? })
}

fn time(time: NewTimestamp) -> Result<Timespec, Errno> {
    match time {
        NewTimestamp::NoChange => Ok(Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT }),
        NewTimestamp::Now => Ok(Timespec { tv_sec: 0, tv_nsec: UTIME_NOW }),
        NewTimestamp::Timestamp(Instant { nanoseconds: SECOND.., .. }) => Err(Errno::INVAL),
        NewTimestamp::Timestamp(time) => Ok(Timespec { tv_sec: time.seconds, tv_nsec: time.nanoseconds.into() }),
    }
}
