//! Descriptors: entries of the platform crate's table (`wasi_rt::descriptor`), which has the numbers and what they
//! stand for.

#![unstable(reason = "not public", issue = "none", feature = "fd")]

use wasi_rt::descriptor;

use crate::io::{self, BorrowedCursor, IoSlice, IoSliceMut, Read};
use crate::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, IntoRawFd, OwnedFd, RawFd};
use crate::sys::{AsInner, FromInner, IntoInner, map_error};

#[derive(Debug)]
pub struct FileDesc(OwnedFd);

/// Closes a descriptor. That it was open is what [`OwnedFd`] means.
pub fn close(fd: RawFd) {
    let _not_open = descriptor::close(fd);
}

/// A new descriptor of what `fd` stands for.
pub fn duplicate(fd: BorrowedFd<'_>) -> io::Result<OwnedFd> {
    let fd = descriptor::duplicate(fd.as_raw_fd()).map_err(map_error)?;
    // SAFETY: the table has just given the number out, to nobody else.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

impl FileDesc {
    /// The descriptor of a new entry of the table.
    pub(crate) fn new(entry: descriptor::Entry) -> io::Result<FileDesc> {
        let fd = descriptor::insert(entry).map_err(map_error)?;
        // SAFETY: the table has just given the number out, to nobody else.
        Ok(unsafe { FileDesc::from_raw_fd(fd) })
    }

    pub fn read(&self, buf: &mut [u8]) -> io::Result<usize> {
        let mut cursor = io::BorrowedBuf::from(buf);
        self.read_buf(cursor.unfilled())?;
        Ok(cursor.len())
    }

    pub fn read_buf(&self, mut cursor: BorrowedCursor<'_>) -> io::Result<()> {
        // SAFETY: reading stores bytes there and nothing uninitialised.
        let buffer = unsafe { cursor.as_mut() };
        let count = descriptor::read(self.as_raw_fd(), buffer).map_err(map_error)?;
        // SAFETY: that many bytes have been stored.
        unsafe { cursor.advance(count) };
        Ok(())
    }

    pub fn read_vectored(&self, bufs: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
        descriptor::read_vectored(self.as_raw_fd(), bufs).map_err(map_error)
    }

    pub fn is_read_vectored(&self) -> bool {
        true
    }

    pub fn read_to_end(&self, buf: &mut Vec<u8>) -> io::Result<usize> {
        let mut me = self;
        (&mut me).read_to_end(buf)
    }

    pub fn write(&self, buf: &[u8]) -> io::Result<usize> {
        descriptor::write(self.as_raw_fd(), buf).map_err(map_error)
    }

    pub fn write_vectored(&self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
        descriptor::write_vectored(self.as_raw_fd(), bufs).map_err(map_error)
    }

    pub fn is_write_vectored(&self) -> bool {
        true
    }

    pub fn duplicate(&self) -> io::Result<FileDesc> {
        duplicate(self.as_fd()).map(FileDesc)
    }

    pub fn try_clone(&self) -> io::Result<FileDesc> {
        self.duplicate()
    }
}

impl Read for &FileDesc {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        (**self).read(buf)
    }

    fn read_buf(&mut self, cursor: BorrowedCursor<'_>) -> io::Result<()> {
        (**self).read_buf(cursor)
    }

    fn read_vectored(&mut self, bufs: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
        (**self).read_vectored(bufs)
    }

    fn is_read_vectored(&self) -> bool {
        (**self).is_read_vectored()
    }
}

impl AsInner<OwnedFd> for FileDesc {
    fn as_inner(&self) -> &OwnedFd {
        &self.0
    }
}

impl IntoInner<OwnedFd> for FileDesc {
    fn into_inner(self) -> OwnedFd {
        self.0
    }
}

impl FromInner<OwnedFd> for FileDesc {
    fn from_inner(owned: OwnedFd) -> Self {
        FileDesc(owned)
    }
}

impl AsFd for FileDesc {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

impl AsRawFd for FileDesc {
    fn as_raw_fd(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}

impl IntoRawFd for FileDesc {
    fn into_raw_fd(self) -> RawFd {
        self.0.into_raw_fd()
    }
}

impl FromRawFd for FileDesc {
    unsafe fn from_raw_fd(fd: RawFd) -> Self {
        // SAFETY: the caller's promise is the same.
        FileDesc(unsafe { OwnedFd::from_raw_fd(fd) })
    }
}
