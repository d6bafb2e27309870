//! What std tells about a file.

use wasi_rt::fs::{self as platform, FileType as Kind, Timestamp};

use crate::io;
use crate::sys::time::SystemTime;

#[derive(Clone)]
pub struct FileAttr {
    metadata: platform::Metadata,
    numbers: Numbers,
}

/// What `std::os::wasi::fs::MetadataExt` gives, under the names it looks for.
#[derive(Clone)]
pub struct Numbers {
    /// Zero: WASI 0.3 has no device numbers.
    pub st_dev: u64,
    /// Zero: WASI 0.3 has no inode numbers.
    pub st_ino: u64,
    pub st_nlink: u64,
}

impl FileAttr {
    pub(super) fn new(metadata: platform::Metadata) -> FileAttr {
        FileAttr { metadata, numbers: Numbers { st_dev: 0, st_ino: 0, st_nlink: metadata.links() } }
    }

    pub fn size(&self) -> u64 {
        self.metadata.size()
    }

    pub fn perm(&self) -> FilePermissions {
        FilePermissions { readonly: self.metadata.is_read_only() }
    }

    pub fn file_type(&self) -> FileType {
        FileType::new(self.metadata.kind())
    }

    pub fn modified(&self) -> io::Result<SystemTime> {
        time(self.metadata.modified())
    }

    pub fn accessed(&self) -> io::Result<SystemTime> {
        time(self.metadata.accessed())
    }

    pub fn created(&self) -> io::Result<SystemTime> {
        Err(io::const_error!(io::ErrorKind::Unsupported, "WASI 0.3 does not tell when a file was created"))
    }

    pub fn as_inner(&self) -> &Numbers {
        &self.numbers
    }
}

fn time(timestamp: Option<Timestamp>) -> io::Result<SystemTime> {
    match timestamp {
        Some(Timestamp { seconds, nanoseconds }) => Ok(SystemTime::new(seconds, nanoseconds)),
        None => Err(io::const_error!(io::ErrorKind::Unsupported, "the file system does not keep this time")),
    }
}

/// Whether anything about a file can be changed, as far as WASI tells: not if its preopened directory is for reading
/// only.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FilePermissions {
    readonly: bool,
}

impl FilePermissions {
    pub fn readonly(&self) -> bool {
        self.readonly
    }

    pub fn set_readonly(&mut self, readonly: bool) {
        self.readonly = readonly;
    }
}

/// WASI 0.3 cannot change permissions: fine if there is nothing to change.
pub(super) fn set_permissions(attr: FileAttr, permissions: FilePermissions) -> io::Result<()> {
    if attr.perm() == permissions {
        return Ok(());
    }
    Err(io::const_error!(io::ErrorKind::Unsupported, "WASI 0.3 cannot change the permissions of a file"))
}

#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub struct FileType {
    kind: Kind,
}

impl FileType {
    pub(super) fn new(kind: Kind) -> FileType {
        FileType { kind }
    }

    pub fn is_dir(&self) -> bool {
        self.kind == Kind::Directory
    }

    pub fn is_file(&self) -> bool {
        self.kind == Kind::RegularFile
    }

    pub fn is_symlink(&self) -> bool {
        self.kind == Kind::SymbolicLink
    }

    /// Whether it is what `mode` (of `sys::libc`) stands for.
    pub fn is(&self, mode: u32) -> bool {
        use crate::sys::libc;
        match self.kind {
            Kind::BlockDevice => mode == libc::S_IFBLK,
            Kind::CharacterDevice => mode == libc::S_IFCHR,
            Kind::Socket => mode == libc::S_IFSOCK,
            _ => false,
        }
    }
}

#[derive(Copy, Clone, Debug, Default)]
pub struct FileTimes(platform::Times);

impl FileTimes {
    pub fn set_accessed(&mut self, time: SystemTime) {
        self.0.accessed = Some(timestamp(time));
    }

    pub fn set_modified(&mut self, time: SystemTime) {
        self.0.modified = Some(timestamp(time));
    }

    pub(super) fn into_inner(self) -> platform::Times {
        self.0
    }
}

fn timestamp(time: SystemTime) -> Timestamp {
    Timestamp { seconds: time.seconds(), nanoseconds: time.nanoseconds() }
}
