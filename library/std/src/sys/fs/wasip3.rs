//! Files: std's types around the platform crate's (`wasi_rt::fs`).
//!
//! What WASI 0.3 does not have is an error here and nowhere pretended: locks, changing permissions, the time of
//! creation. Device and inode numbers, which `std::os::wasi::fs` cannot refuse to give, are zero.

use wasi_rt::descriptor::{self, Entry};
use wasi_rt::fs::{self as platform, FileType as Kind, OpenFile};

use crate::ffi::OsString;
use crate::fmt;
use crate::fs::TryLockError;
use crate::io::{self, BorrowedCursor, IoSlice, IoSliceMut, SeekFrom};
use crate::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, IntoRawFd, OwnedFd, RawFd};
use crate::path::{Path, PathBuf};
use crate::sync::Arc;
use crate::sys::fd::FileDesc;
use crate::sys::fs::common::NOT_FILE_ERROR;
use crate::sys::{AsInner, AsInnerMut, FromInner, IntoInner, map_error};

pub use crate::sys::fs::common::exists;

mod metadata;

pub use self::metadata::{FileAttr, FilePermissions, FileTimes, FileType};

/// Paths go to the platform as the bytes they are.
pub fn with_native_path<T>(path: &Path, f: &dyn Fn(&Path) -> io::Result<T>) -> io::Result<T> {
    f(path)
}

fn bytes(path: &Path) -> &[u8] {
    path.as_os_str().as_encoded_bytes()
}

pub struct File(FileDesc);

#[derive(Clone, Debug)]
pub struct OpenOptions(platform::OpenOptions);

#[derive(Debug)]
pub struct DirBuilder {}

/// The names in a directory, and what they are below.
pub struct ReadDir {
    entries: platform::Entries,
    path: Arc<Path>,
}

/// A name in a directory. Keeps the directory open, so that what it tells is about this name in this directory.
pub struct DirEntry {
    entry: platform::Entry,
    directory: Arc<platform::Directory>,
    path: Arc<Path>,
}

/// A directory that files are opened in.
pub struct Dir(FileDesc);

impl OpenOptions {
    pub fn new() -> OpenOptions {
        OpenOptions(platform::OpenOptions::default())
    }

    pub fn read(&mut self, read: bool) {
        self.0.read = read;
    }

    pub fn write(&mut self, write: bool) {
        self.0.write = write;
    }

    pub fn append(&mut self, append: bool) {
        self.0.append = append;
    }

    pub fn truncate(&mut self, truncate: bool) {
        self.0.truncate = truncate;
    }

    pub fn create(&mut self, create: bool) {
        self.0.create = create;
    }

    pub fn create_new(&mut self, create_new: bool) {
        self.0.create_new = create_new;
    }

    pub fn custom_flags(&mut self, flags: i32) {
        self.0.custom_flags = flags;
    }

    fn check(&self) -> io::Result<&platform::OpenOptions> {
        match self.0.check() {
            Ok(()) => Ok(&self.0),
            Err(invalid) => Err(io::Error::new(io::ErrorKind::InvalidInput, invalid.0)),
        }
    }
}

impl File {
    pub fn open(path: &Path, options: &OpenOptions) -> io::Result<File> {
        let file = platform::open(bytes(path), options.check()?).map_err(map_error)?;
        File::new(file)
    }

    fn new(file: OpenFile) -> io::Result<File> {
        FileDesc::new(Entry::from(file)).map(File)
    }

    /// Does at a position what only a file can do.
    fn with<T>(&self, f: impl FnOnce(&OpenFile) -> Result<T, wasi_rt::Error>) -> io::Result<T> {
        descriptor::file(self.as_raw_fd()).and_then(|file| f(&file)).map_err(map_error)
    }

    /// Does to the whole what only a file has. Of anything else, say a pipe, it is an invalid argument.
    fn with_whole(&self, f: impl FnOnce(&OpenFile) -> Result<(), wasi_rt::Error>) -> io::Result<()> {
        let file = descriptor::file(self.as_raw_fd()).map_err(|error| match error {
            wasi_rt::Error::SPIPE => wasi_rt::Error::INVAL,
            error => error,
        });
        file.and_then(|file| f(&file)).map_err(map_error)
    }

