//! Files and directories: the words of `std::fs`.
//!
//! Paths are bytes as std has them, absolute or relative to the current directory. WASI's own names are strings, so a
//! path that is not UTF-8 is `ILSEQ`, and one with a NUL is `INVAL`; a path outside every preopened directory is
//! `NOTCAPABLE`, which std shows as `NotFound`: to the program such a file is not there. A directory on the way to a
//! preopened one is there, as one that may be passed through and neither listed nor changed.
//!
//! Each function that names one file is one call of the host. Left out: locks and permission bits, which WASI 0.3 does
//! not have.

use alloc_crate::string::String;
use alloc_crate::sync::Arc;

mod appended;
mod below;
mod coherence;
mod copy;
mod cursor;
mod description;
mod directory;
mod executable;
mod file;
mod metadata;
mod mount;
mod name;
mod options;
mod path;
mod walk;

use self::mount::Mounts;
use self::name::{Name, Nameless, name};
use self::path::{place, place_or_way};
use crate::Error;
use crate::abi::filesystem::{DescriptorFlags, OpenFlags, PathFlags};

pub use self::copy::copy;
pub use self::directory::{Directory, Entries, Entry};
pub use self::executable::executable;
pub use self::file::{OpenFile, SeekFrom};
pub use self::metadata::{Metadata, Times};
pub use self::options::{InvalidOptions, O_DIRECTORY, O_NOFOLLOW, OpenOptions};
pub use self::walk::canonicalize;
pub use crate::abi::filesystem::{DescriptorType as FileType, Timestamp};

/// Opens a file or, for reading, a directory. Options that [`OpenOptions::check`] refuses are `INVAL`.
pub fn open(path: &[u8], options: &OpenOptions) -> Result<OpenFile, Error> {
    name::can_be_made(path, options)?;
    let place = place(path)?;
    file::open_at(&place.mount().directory, place.mount_index(), &place.below, options)
}

/// The names in a directory.
pub fn read_directory(path: &[u8]) -> Result<Entries, Error> {
    let place = place(path)?;
    let directory = place.mount().directory.open_at(
        PathFlags::SYMLINK_FOLLOW,
        &place.below,
        OpenFlags::DIRECTORY,
        DescriptorFlags::READ,
    )?;
    Ok(Entries::new(Arc::new(Directory::new(directory, place.mount_index()))))
}

/// What the host knows about the file, links followed.
///
/// A single name is looked at without following first, which for hosts is the cheaper question; links are rare.
pub fn stat(path: &[u8]) -> Result<Metadata, Error> {
    let Some(place) = place_or_way(path)? else { return Ok(Metadata::of_no_file(FileType::Directory)) };
    let directory = &place.mount().directory;
    let mut stat = None;
    if !place.below.contains('/') {
        stat = Some(directory.stat_at(PathFlags::empty(), &place.below)?);
    }
    let stat = match stat {
        Some(stat) if stat.kind != FileType::SymbolicLink => stat,
        _ => directory.stat_at(PathFlags::SYMLINK_FOLLOW, &place.below)?,
    };
    Ok(Metadata::new(stat, place.mount_index()))
}

/// What the host knows about the file or link. A link with a slash behind it is followed, because it is asked for a
/// directory.
pub fn stat_no_follow(path: &[u8]) -> Result<Metadata, Error> {
    if name::is_followed(path) {
        return stat(path);
    }
    let Some(place) = place_or_way(path)? else { return Ok(Metadata::of_no_file(FileType::Directory)) };
    Ok(Metadata::new(place.mount().directory.stat_at(PathFlags::empty(), &place.below)?, place.mount_index()))
}

/// Sets the times that are given, links followed.
pub fn set_times(path: &[u8], times: Times) -> Result<(), Error> {
    let place = place(path)?;
    let flags = PathFlags::SYMLINK_FOLLOW;
    place.mount().directory.set_times_at(flags, &place.below, times.accessed(), times.modified())
}

/// Sets the times that are given, of the file or link.
pub fn set_times_no_follow(path: &[u8], times: Times) -> Result<(), Error> {
    let place = place(path)?;
    let flags = PathFlags::empty();
    place.mount().directory.set_times_at(flags, &place.below, times.accessed(), times.modified())
}

/// Makes a directory.
pub fn create_directory(path: &[u8]) -> Result<(), Error> {
    let Name { place, .. } = name(path, |_| Error::EXIST)?;
    place.mount().directory.create_directory_at(&place.below)
}

