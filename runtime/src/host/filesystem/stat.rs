//! `stat-at` and `stat`: the metadata of what a path names, and of what is open.
//!
//! Here because wasmtime-wasi turns times before 1970 that have a fraction of a second into others: its seconds are those
//! until 1970, without the fraction.

use super::super::Host;
use super::{INSIDE, descriptor_type, reason};
use rustix::fs::{AtFlags, FileType, Mode, OFlags, Statx, StatxFlags, StatxTimestamp};
use rustix::io::Errno;
use std::fs::File;
use std::future::ready;
use wasmtime::Result as Outcome;
use wasmtime::component::{LinkerInstance, Resource};
use wasmtime_wasi::filesystem::Descriptor;
use wasmtime_wasi::p3::bindings::clocks::system_clock::Instant;
use wasmtime_wasi::p3::bindings::filesystem::types::{DescriptorStat, PathFlags};

/// What is asked of the kernel.
pub(in crate::host) const WANTED: StatxFlags = StatxFlags::BASIC_STATS.union(StatxFlags::BTIME);

/// Defines `stat`.
pub(super) fn add_to_linker(types: &mut LinkerInstance<'_, Host>) -> Outcome<()> {
    types.func_wrap_concurrent("[method]descriptor.stat", |accessor, (descriptor,): (Resource<Descriptor>,)| {
        let stat = accessor.with(|mut store| {
            let file = match store.get().table.get(&descriptor)? {
                Descriptor::File(file) => &file.file,
                Descriptor::Dir(directory) => &directory.dir,
            };
            Ok((of(file).map_err(reason::of),))
        });
        Box::pin(ready(stat))
    })
}

/// The metadata of an open file.
pub(super) fn of(file: &File) -> Result<DescriptorStat, Errno> {
    Ok(metadata(&rustix::fs::statx(file, "", AtFlags::EMPTY_PATH, WANTED)?))
}

/// The metadata of a path that the kernel finds below the directory. An error is wasmtime-wasi's to judge.
pub(super) fn stat_at(directory: &File, flags: PathFlags, path: &str) -> Result<DescriptorStat, Errno> {
    let mut open = OFlags::PATH | OFlags::CLOEXEC;
    open.set(OFlags::NOFOLLOW, !flags.contains(PathFlags::SYMLINK_FOLLOW));
    of(&File::from(rustix::fs::openat2(directory, path, open, Mode::empty(), INSIDE)?))
}

/// What the kernel has told, as WASI has it.
pub(in crate::host) fn metadata(stat: &Statx) -> DescriptorStat {
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