    pub fn file_attr(&self) -> io::Result<FileAttr> {
        descriptor::stat(self.as_raw_fd()).map(FileAttr::new).map_err(map_error)
    }

    pub fn fsync(&self) -> io::Result<()> {
        self.with_whole(OpenFile::sync_all)
    }

    pub fn datasync(&self) -> io::Result<()> {
        self.with_whole(OpenFile::sync_data)
    }

    pub fn truncate(&self, size: u64) -> io::Result<()> {
        self.with_whole(|file| file.set_len(size))
    }

    pub fn read(&self, buf: &mut [u8]) -> io::Result<usize> {
        self.0.read(buf)
    }

    pub fn read_vectored(&self, bufs: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
        self.0.read_vectored(bufs)
    }

    pub fn is_read_vectored(&self) -> bool {
        self.0.is_read_vectored()
    }

    pub fn read_buf(&self, cursor: BorrowedCursor<'_>) -> io::Result<()> {
        self.0.read_buf(cursor)
    }

    pub fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut cursor = io::BorrowedBuf::from(buf);
        self.read_buf_at(cursor.unfilled(), offset)?;
        Ok(cursor.len())
    }

    pub fn read_buf_at(&self, mut cursor: BorrowedCursor<'_>, offset: u64) -> io::Result<()> {
        // SAFETY: reading stores bytes there and nothing uninitialised.
        let buffer = unsafe { cursor.as_mut() };
        let count = self.with(|file| file.read_at(buffer, offset))?;
        // SAFETY: that many bytes have been stored.
        unsafe { cursor.advance(count) };
        Ok(())
    }

    pub fn read_vectored_at(&self, bufs: &mut [IoSliceMut<'_>], offset: u64) -> io::Result<usize> {
        descriptor::read_vectored_at(self.as_raw_fd(), bufs, offset).map_err(map_error)
    }

    pub fn write(&self, buf: &[u8]) -> io::Result<usize> {
        self.0.write(buf)
    }

    pub fn write_vectored(&self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
        self.0.write_vectored(bufs)
    }

    pub fn is_write_vectored(&self) -> bool {
        self.0.is_write_vectored()
    }

    pub fn write_at(&self, buf: &[u8], offset: u64) -> io::Result<usize> {
        self.with(|file| file.write_at(buf, offset))
    }

    pub fn write_vectored_at(&self, bufs: &[IoSlice<'_>], offset: u64) -> io::Result<usize> {
        descriptor::write_vectored_at(self.as_raw_fd(), bufs, offset).map_err(map_error)
    }

    pub fn flush(&self) -> io::Result<()> {
        descriptor::flush(self.as_raw_fd()).map_err(map_error)
    }

    pub fn seek(&self, to: SeekFrom) -> io::Result<u64> {
        let to = match to {
            SeekFrom::Start(offset) => platform::SeekFrom::Start(offset),
            SeekFrom::Current(by) => platform::SeekFrom::Current(by),
            SeekFrom::End(by) => platform::SeekFrom::End(by),
        };
        self.with(|file| file.seek(to))
    }

    pub fn tell(&self) -> io::Result<u64> {
        self.seek(SeekFrom::Current(0))
    }

    /// The length, if the file is of a kind that has one.
    pub fn size(&self) -> Option<io::Result<u64>> {
        match self.file_attr() {
            Ok(attr) if attr.file_type().is_file() => Some(Ok(attr.size())),
            Ok(_) => None,
            Err(error) => Some(Err(error)),
        }
    }

    pub fn duplicate(&self) -> io::Result<File> {
        self.0.duplicate().map(File)
    }

    pub fn set_permissions(&self, permissions: FilePermissions) -> io::Result<()> {
        metadata::set_permissions(self.file_attr()?, permissions)
    }

    pub fn set_times(&self, times: FileTimes) -> io::Result<()> {
        self.with_whole(|file| file.set_times(times.into_inner()))
    }

    pub fn lock(&self) -> io::Result<()> {
        Err(NO_LOCKS)
    }

    pub fn lock_shared(&self) -> io::Result<()> {
        Err(NO_LOCKS)
    }

    pub fn try_lock(&self) -> Result<(), TryLockError> {
        Err(TryLockError::Error(NO_LOCKS))
    }

    pub fn try_lock_shared(&self) -> Result<(), TryLockError> {
        Err(TryLockError::Error(NO_LOCKS))
    }

    pub fn unlock(&self) -> io::Result<()> {
        Err(NO_LOCKS)
    }
}

/// A lock that other programs do not see would be worse than none.
const NO_LOCKS: io::Error = io::const_error!(io::ErrorKind::Unsupported, "WASI 0.3 has no file locks");

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("File").field("fd", &self.as_raw_fd()).finish()
    }
}

