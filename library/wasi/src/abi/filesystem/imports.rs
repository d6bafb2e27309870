//! The imports of `wasi:filesystem` 0.3.0 as core functions. What they mean stands in [`super`].

use super::layout::{Outcome, RawEntry, RawPreopen, RawStat};
use component_rt::abi::memory::{RawList, RawString, StreamAndFuture};

component_rt::imports! {
    /// `wasi:filesystem/preopens`.
    pub(crate) mod preopens = "wasi:filesystem/preopens@0.3.0", fake crate::abi::fake::filesystem {
        unsafe fn get_directories(area: *mut RawList<RawPreopen>) = "get-directories";
    }
}

component_rt::imports! {
    /// `wasi:filesystem/types`.
    pub(crate) mod types = "wasi:filesystem/types@0.3.0", fake crate::abi::fake::filesystem {
        safe fn drop_descriptor(this: u32) = "[resource-drop]descriptor";
        unsafe fn read_via_stream(this: u32, offset: u64, area: *mut StreamAndFuture) = "[method]descriptor.read-via-stream";
        safe fn write_via_stream(this: u32, data: u32, offset: u64) -> u32 = "[method]descriptor.write-via-stream";
        safe fn append_via_stream(this: u32, data: u32) -> u32 = "[method]descriptor.append-via-stream";
        unsafe fn read_directory(this: u32, area: *mut StreamAndFuture) = "[method]descriptor.read-directory";
        unsafe fn sync_data(this: u32, area: *mut Outcome<()>) = "[method]descriptor.sync-data";
        unsafe fn sync(this: u32, area: *mut Outcome<()>) = "[method]descriptor.sync";
        unsafe fn get_flags(this: u32, area: *mut Outcome<u8>) = "[method]descriptor.get-flags";
        unsafe fn set_size(this: u32, size: u64, area: *mut Outcome<()>) = "[method]descriptor.set-size";
        unsafe fn set_times(
            this: u32, accessed: u32, accessed_seconds: i64, accessed_nanoseconds: u32,
            modified: u32, modified_seconds: i64, modified_nanoseconds: u32, area: *mut Outcome<()>,
        ) = "[method]descriptor.set-times";
        unsafe fn set_times_at(
            this: u32, flags: u32, path: *const u8, length: usize, accessed: u32, accessed_seconds: i64, accessed_nanoseconds: u32,
            modified: u32, modified_seconds: i64, modified_nanoseconds: u32, area: *mut Outcome<()>,
        ) = "[method]descriptor.set-times-at";
        unsafe fn stat(this: u32, area: *mut Outcome<RawStat>) = "[method]descriptor.stat";
        unsafe fn stat_at(this: u32, flags: u32, path: *const u8, length: usize, area: *mut Outcome<RawStat>)
            = "[method]descriptor.stat-at";
        unsafe fn open_at(
            this: u32, path_flags: u32, path: *const u8, length: usize, open_flags: u32, flags: u32, area: *mut Outcome<u32>,
        ) = "[method]descriptor.open-at";
        unsafe fn create_directory_at(this: u32, path: *const u8, length: usize, area: *mut Outcome<()>)
            = "[method]descriptor.create-directory-at";
        unsafe fn remove_directory_at(this: u32, path: *const u8, length: usize, area: *mut Outcome<()>)
            = "[method]descriptor.remove-directory-at";
        unsafe fn unlink_file_at(this: u32, path: *const u8, length: usize, area: *mut Outcome<()>)
            = "[method]descriptor.unlink-file-at";
        unsafe fn readlink_at(this: u32, path: *const u8, length: usize, area: *mut Outcome<RawString>)
            = "[method]descriptor.readlink-at";
        unsafe fn symlink_at(
            this: u32, target: *const u8, target_length: usize, path: *const u8, length: usize, area: *mut Outcome<()>,
        ) = "[method]descriptor.symlink-at";
        unsafe fn link_at(
            this: u32, flags: u32, old: *const u8, old_length: usize, there: u32, new: *const u8, new_length: usize,
            area: *mut Outcome<()>,
        ) = "[method]descriptor.link-at";
        unsafe fn rename_at(
            this: u32, old: *const u8, old_length: usize, there: u32, new: *const u8, new_length: usize, area: *mut Outcome<()>,
        ) = "[method]descriptor.rename-at";
        safe fn is_same_object(this: u32, other: u32) -> u32 = "[method]descriptor.is-same-object";
    }
}

pub(super) use preopens::get_directories;
pub(super) use types::*;

component_rt::stream_builtins! {
    /// The bytes that `read-via-stream` gives.
    pub mod read_stream: u8 = "wasi:filesystem/types@0.3.0", 0, "[method]descriptor.read-via-stream";
    /// The bytes that `write-via-stream` takes.
    pub mod write_stream: u8 = "wasi:filesystem/types@0.3.0", 0, "[method]descriptor.write-via-stream";
    /// The bytes that `append-via-stream` takes.
    pub mod append_stream: u8 = "wasi:filesystem/types@0.3.0", 0, "[method]descriptor.append-via-stream";
    /// The names that `read-directory` gives.
    pub mod directory_stream: RawEntry = "wasi:filesystem/types@0.3.0", 0, "[method]descriptor.read-directory";
}

component_rt::future_builtins! {
    /// How reading ended.
    pub mod read_result: Outcome<()> = "wasi:filesystem/types@0.3.0", 1, "[method]descriptor.read-via-stream";
    /// How writing ended.
    pub mod write_result: Outcome<()> = "wasi:filesystem/types@0.3.0", 1, "[method]descriptor.write-via-stream";
    /// How appending ended.
    pub mod append_result: Outcome<()> = "wasi:filesystem/types@0.3.0", 1, "[method]descriptor.append-via-stream";
    /// How reading the directory ended.
    pub mod directory_result: Outcome<()> = "wasi:filesystem/types@0.3.0", 1, "[method]descriptor.read-directory";
}
