//! `wasi:filesystem/types` and `wasi:filesystem/preopens` 0.3.0: descriptors and their verbs, one call of the host
//! each.
//!
//! Names and meaning are the WIT's. Asynchronous functions are imported with the synchronous lowering: the host stops
//! the thread inside the call (see `docs/architecture.md`). Left out because std has no use for them: `advise`,
//! `get-type`, `metadata-hash`.

use alloc_crate::string::String;
use alloc_crate::vec::Vec;
use core::mem::MaybeUninit;
use core::ops::BitOr;

pub mod imports;
pub mod layout;

use self::layout::{Outcome, RawPreopen, RawStat};
use crate::Error;
use component_rt::abi::memory::{RawString, StreamAndFuture};
use component_rt::future::FutureReader;
use component_rt::stream::{ReadableEnd, WritableEnd};
use component_rt::waitable::Handle;

/// The bytes that `read-via-stream` gives.
pub type ReadStream = imports::read_stream::Stream;
/// The bytes that `write-via-stream` takes.
pub type WriteStream = imports::write_stream::Stream;
/// The bytes that `append-via-stream` takes.
pub type AppendStream = imports::append_stream::Stream;
/// The names that `read-directory` gives.
pub type DirectoryStream = imports::directory_stream::Stream;
/// How reading ended.
pub type ReadResult = imports::read_result::Future;
/// How writing ended.
pub type WriteResult = imports::write_result::Future;
/// How appending ended.
pub type AppendResult = imports::append_result::Future;
/// How reading a directory ended.
pub type DirectoryResult = imports::directory_result::Future;

/// The handle of a file system object: `resource descriptor`. Dropping it closes it.
#[derive(Debug)]
pub struct Descriptor(Handle);

/// What kind of object a descriptor or a name stands for: `descriptor-type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DescriptorType {
    /// A block device.
    BlockDevice,
    /// A character device.
    CharacterDevice,
    /// A directory.
    Directory,
    /// A named pipe.
    Fifo,
    /// A symbolic link.
    SymbolicLink,
    /// A regular file.
    RegularFile,
    /// A socket.
    Socket,
    /// Something else.
    Other,
}

/// A point in time as the file system keeps it: `wasi:clocks/system-clock.instant`, since 1970-01-01 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(C)]
pub struct Timestamp {
    /// Whole seconds, rounded down.
    pub seconds: i64,
    /// Nanoseconds on top, below 10^9.
    pub nanoseconds: u32,
}

component_rt::lowered_record!(Timestamp { seconds, nanoseconds });

/// `new-timestamp`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewTimestamp {
    /// Leave it as it is.
    NoChange,
    /// Set it to the file system's own clock.
    Now,
    /// Set it to this.
    Timestamp(Timestamp),
}

impl NewTimestamp {
    /// Tag, seconds, nanoseconds: the variant flattened.
    fn flat(self) -> (u32, i64, u32) {
        match self {
            NewTimestamp::NoChange => (0, 0, 0),
            NewTimestamp::Now => (1, 0, 0),
            NewTimestamp::Timestamp(at) => (2, at.seconds, at.nanoseconds),
        }
    }
}

/// `descriptor-stat`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
    /// What it is.
    pub kind: DescriptorType,
    /// How many hard links lead to it.
    pub links: u64,
    /// Length in bytes of a file, or of a link's text.
    pub size: u64,
    /// Last read, if the file system keeps it.
    pub accessed: Option<Timestamp>,
    /// Last written, if the file system keeps it.
    pub modified: Option<Timestamp>,
    /// Last changed in any way, if the file system keeps it.
    pub changed: Option<Timestamp>,
}

