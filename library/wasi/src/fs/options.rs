//! How a file is opened: std's options, its rules about them, and the flags of WASI they become.

use crate::abi::filesystem::{DescriptorFlags, OpenFlags, PathFlags};

/// The options of `std::fs::OpenOptions`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OpenOptions {
    /// Read access.
    pub read: bool,
    /// Write access.
    pub write: bool,
    /// Write access, every write at the end.
    pub append: bool,
    /// Make the file empty.
    pub truncate: bool,
    /// Create the file if it is missing.
    pub create: bool,
    /// Create the file, and fail if the name is taken, be it by a link.
    pub create_new: bool,
    /// `std::os::wasi::fs::OpenOptionsExt::custom_flags`: [`O_DIRECTORY`] and [`O_NOFOLLOW`].
    pub custom_flags: i32,
}

/// Fail if it is no directory. The number is wasi-libc's.
pub const O_DIRECTORY: i32 = 0x0200_0000;
/// Fail (`LOOP`) if the last component is a symbolic link. The number is wasi-libc's.
pub const O_NOFOLLOW: i32 = 0x0100_0000;

/// Options that contradict each other. The text is the one std gives on Unix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidOptions(pub &'static str);

/// What an open file may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Access {
    pub(super) read: bool,
    pub(super) write: bool,
    pub(super) append: bool,
}

/// The options as `descriptor.open-at` takes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Flags {
    pub(super) path: PathFlags,
    pub(super) open: OpenFlags,
    pub(super) descriptor: DescriptorFlags,
    pub(super) access: Access,
}

impl OpenOptions {
    /// Whether the options are ones that std allows; every `open` checks it too.
    pub fn check(&self) -> Result<(), InvalidOptions> {
        self.flags().map(drop)
    }

    pub(super) fn flags(&self) -> Result<Flags, InvalidOptions> {
        let OpenOptions { read, write, append, truncate, create, create_new, custom_flags } = *self;
        if !write && !append && (truncate || create || create_new) {
            return Err(InvalidOptions("creating or truncating a file requires write or append access"));
        }
        if !read && !write && !append {
            return Err(InvalidOptions("must specify at least one of read, write, or append access"));
        }
        if append && truncate && !create_new {
            return Err(InvalidOptions("creating or truncating a file requires write or append access"));
        }
        if custom_flags & !(O_DIRECTORY | O_NOFOLLOW) != 0 {
            return Err(InvalidOptions("of the custom flags, WASI 0.3 has O_DIRECTORY and O_NOFOLLOW only"));
        }
        let access = Access { read, write: write || append, append };
        Ok(Flags {
            // A link in the place of a file to be made is a file that is there: nothing to follow.
            path: PathFlags::empty().with(PathFlags::SYMLINK_FOLLOW, !create_new && custom_flags & O_NOFOLLOW == 0),
            open: OpenFlags::empty()
                .with(OpenFlags::CREATE, create || create_new)
                .with(OpenFlags::EXCLUSIVE, create_new)
                .with(OpenFlags::TRUNCATE, truncate && !create_new)
                .with(OpenFlags::DIRECTORY, custom_flags & O_DIRECTORY != 0),
            descriptor: DescriptorFlags::empty()
                .with(DescriptorFlags::READ, access.read)
                .with(DescriptorFlags::WRITE, access.write),
            access,
        })
    }
}