impl DirBuilder {
    pub fn new() -> DirBuilder {
        DirBuilder {}
    }

    pub fn mkdir(&self, path: &Path) -> io::Result<()> {
        platform::create_directory(bytes(path)).map_err(map_error)
    }
}

impl Dir {
    pub fn open(path: &Path, options: &OpenOptions) -> io::Result<Dir> {
        let mut options = options.clone();
        options.0.custom_flags |= platform::O_DIRECTORY;
        File::open(path, &options).map(|file| Dir(file.0))
    }

    pub fn open_file(&self, path: &Path, options: &OpenOptions) -> io::Result<File> {
        let options = options.check()?;
        let directory = descriptor::file(self.0.as_raw_fd()).map_err(map_error)?;
        File::new(directory.open_below(bytes(path), options).map_err(map_error)?)
    }
}

impl fmt::Debug for Dir {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dir").field("fd", &self.0.as_raw_fd()).finish()
    }
}

pub fn readdir(path: &Path) -> io::Result<ReadDir> {
    let entries = platform::read_directory(bytes(path)).map_err(map_error)?;
    Ok(ReadDir { entries, path: Arc::from(path) })
}

impl Iterator for ReadDir {
    type Item = io::Result<DirEntry>;

    fn next(&mut self) -> Option<io::Result<DirEntry>> {
        let entry = self.entries.next()?.map_err(map_error);
        Some(entry.map(|entry| DirEntry {
            entry,
            directory: self.entries.directory().clone(),
            path: self.path.clone(),
        }))
    }
}

impl fmt::Debug for ReadDir {
    // Like the Debug of `Path` itself, as on other platforms.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.path, f)
    }
}

impl DirEntry {
    pub fn path(&self) -> PathBuf {
        self.path.join(&self.entry.name)
    }

    pub fn file_name(&self) -> OsString {
        OsString::from(&self.entry.name)
    }

    pub fn metadata(&self) -> io::Result<FileAttr> {
        self.directory.stat(&self.entry.name).map(FileAttr::new).map_err(map_error)
    }

    pub fn file_type(&self) -> io::Result<FileType> {
        match self.entry.kind {
            // The host's listing may leave it open.
            Kind::Other => self.metadata().map(|attr| attr.file_type()),
            kind => Ok(FileType::new(kind)),
        }
    }

    /// Zero: WASI 0.3 has no inode numbers.
    pub fn ino(&self) -> u64 {
        0
    }
}

pub fn unlink(path: &Path) -> io::Result<()> {
    platform::remove_file(bytes(path)).map_err(map_error)
}

pub fn rename(old: &Path, new: &Path) -> io::Result<()> {
    platform::rename(bytes(old), bytes(new)).map_err(map_error)
}

pub fn set_perm(path: &Path, permissions: FilePermissions) -> io::Result<()> {
    metadata::set_permissions(stat(path)?, permissions)
}

pub fn set_perm_nofollow(path: &Path, permissions: FilePermissions) -> io::Result<()> {
    metadata::set_permissions(lstat(path)?, permissions)
}

pub fn set_times(path: &Path, times: FileTimes) -> io::Result<()> {
    platform::set_times(bytes(path), times.into_inner()).map_err(map_error)
}