macro_rules! flags {
    ($(#[$meta:meta])* $name:ident { $($(#[$flag_meta:meta])* $flag:ident = $bit:expr,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name(u8);

        impl $name {
            $($(#[$flag_meta])* pub const $flag: $name = $name($bit);)*

            /// No flag.
            pub const fn empty() -> $name {
                $name(0)
            }

            /// All of these flags, of which only the named ones are known.
            pub const fn from_bits(bits: u8) -> $name {
                $name(bits)
            }

            /// As a word.
            pub const fn bits(self) -> u8 {
                self.0
            }

            /// Whether every flag of `other` is set.
            pub const fn contains(self, other: $name) -> bool {
                self.0 & other.0 == other.0
            }

            /// These flags, and `flag` if `condition`.
            pub const fn with(self, flag: $name, condition: bool) -> $name {
                if condition { $name(self.0 | flag.0) } else { self }
            }
        }

        impl BitOr for $name {
            type Output = $name;

            fn bitor(self, other: $name) -> $name {
                $name(self.0 | other.0)
            }
        }
    };
}

flags! {
    /// `path-flags`.
    PathFlags {
        /// Follow a symbolic link that the whole path names.
        SYMLINK_FOLLOW = 1,
    }
}

flags! {
    /// `open-flags`.
    OpenFlags {
        /// Create the file if it is missing.
        CREATE = 1,
        /// Fail if it is no directory.
        DIRECTORY = 2,
        /// Fail if it is there.
        EXCLUSIVE = 4,
        /// Make it empty.
        TRUNCATE = 8,
    }
}

flags! {
    /// `descriptor-flags`; the three that ask for synchronised writes are left out, since std has no option for them.
    DescriptorFlags {
        /// Data can be read.
        READ = 1,
        /// Data can be written.
        WRITE = 2,
        /// What is in the directory can be changed.
        MUTATE_DIRECTORY = 32,
    }
}

/// `preopens.get-directories`: every directory the host gives us, and its name.
pub fn get_directories() -> Vec<(Descriptor, String)> {
    let mut area = MaybeUninit::uninit();
    // SAFETY: the import stores a list in the return area.
    let list = unsafe {
        imports::get_directories(area.as_mut_ptr());
        area.assume_init()
    };
    let owned = |preopen: RawPreopen| (Descriptor(Handle::new(preopen.directory)), preopen.name.lift());
    list.lift().into_iter().map(owned).collect()
}

/// Calls an import with a return area, and lifts the result that it stores there.
///
/// # Safety
///
/// `import` stores a `result<T, error-code>` where its argument points, before it returns.
#[inline]
unsafe fn returned<T>(import: impl FnOnce(*mut Outcome<T>)) -> Result<T, Error> {
    let mut area = MaybeUninit::uninit();
    import(area.as_mut_ptr());
    // SAFETY: the caller's promise.
    layout::lift(unsafe { area.assume_init() })
}

impl Descriptor {
    fn index(&self) -> u32 {
        self.0.index()
    }

    /// `read-via-stream`: the file's bytes from `offset` on.
    #[inline]
    pub fn read_via_stream(&self, offset: u64) -> (ReadableEnd<ReadStream>, FutureReader<ReadResult>) {
        let mut ends = MaybeUninit::uninit();
        // SAFETY: the import stores two handles, which are ours now, in the return area.
        let StreamAndFuture { stream, future } = unsafe {
            imports::read_via_stream(self.index(), offset, ends.as_mut_ptr());
            ends.assume_init()
        };
        (ReadableEnd::from_handle(stream), FutureReader::from_handle(future))
    }

    /// `write-via-stream`: what goes into the stream is written from `offset` on.
    pub fn write_via_stream(&self, offset: u64) -> (WritableEnd<WriteStream>, FutureReader<WriteResult>) {
        let (readable, writable) = component_rt::stream::new::<WriteStream>();
        let future = imports::write_via_stream(self.index(), readable.into_handle(), offset);
        (writable, FutureReader::from_handle(future))
    }

    /// `append-via-stream`: what goes into the stream is written at the file's end.
    pub fn append_via_stream(&self) -> (WritableEnd<AppendStream>, FutureReader<AppendResult>) {
        let (readable, writable) = component_rt::stream::new::<AppendStream>();
        let future = imports::append_via_stream(self.index(), readable.into_handle());
        (writable, FutureReader::from_handle(future))
    }

    /// `read-directory`: the names in the directory, without `.` and `..`.
    pub fn read_directory(&self) -> (ReadableEnd<DirectoryStream>, FutureReader<DirectoryResult>) {
        let mut ends = MaybeUninit::uninit();
        // SAFETY: as in `read_via_stream`.
        let StreamAndFuture { stream, future } = unsafe {
            imports::read_directory(self.index(), ends.as_mut_ptr());
            ends.assume_init()
        };
        (ReadableEnd::from_handle(stream), FutureReader::from_handle(future))
    }

    /// `sync-data`.
    pub fn sync_data(&self) -> Result<(), Error> {
        // SAFETY: the import stores a result in the return area, as every one below does.
        unsafe { returned(|area| imports::sync_data(self.index(), area)) }
    }

    /// `sync`.
    pub fn sync(&self) -> Result<(), Error> {
        // SAFETY: see `sync_data`.
        unsafe { returned(|area| imports::sync(self.index(), area)) }
    }

    /// `get-flags`.
    pub fn get_flags(&self) -> Result<DescriptorFlags, Error> {
        // SAFETY: see `sync_data`.
        let bits: u8 = unsafe { returned(|area| imports::get_flags(self.index(), area))? };
        Ok(DescriptorFlags::from_bits(bits))
    }

    /// `set-size`.
    pub fn set_size(&self, size: u64) -> Result<(), Error> {
        // SAFETY: see `sync_data`.
        unsafe { returned(|area| imports::set_size(self.index(), size, area)) }
    }

    /// `set-times`.
    pub fn set_times(&self, accessed: NewTimestamp, modified: NewTimestamp) -> Result<(), Error> {
        let ((a, a_seconds, a_nanos), (m, m_seconds, m_nanos)) = (accessed.flat(), modified.flat());
        // SAFETY: see `sync_data`.
        unsafe { returned(|area| imports::set_times(self.index(), a, a_seconds, a_nanos, m, m_seconds, m_nanos, area)) }
    }

    /// `set-times-at`.
    pub fn set_times_at(
        &self,
        flags: PathFlags,
        path: &str,
        accessed: NewTimestamp,
        modified: NewTimestamp,
    ) -> Result<(), Error> {
        let ((a, a_seconds, a_nanos), (m, m_seconds, m_nanos)) = (accessed.flat(), modified.flat());
        let (this, flags, text, length) = (self.index(), flags.bits().into(), path.as_ptr(), path.len());
        // SAFETY: see `sync_data`; `path` is a string that outlives the call, as every one below is.
        unsafe {
            returned(|area| {
                imports::set_times_at(this, flags, text, length, a, a_seconds, a_nanos, m, m_seconds, m_nanos, area)
            })
        }
    }

    /// `stat`.
    pub fn stat(&self) -> Result<Stat, Error> {
        // SAFETY: see `sync_data`.
        unsafe { returned(|area| imports::stat(self.index(), area)).map(RawStat::lift) }
    }

    /// `stat-at`.
    pub fn stat_at(&self, flags: PathFlags, path: &str) -> Result<Stat, Error> {
        // SAFETY: see `set_times_at`.
        unsafe {
            returned(|area| imports::stat_at(self.index(), flags.bits().into(), path.as_ptr(), path.len(), area))
                .map(RawStat::lift)
        }
    }

    /// `open-at`.
    pub fn open_at(
        &self,
        path_flags: PathFlags,
        path: &str,
        open_flags: OpenFlags,
        flags: DescriptorFlags,
    ) -> Result<Descriptor, Error> {
        let (this, follow, open, flags) =
            (self.index(), path_flags.bits().into(), open_flags.bits().into(), flags.bits().into());
        // SAFETY: see `set_times_at`; the handle is ours from now on.
        let handle =
            unsafe { returned(|area| imports::open_at(this, follow, path.as_ptr(), path.len(), open, flags, area))? };
        Ok(Descriptor(Handle::new(handle)))
    }

    /// `create-directory-at`.
    pub fn create_directory_at(&self, path: &str) -> Result<(), Error> {
        // SAFETY: see `set_times_at`.
        unsafe { returned(|area| imports::create_directory_at(self.index(), path.as_ptr(), path.len(), area)) }
    }

    /// `remove-directory-at`.
    pub fn remove_directory_at(&self, path: &str) -> Result<(), Error> {
        // SAFETY: see `set_times_at`.
        unsafe { returned(|area| imports::remove_directory_at(self.index(), path.as_ptr(), path.len(), area)) }
    }

    /// `unlink-file-at`.
    pub fn unlink_file_at(&self, path: &str) -> Result<(), Error> {
        // SAFETY: see `set_times_at`.
        unsafe { returned(|area| imports::unlink_file_at(self.index(), path.as_ptr(), path.len(), area)) }
    }

    /// `readlink-at`.
    pub fn readlink_at(&self, path: &str) -> Result<String, Error> {
        // SAFETY: see `set_times_at`.
        unsafe {
            returned(|area| imports::readlink_at(self.index(), path.as_ptr(), path.len(), area)).map(RawString::lift)
        }
    }

    /// `symlink-at`: makes the link `path`, whose text is `target`.
    pub fn symlink_at(&self, target: &str, path: &str) -> Result<(), Error> {
        let (this, text, length) = (self.index(), path.as_ptr(), path.len());
        // SAFETY: see `set_times_at`.
        unsafe { returned(|area| imports::symlink_at(this, target.as_ptr(), target.len(), text, length, area)) }
    }

    /// `link-at`, never following a link.
    pub fn link_at(&self, old: &str, new_directory: &Descriptor, new: &str) -> Result<(), Error> {
        let (this, there) = (self.index(), new_directory.index());
        // SAFETY: see `set_times_at`.
        unsafe {
            returned(|area| imports::link_at(this, 0, old.as_ptr(), old.len(), there, new.as_ptr(), new.len(), area))
        }
    }

    /// `rename-at`.
    pub fn rename_at(&self, old: &str, new_directory: &Descriptor, new: &str) -> Result<(), Error> {
        let (this, there) = (self.index(), new_directory.index());
        // SAFETY: see `set_times_at`.
        unsafe {
            returned(|area| imports::rename_at(this, old.as_ptr(), old.len(), there, new.as_ptr(), new.len(), area))
        }
    }

    /// `is-same-object`.
    pub fn is_same_object(&self, other: &Descriptor) -> bool {
        imports::is_same_object(self.index(), other.index()) != 0
    }
}

impl Drop for Descriptor {
    /// Canonical ABI: `resource.drop`.
    fn drop(&mut self) {
        imports::drop_descriptor(self.index());
    }
}

/// What a future beside a stream resolved to. A writer who went without a word has no error to tell.
pub fn lift_result(value: Option<Outcome<()>>) -> Result<(), Error> {
    value.map_or(Ok(()), layout::lift)
}
