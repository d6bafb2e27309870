//! The directories that lie between a granted one and a name, kept open from one call to the next.
//!
//! Here because the kernel looks a path up within a directory (`RESOLVE_BENEATH`) only where it opens something, and opening and closing
//! takes longer than most of what is done there; and programs ask for one name after the other of the same directory. A directory that
//! was kept is asked for its identity again each time, so that another one in its place, or a link, is never mistaken for it: what was
//! found is what opening it now would find. No more than [`DEPTH`] directories are held, of one granted directory at a time,
//! and one that had to be opened.

use super::super::filesystem::INSIDE;
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::{AtFlags, FileType, Mode, OFlags, StatxFlags};
use rustix::io::{Errno, Result};
use std::fs::File;
use std::sync::{Arc, Weak};

/// How many directories deep asking is quicker than opening.
const DEPTH: usize = 3;

/// The directories of the path that was looked up last.
#[derive(Default)]
pub(in crate::host) struct Parents {
    /// Where the path begins. Not kept open for this.
    root: Weak<File>,
    steps: Vec<Step>,
    /// The parent that was found without being kept.
    other: Option<OwnedFd>,
}

/// A directory, by its name in the one before.
struct Step {
    name: String,
    directory: OwnedFd,
    identity: Identity,
}

/// What tells a directory from all others, as long as it is held open.
#[derive(PartialEq, Eq)]
struct Identity {
    device: (u32, u32),
    inode: u64,
    mount: u64,
}

impl Parents {
    /// The directory below `root` that the last name of `path` lies in, and that name, which is one. Links that lead on the way to it are
    /// followed if they do not lead out.
    pub(super) fn parent<'a, 'p>(
        &'a mut self,
        root: &'a Arc<File>,
        path: &'p str,
    ) -> Result<(BorrowedFd<'a>, &'p str)> {
        let (parent, name) = match path.rsplit_once('/') {
            None => (None, path),
            Some((parent, name)) => (Some(parent), name),
        };
        if matches!(name, "" | "." | "..") {
            return Err(Errno::INVAL);
        }
        let Some(parent) = parent else { return Ok((root.as_fd(), name)) };
        if self.keep(root, parent).is_ok() {
            return Ok((self.steps[parent.matches('/').count()].directory.as_fd(), name));
        }
        let open = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let parent = rustix::fs::openat2(root, parent, open, Mode::empty(), INSIDE)?;
        let parent: &'a OwnedFd = self.other.insert(parent);
        Ok((parent.as_fd(), name))
    }

    /// Makes the first steps those of `path`, which leads through directories, and no links, by their names.
    fn keep(&mut self, root: &Arc<File>, path: &str) -> Result<()> {
        if !std::ptr::eq(self.root.as_ptr(), Arc::as_ptr(root)) {
            self.steps.clear();
            self.root = Arc::downgrade(root);
        }
        let is_name = |name: &str| !matches!(name, "" | "." | "..");
        if path.matches('/').count() >= DEPTH || !path.split('/').all(is_name) {
            return Err(Errno::INVAL);
        }
        for (depth, name) in path.split('/').enumerate() {
            let above = depth.checked_sub(1).map_or(root.as_fd(), |above| self.steps[above].directory.as_fd());
            let is_there = |step: &Step| step.name == name && Identity::of(above, name).as_ref() == Ok(&step.identity);
            if !self.steps.get(depth).is_some_and(is_there) {
                let step = Step::open(above, name)?;
                self.steps.truncate(depth);
                self.steps.push(step);
            }
        }
        Ok(())
    }
}

impl Step {
    fn open(above: BorrowedFd<'_>, name: &str) -> Result<Step> {
        let open = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let directory = rustix::fs::openat2(above, name, open, Mode::empty(), INSIDE)?;
        let identity = Identity::of(directory.as_fd(), "")?;
        Ok(Step { name: name.to_owned(), directory, identity })
    }
}

impl Identity {
    /// Of the directory `name` there; of `there` itself if `name` is empty. A link is no directory.
    fn of(there: BorrowedFd<'_>, name: &str) -> Result<Identity> {
        let flags = AtFlags::SYMLINK_NOFOLLOW | AtFlags::EMPTY_PATH;
        let stat = rustix::fs::statx(there, name, flags, StatxFlags::TYPE | StatxFlags::INO | StatxFlags::MNT_ID)?;
        if FileType::from_raw_mode(stat.stx_mode.into()) != FileType::Directory {
            return Err(Errno::NOTDIR);
        }
        Ok(Identity { device: (stat.stx_dev_major, stat.stx_dev_minor), inode: stat.stx_ino, mount: stat.stx_mnt_id })
    }
}
