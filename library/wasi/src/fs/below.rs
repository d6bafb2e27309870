//! Names below an open directory: what POSIX's `*at` functions do with one.
//!
//! Here for who speaks POSIX (`library/c`). std's own way to a name below a directory is [`super::Directory`].

use alloc_crate::string::String;
use alloc_crate::sync::Arc;

use super::directory::Directory;
use super::file::OpenFile;
use super::metadata::{Metadata, Times};
use super::{Entries, path};
use crate::Error;
use crate::abi::filesystem::{DescriptorFlags, OpenFlags, PathFlags};

/// Of a name that may be a link: whether that is followed.
fn follow(follows: bool) -> PathFlags {
    PathFlags::empty().with(PathFlags::SYMLINK_FOLLOW, follows)
}

impl OpenFile {
    /// What the host knows about `name`.
    pub fn stat_below(&self, name: &[u8], follows: bool) -> Result<Metadata, Error> {
        Ok(Metadata::new(self.descriptor().stat_at(follow(follows), path::text(name)?)?, self.mount()))
    }

    /// Sets the times of `name` that are given.
    pub fn set_times_below(&self, name: &[u8], follows: bool, times: Times) -> Result<(), Error> {
        self.descriptor().set_times_at(follow(follows), path::text(name)?, times.accessed(), times.modified())
    }

    /// Makes a directory.
    pub fn create_directory_below(&self, name: &[u8]) -> Result<(), Error> {
        self.descriptor().create_directory_at(path::text(name)?)
    }

    /// Removes an empty directory.
    pub fn remove_directory_below(&self, name: &[u8]) -> Result<(), Error> {
        self.descriptor().remove_directory_at(path::text(name)?)
    }

    /// Removes a file or link.
    pub fn remove_file_below(&self, name: &[u8]) -> Result<(), Error> {
        self.descriptor().unlink_file_at(path::text(name)?)
    }

    /// The text of a link.
    pub fn read_link_below(&self, name: &[u8]) -> Result<String, Error> {
        self.descriptor().readlink_at(path::text(name)?)
    }

    /// Makes a link whose text is `target`. `PERM` for an absolute one, which WASI does not have.
    pub fn symlink_below(&self, target: &[u8], name: &[u8]) -> Result<(), Error> {
        self.descriptor().symlink_at(path::text(target)?, path::text(name)?)
    }

    /// Gives the file `old` one more name, `new` below another directory.
    pub fn link_below(&self, old: &[u8], directory: &OpenFile, new: &[u8]) -> Result<(), Error> {
        self.descriptor().link_at(path::text(old)?, directory.descriptor(), path::text(new)?)
    }

    /// Gives the file `old` another name, `new` below another directory.
    pub fn rename_below(&self, old: &[u8], directory: &OpenFile, new: &[u8]) -> Result<(), Error> {
        self.descriptor().rename_at(path::text(old)?, directory.descriptor(), path::text(new)?)
    }

    /// The names in this directory, from the first on.
    pub fn entries(&self) -> Result<Entries, Error> {
        let opened = self.descriptor().open_at(PathFlags::empty(), ".", OpenFlags::DIRECTORY, DescriptorFlags::READ)?;
        Ok(Entries::new(Arc::new(Directory::new(opened, self.mount()))))
    }
}
