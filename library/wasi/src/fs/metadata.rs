//! What the host tells about a file, and what can be set of it.

use super::mount::Mounts;
use crate::abi::filesystem::{DescriptorType, NewTimestamp, Stat, Timestamp};

/// `std::fs::Metadata`, as far as WASI knows it.
///
/// Left out, because WASI 0.3 has no such thing: permission bits, owners, device and inode numbers, the time of
/// creation.
#[derive(Clone, Copy, Debug)]
pub struct Metadata {
    stat: Stat,
    mount: usize,
}

impl Metadata {
    pub(super) fn new(stat: Stat, mount: usize) -> Metadata {
        Metadata { stat, mount }
    }

    /// Of a stream, or of a directory that was not given: nothing but what it is.
    pub(crate) fn of_no_file(kind: DescriptorType) -> Metadata {
        let stat = Stat { kind, links: 1, size: 0, accessed: None, modified: None, changed: None };
        Metadata::new(stat, usize::MAX)
    }

    /// What it is.
    pub fn kind(&self) -> DescriptorType {
        self.stat.kind
    }

    /// Length in bytes of a file, or of a link's text.
    pub fn size(&self) -> u64 {
        self.stat.size
    }

    /// How many hard links lead to it.
    pub fn links(&self) -> u64 {
        self.stat.links
    }

    /// Last read, if the file system keeps it.
    pub fn accessed(&self) -> Option<Timestamp> {
        self.stat.accessed
    }

    /// Last written, if the file system keeps it.
    pub fn modified(&self) -> Option<Timestamp> {
        self.stat.modified
    }

    /// Last written, or changed in what is known about it, if the file system keeps it.
    pub fn changed(&self) -> Option<Timestamp> {
        self.stat.changed
    }

    /// Whether nothing about the file can be changed, because the directory it was reached through was given for
    /// reading only. That is all WASI 0.3 tells of permissions: a file that the host itself protects is found out by
    /// opening it.
    pub fn is_read_only(&self) -> bool {
        Mounts::get().list.get(self.mount).is_some_and(|mount| !mount.is_mutable())
    }
}

/// The times to set; what is `None` stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Times {
    /// Last read.
    pub accessed: Option<Timestamp>,
    /// Last written.
    pub modified: Option<Timestamp>,
}

impl Times {
    pub(super) fn accessed(&self) -> NewTimestamp {
        self.accessed.map_or(NewTimestamp::NoChange, NewTimestamp::Timestamp)
    }

    pub(super) fn modified(&self) -> NewTimestamp {
        self.modified.map_or(NewTimestamp::NoChange, NewTimestamp::Timestamp)
    }
}