/// Removes an empty directory.
pub fn remove_directory(path: &[u8]) -> Result<(), Error> {
    let Name { place, .. } = name(path, not_removed)?;
    place.mount().directory.remove_directory_at(&place.below)
}

/// Removes a directory with all that is in it. A link in its place or anywhere below is removed and not followed, even
/// if somebody exchanges directories for links meanwhile. One whose path does not end with its name is emptied: `.` and
/// a link with a slash behind it stay, and the rest of a path that leads up (`..`) may have gone with what was above it.
pub fn remove_directory_all(path: &[u8]) -> Result<(), Error> {
    let Name { place, slash } = match name(path, not_removed) {
        Ok(name) => name,
        Err(error) => {
            let place = place(path)?;
            directory::empty(&place.mount().directory, PathFlags::empty(), &place.below)?;
            // To Linux the current directory and what is above it are there still.
            let is_here = path.split(|&byte| byte == b'/').all(|component| matches!(component, b"" | b"." | b".."));
            return if !is_here && stat(path).err() == Some(Error::NOENT) { Ok(()) } else { Err(error) };
        }
    };
    let directory = &place.mount().directory;
    match directory::empty(directory, PathFlags::empty().with(PathFlags::SYMLINK_FOLLOW, slash), &place.below) {
        Ok(()) => match directory.remove_directory_at(&place.below) {
            Err(Error::NOENT) => Ok(()),
            removed => removed,
        },
        Err(error @ (Error::NOTDIR | Error::LOOP)) => match directory.stat_at(PathFlags::empty(), &place.below)?.kind {
            FileType::SymbolicLink if !slash => directory.unlink_file_at(&place.below),
            _ => Err(error),
        },
        Err(error) => Err(error),
    }
}

/// Removes a file or link.
pub fn remove_file(path: &[u8]) -> Result<(), Error> {
    let name = name(path, |_| Error::ISDIR)?;
    if name.slash {
        return Err(if name.kind()? == FileType::Directory { Error::ISDIR } else { Error::NOTDIR });
    }
    let place = name.place;
    place.mount().directory.unlink_file_at(&place.below)
}

/// Gives a file another name, in the place of a file that has it.
pub fn rename(old: &[u8], new: &[u8]) -> Result<(), Error> {
    let (old, new) = name::names(old, new)?;
    old.mount().directory.rename_at(&old.below, &new.mount().directory, &new.below)
}

/// Gives a file one more name. A link is linked itself, as on Linux. If there is no such file, that is the error, unless
/// the new name can be none.
pub fn hard_link(original: &[u8], link: &[u8]) -> Result<(), Error> {
    path::text(link)?;
    let linked = name::free_name(link).and_then(|link| {
        let original = place(original)?;
        original.mount().directory.link_at(&original.below, &link.mount().directory, &link.below)
    });
    linked.or_else(|error| stat_no_follow(original).and(Err(error)))
}

/// The text of a link.
pub fn read_link(path: &[u8]) -> Result<String, Error> {
    let place = place(path)?;
    place.mount().directory.readlink_at(&place.below)
}

/// Makes a symbolic link whose text is `target`.
///
/// WASI has no links to absolute paths. So an absolute target that lies below the preopen which the link is made in
/// becomes the relative path from the link to it, which leads to the same file, inside and outside; `PERM` for any
/// other.
pub fn symlink(target: &[u8], link: &[u8]) -> Result<(), Error> {
    let target = path::text(target)?;
    let place = name::free_name(link)?;
    if !target.starts_with('/') {
        return place.mount().directory.symlink_at(target, &place.below);
    }
    let relative = walk::from_link_to(&place, path::text(link)?, target)?;
    place.mount().directory.symlink_at(&relative, &place.below)
}

/// The current directory, absolute.
pub fn current_dir() -> Result<String, Error> {
    let cwd = Mounts::get().current_directory();
    Ok(String::from(if cwd.is_empty() { "/" } else { &cwd }))
}

/// Makes `path` the current directory. It must be a directory; its links are resolved now, as they are by a kernel.
pub fn set_current_dir(path: &[u8]) -> Result<(), Error> {
    let mut real = canonicalize(path)?;
    if stat(real.as_bytes())?.kind() != FileType::Directory {
        return Err(Error::NOTDIR);
    }
    if real == "/" {
        real.clear();
    }
    Mounts::get().set_current_directory(real);
    Ok(())
}

/// Why a directory is not removed by a path that does not end with its name.
fn not_removed(nameless: Nameless) -> Error {
    match nameless {
        Nameless::Here => Error::INVAL,
        Nameless::Above => Error::NOTEMPTY,
        Nameless::Root => Error::BUSY,
    }
}
