//! Where a path leads: which preopened directory serves it, and by which name below that directory.
//!
//! WASI has neither absolute paths nor a current directory: each call takes a directory descriptor and a path below it.
//! Both are made here, out of the preopens (`wasi:filesystem/preopens`), the initial working directory
//! (`wasi:cli/environment`) and the current directory, which is state of this instance. Links and `..` inside a preopen
//! are left to the host; only a `..` that climbs out of one is followed here, because the next preopen is known to
//! nobody else. Touches the host only for that.

use alloc_crate::borrow::Cow;
use alloc_crate::rc::Rc;
use alloc_crate::string::String;

use super::mount::{Mount, Mounts};
use super::walk;
use crate::Error;

/// A path as the host wants it: below the directory of a mount, never empty, never absolute.
pub(super) struct Place<'a> {
    mounts: Rc<Mounts>,
    index: usize,
    /// What to give to a `*-at` function of the mount's directory.
    pub(super) below: Cow<'a, str>,
}

impl Place<'_> {
    /// The preopen that serves the path.
    pub(super) fn mount(&self) -> &Mount {
        &self.mounts.list[self.index]
    }

    /// The mount's number, for a [`super::Metadata`] that outlives the place.
    pub(super) fn mount_index(&self) -> usize {
        self.index
    }
}

/// Finds the preopen and the name for `path`, relative to the current directory if it does not begin with `/`.
///
/// Of several preopens the longest match wins. `NOENT` for an empty path, `NOTCAPABLE` for one outside every preopen,
/// `ACCES` for a directory on the way to one.
pub(super) fn place(path: &[u8]) -> Result<Place<'_>, Error> {
    place_or_way(path)?.ok_or(Error::ACCES)
}

/// The same, with `None` for a directory on the way to a preopen. That it is one follows from the preopen's name, and
/// nothing more is known about it.
pub(super) fn place_or_way(path: &[u8]) -> Result<Option<Place<'_>>, Error> {
    let path = text(path)?;
    if path.is_empty() {
        return Err(Error::NOENT);
    }
    let mounts = Mounts::get();
    if is_plain(path) {
        if path.starts_with('/') {
            let Some((index, below)) = find(&mounts, path) else { return way(&mounts, path) };
            return Ok(Some(Place { index, below: Cow::Borrowed(below), mounts }));
        }
        let cwd = mounts.current_directory();
        if mounts.list.len() == 1
            && let Some((index, ".")) = find(&mounts, &cwd)
        {
            return Ok(Some(Place { index, below: Cow::Borrowed(path), mounts }));
        }
    }
    let absolute = climb(&mounts, clean(&mounts.current_directory(), path))?;
    let Some((index, below)) = find(&mounts, &absolute) else { return way(&mounts, &absolute) };
    let below = Cow::Owned(String::from(below));
    Ok(Some(Place { index, below, mounts }))
}

#[cold]
fn way(mounts: &Mounts, absolute: &str) -> Result<Option<Place<'static>>, Error> {
    if is_way(mounts, absolute) { Ok(None) } else { Err(Error::NOTCAPABLE) }
}

/// Whether a preopen lies below `absolute`.
pub(super) fn is_way(mounts: &Mounts, absolute: &str) -> bool {
    let absolute = absolute.strip_suffix('/').unwrap_or(absolute);
    mounts.list.iter().any(|mount| mount.path.strip_prefix(absolute).is_some_and(|rest| rest.starts_with('/')))
}

/// A path or the text of a link as WASI has them: `ILSEQ` if it is not UTF-8, `INVAL` if there is a NUL in it.
pub(super) fn text(path: &[u8]) -> Result<&str, Error> {
    if path.contains(&0) {
        return Err(Error::INVAL);
    }
    core::str::from_utf8(path).map_err(|_| Error::ILSEQ)
}

/// The mount with the longest name that `absolute` lies in, and the rest of the path below it (`.` for the mount
/// itself).
pub(super) fn find<'a>(mounts: &Mounts, absolute: &'a str) -> Option<(usize, &'a str)> {
    let mut best: Option<(usize, &str)> = None;
    for (index, mount) in mounts.list.iter().enumerate() {
        let Some(rest) = absolute.strip_prefix(&*mount.path) else { continue };
        if !(rest.is_empty() || rest.starts_with('/')) {
            continue;
        }
        // A later preopen of the same name wins, as the last `--dir` of a command line does.
        if best.is_none_or(|(chosen, _)| mounts.list[chosen].path.len() <= mount.path.len()) {
            best = Some((index, rest));
        }
    }
    best.map(|(index, rest)| match rest.strip_prefix('/') {
        None | Some("") => (index, "."),
        Some(below) => (index, below),
    })
}

/// `path` made absolute, without empty components and `.`; `..` stays. A slash at the end stays, because it demands a
/// directory. The root is the empty string, so that appending `/name` is right everywhere.
pub(super) fn clean(cwd: &str, path: &str) -> String {
    let mut absolute = String::with_capacity(cwd.len() + path.len() + 1);
    if !path.starts_with('/') {
        absolute.push_str(cwd);
    }
    for component in path.split('/') {
        if !matches!(component, "" | ".") {
            absolute.push('/');
            absolute.push_str(component);
        }
    }
    if path.ends_with('/') || path.ends_with("/.") {
        absolute.push('/');
    }
    absolute
}

/// Whether the host can take `path` as it is: no empty component, no `.`, no `..`.
fn is_plain(path: &str) -> bool {
    let rest = path.strip_prefix('/').unwrap_or(path);
    !rest.split('/').any(|component| matches!(component, "" | "." | ".."))
}

/// Follows every `..` of a clean path that the host could not follow: one that leaves its preopen, or that might
/// enter another preopen on its way back down.
fn climb(mounts: &Mounts, path: String) -> Result<String, Error> {
    let Some(first) = path.find("/..").filter(|_| has_parent(&path)) else { return Ok(path) };
    if stays_inside(mounts, &path, first) {
        return Ok(path);
    }
    let mut resolved = String::with_capacity(path.len());
    for component in path.split('/').skip(1) {
        match component {
            ".." => {
                if find(mounts, &resolved).is_some() {
                    // What has a parent in a path is a directory.
                    resolved.push('/');
                    resolved = walk::real_path(mounts, &resolved)?;
                }
                resolved.truncate(resolved.rfind('/').unwrap_or(0));
            }
            name => {
                resolved.push('/');
                resolved.push_str(name);
            }
        }
    }
    Ok(resolved)
}

fn has_parent(path: &str) -> bool {
    path.split('/').any(|component| component == "..")
}

/// Whether one preopen serves all of `path`, whatever its links: no `..` climbs above it and no other preopen lies
/// within it. `first` is the byte at which the first `..` may begin.
fn stays_inside(mounts: &Mounts, path: &str, first: usize) -> bool {
    let Some((index, _)) = find(mounts, &path[..first]) else { return false };
    let own = &*mounts.list[index].path;
    let nested = |mount: &Mount| mount.path.len() > own.len() && mount.path.starts_with(own);
    if mounts.list.iter().any(nested) {
        return false;
    }
    let mut depth = 0_i32;
    for component in path[own.len()..].split('/').filter(|component| !component.is_empty()) {
        depth += if component == ".." { -1 } else { 1 };
        if depth < 0 {
            return false;
        }
    }
    true
}