pub fn set_times_nofollow(path: &Path, times: FileTimes) -> io::Result<()> {
    platform::set_times_no_follow(bytes(path), times.into_inner()).map_err(map_error)
}

pub fn rmdir(path: &Path) -> io::Result<()> {
    platform::remove_directory(bytes(path)).map_err(map_error)
}

pub fn remove_dir_all(path: &Path) -> io::Result<()> {
    platform::remove_directory_all(bytes(path)).map_err(map_error)
}

pub fn readlink(path: &Path) -> io::Result<PathBuf> {
    platform::read_link(bytes(path)).map(PathBuf::from).map_err(map_error)
}

pub fn symlink(original: &Path, link: &Path) -> io::Result<()> {
    platform::symlink(bytes(original), bytes(link)).map_err(map_error)
}

pub fn link(original: &Path, link: &Path) -> io::Result<()> {
    platform::hard_link(bytes(original), bytes(link)).map_err(map_error)
}

pub fn stat(path: &Path) -> io::Result<FileAttr> {
    platform::stat(bytes(path)).map(FileAttr::new).map_err(map_error)
}

pub fn lstat(path: &Path) -> io::Result<FileAttr> {
    platform::stat_no_follow(bytes(path)).map(FileAttr::new).map_err(map_error)
}

pub fn canonicalize(path: &Path) -> io::Result<PathBuf> {
    platform::canonicalize(bytes(path)).map(PathBuf::from).map_err(map_error)
}

pub fn copy(from: &Path, to: &Path) -> io::Result<u64> {
    platform::copy(bytes(from), bytes(to)).map_err(map_error)?.ok_or(NOT_FILE_ERROR)
}

impl AsInner<FileDesc> for File {
    fn as_inner(&self) -> &FileDesc {
        &self.0
    }
}

impl AsInnerMut<FileDesc> for File {
    fn as_inner_mut(&mut self) -> &mut FileDesc {
        &mut self.0
    }
}

impl IntoInner<FileDesc> for File {
    fn into_inner(self) -> FileDesc {
        self.0
    }
}

impl FromInner<FileDesc> for File {
    fn from_inner(descriptor: FileDesc) -> File {
        File(descriptor)
    }
}

impl AsFd for File {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

impl AsRawFd for File {
    fn as_raw_fd(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}

impl IntoRawFd for File {
    fn into_raw_fd(self) -> RawFd {
        self.0.into_raw_fd()
    }
}

impl FromRawFd for File {
    unsafe fn from_raw_fd(fd: RawFd) -> File {
        // SAFETY: the caller's promise is the same.
        File(unsafe { FileDesc::from_raw_fd(fd) })
    }
}

#[unstable(feature = "dirfd", issue = "120426")]
impl AsFd for crate::fs::Dir {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.as_inner().0.as_fd()
    }
}

#[unstable(feature = "dirfd", issue = "120426")]
impl AsRawFd for crate::fs::Dir {
    fn as_raw_fd(&self) -> RawFd {
        self.as_inner().0.as_raw_fd()
    }
}

#[unstable(feature = "dirfd", issue = "120426")]
impl IntoRawFd for crate::fs::Dir {
    fn into_raw_fd(self) -> RawFd {
        self.into_inner().0.into_raw_fd()
    }
}

#[unstable(feature = "dirfd", issue = "120426")]
impl FromRawFd for crate::fs::Dir {
    unsafe fn from_raw_fd(fd: RawFd) -> Self {
        // SAFETY: the caller's promise is the same.
        Self::from_inner(Dir(unsafe { FileDesc::from_raw_fd(fd) }))
    }
}

#[unstable(feature = "dirfd", issue = "120426")]
impl From<crate::fs::Dir> for OwnedFd {
    fn from(directory: crate::fs::Dir) -> OwnedFd {
        directory.into_inner().0.into_inner()
    }
}

#[unstable(feature = "dirfd", issue = "120426")]
impl From<OwnedFd> for crate::fs::Dir {
    fn from(owned: OwnedFd) -> Self {
        Self::from_inner(Dir(FileDesc::from_inner(owned)))
    }
}
