//! Host functions that are here for speed alone. A host without them does the same, by wasmtime-wasi's functions or by
//! those of `filesystem`; the variable `COMPONENT_PLAIN` leaves them out.
//!
//! Each one does what is plain and most frequent, and leaves all else, errors included, to the function that would be in
//! its place. Programs that walk directories spend their time in `stat-at` and `unlink-file-at`, and there is nothing that
//! programs ask for more often than the time.

mod parents;

use super::Host;
use super::filesystem::stat::{WANTED, metadata};
use super::filesystem::{Devices, as_directory, reason, stat_at};
pub(super) use parents::Parents;
use rustix::fs::{AtFlags, FileType};
use rustix::io::Errno;
use rustix::time::{ClockId, Timespec, clock_gettime};
use std::future::ready;
use wasmtime::Result;
use wasmtime::component::{Linker, Resource};
use wasmtime_wasi::filesystem::Descriptor;
use wasmtime_wasi::p3::bindings::clocks::system_clock::Instant;
use wasmtime_wasi::p3::bindings::filesystem::types::{DescriptorStat, ErrorCode, PathFlags};

/// Defines the functions, in the place of others.
pub(super) fn add_to_linker(linker: &mut Linker<Host>) -> Result<()> {
    let mut types = linker.instance("wasi:filesystem/types@0.3.0")?;
    types.func_wrap_concurrent(
        "[method]descriptor.stat-at",
        |accessor, (directory, flags, path): (Resource<Descriptor>, PathFlags, String)| match accessor
            .with(|mut store| stat(store.get(), &directory, flags, &path))
        {
            Some(stat) => Box::pin(ready(Ok((stat,)))),
            None => stat_at(accessor, directory, flags, path),
        },
    )?;
    types.func_wrap_concurrent(
        "[method]descriptor.unlink-file-at",
        |accessor, (directory, path): (Resource<Descriptor>, String)| match accessor
            .with(|mut store| unlink(store.get(), &directory, &path))
        {
            Some(()) => Box::pin(ready(Ok((Ok(()),)))),
            None => reason::unlink_file_at(accessor, directory, path),
        },
    )?;
    let mut clock = linker.instance("wasi:clocks/system-clock@0.3.0")?;
    clock.func_wrap("now", |_, ()| Ok((time_of_day(),)))
}

/// The metadata of a name in a directory, which leads nowhere else, unless it is a symbolic link to be followed.
fn stat(
    host: &mut Host,
    directory: &Resource<Descriptor>,
    flags: PathFlags,
    path: &str,
) -> Option<Result<DescriptorStat, ErrorCode>> {
    let Host { table, parents, devices, .. } = host;
    let directory = as_directory(table.get(directory).ok()).ok()?;
    if Devices::at(devices, directory).is_some() {
        return None;
    }
    let (parent, name) = parents.parent(&directory.dir, path).ok()?;
    match rustix::fs::statx(parent, name, AtFlags::SYMLINK_NOFOLLOW, WANTED) {
        Ok(stat) => {
            let is_link = FileType::from_raw_mode(stat.stx_mode.into()) == FileType::Symlink;
            let is_followed = is_link && flags.contains(PathFlags::SYMLINK_FOLLOW);
            (!is_followed).then(|| Ok(metadata(&stat)))
        }
        Err(Errno::NOENT) => Some(Err(ErrorCode::NoEntry)),
        Err(_) => None,
    }
}

/// Removes a name from a directory. The last name of a path is not followed, so it leads nowhere else.
fn unlink(host: &mut Host, directory: &Resource<Descriptor>, path: &str) -> Option<()> {
    let Host { table, parents, .. } = host;
    let directory = as_directory(table.get(directory).ok()).ok()?;
    if directory.perms.write_not_permitted() {
        return None;
    }
    let (parent, name) = parents.parent(&directory.dir, path).ok()?;
    rustix::fs::unlinkat(parent, name, AtFlags::empty()).ok()
}

/// Since the Unix epoch; before it, the seconds are negative and the nanoseconds count upwards all the same.
fn time_of_day() -> Instant {
    let Timespec { tv_sec, tv_nsec } = clock_gettime(ClockId::Realtime);
    // The kernel keeps them below 1,000,000,000.
    Instant { seconds: tv_sec, nanoseconds: u32::try_from(tv_nsec).unwrap_or_default() }
}
