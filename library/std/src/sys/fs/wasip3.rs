//! Files: not there yet. Every function answers `Unsupported`, so no value of these types is ever made.

#[path = "unsupported.rs"]
mod unsupported;

pub use unsupported::*;

use crate::io::{self, BorrowedCursor, IoSlice, IoSliceMut};
use crate::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, IntoRawFd, RawFd};
use crate::path::Path;
use crate::sys::fd::FileDesc;
use crate::sys::{AsInner, FromInner, IntoInner};

const NEVER: &str = "no file was ever opened";

pub fn with_native_path<T>(path: &Path, f: &dyn Fn(&Path) -> io::Result<T>) -> io::Result<T> {
    f(path)
}

pub struct Stat {
    pub st_dev: u64,
    pub st_ino: u64,
    pub st_nlink: u64,
}

impl FileAttr {
    pub fn as_inner(&self) -> &Stat {
        unreachable!("{NEVER}")
    }
}

impl FileType {
    pub fn is(&self, _mode: u32) -> bool {
        unreachable!("{NEVER}")
    }
}

impl DirEntry {
    pub fn ino(&self) -> u64 {
        unreachable!("{NEVER}")
    }
}

impl OpenOptions {
    pub fn custom_flags(&mut self, _flags: i32) {}
}

impl File {
    pub fn read_at(&self, _: &mut [u8], _: u64) -> io::Result<usize> {
        unreachable!("{NEVER}")
    }

    pub fn read_buf_at(&self, _: BorrowedCursor<'_>, _: u64) -> io::Result<()> {
        unreachable!("{NEVER}")
    }

    pub fn read_vectored_at(&self, _: &mut [IoSliceMut<'_>], _: u64) -> io::Result<usize> {
        unreachable!("{NEVER}")
    }

    pub fn write_at(&self, _: &[u8], _: u64) -> io::Result<usize> {
        unreachable!("{NEVER}")
    }

    pub fn write_vectored_at(&self, _: &[IoSlice<'_>], _: u64) -> io::Result<usize> {
        unreachable!("{NEVER}")
    }
}

impl AsInner<FileDesc> for File {
    fn as_inner(&self) -> &FileDesc {
        unreachable!("{NEVER}")
    }
}

impl IntoInner<FileDesc> for File {
    fn into_inner(self) -> FileDesc {
        unreachable!("{NEVER}")
    }
}

impl FromInner<FileDesc> for File {
    fn from_inner(_: FileDesc) -> File {
        unreachable!("{NEVER}")
    }
}

impl AsFd for File {
    fn as_fd(&self) -> BorrowedFd<'_> {
        unreachable!("{NEVER}")
    }
}

impl AsRawFd for File {
    fn as_raw_fd(&self) -> RawFd {
        unreachable!("{NEVER}")
    }
}

impl IntoRawFd for File {
    fn into_raw_fd(self) -> RawFd {
        unreachable!("{NEVER}")
    }
}

impl FromRawFd for File {
    unsafe fn from_raw_fd(_: RawFd) -> File {
        unreachable!("{NEVER}")
    }
}
