//! The real path of a file: `canonicalize`, which WASI has no call for.
//!
//! Walks the path component by component and reads each link (`descriptor.readlink-at`); the host is never asked to
//! resolve more than one component, so a link is followed exactly as the host would. A link that names an absolute path
//! is an error: WASI refuses to read it.

use alloc_crate::string::String;
use alloc_crate::vec::Vec;

use super::mount::Mounts;
use super::path::{self, Place};
use crate::Error;
use crate::abi::filesystem::{DescriptorType, PathFlags};

/// As many links as Linux follows.
const MOST_LINKS: usize = 40;

/// The absolute path of an existing file, without links, `.` and `..`.
pub fn canonicalize(path: &[u8]) -> Result<String, Error> {
    let path = path::text(path)?;
    if path.is_empty() {
        return Err(Error::NOENT);
    }
    let mounts = Mounts::get();
    let absolute = path::clean(&mounts.current_directory(), path);
    let mut real = real_path(&mounts, &absolute)?;
    if path::find(&mounts, &real).is_none() && !path::is_way(&mounts, &real) {
        return Err(Error::NOTCAPABLE);
    }
    if real.is_empty() {
        real.push('/');
    }
    Ok(real)
}

/// The same for a path made by [`path::clean`]; the root is the empty string.
pub(super) fn real_path(mounts: &Mounts, absolute: &str) -> Result<String, Error> {
    let mut real = String::with_capacity(absolute.len());
    // What is still to be walked, the next component last.
    let mut pending: Vec<String> = absolute.split('/').rev().map(String::from).collect();
    let mut links = 0;
    while let Some(component) = pending.pop() {
        match &*component {
            // What these stand behind is a directory, as what has a parent is.
            "" | "." => {
                require_directory(mounts, &real)?;
                continue;
            }
            ".." => {
                require_directory(mounts, &real)?;
                real.truncate(real.rfind('/').unwrap_or(0));
                continue;
            }
            _ => {}
        }
        let parent = real.len();
        real.push('/');
        real.push_str(&component);
        let Some((index, below)) = path::find(mounts, &real) else {
            // Above every preopen there is nothing to ask; only the way down to one is known to exist.
            if path::is_way(mounts, &real) {
                continue;
            }
            return Err(Error::NOTCAPABLE);
        };
        if below == "." {
            continue;
        }
        match mounts.list[index].directory.readlink_at(below) {
            Ok(target) => {
                links += 1;
                if links > MOST_LINKS {
                    return Err(Error::LOOP);
                }
                real.truncate(if target.starts_with('/') { 0 } else { parent });
                pending.extend(target.split('/').rev().map(String::from));
            }
            // It exists and is no link.
            Err(Error::INVAL) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(real)
}

/// The relative path that leads from the link at `place` (given as `link`) to the absolute `target`, whether or not
/// there is anything. `PERM` if another preopen serves the target, or none.
pub(super) fn from_link_to(place: &Place<'_>, link: &str, target: &str) -> Result<String, Error> {
    let mounts = Mounts::get();
    let target = path::clean("", target);
    match path::find(&mounts, &target) {
        Some((index, _)) if index == place.mount_index() => {}
        _ => return Err(Error::PERM),
    }
    // A relative link begins at the directory it really lies in.
    let link = path::clean(&mounts.current_directory(), link.trim_end_matches('/'));
    let directory = real_path(&mounts, &link[..link.rfind('/').unwrap_or(0)])?;
    if !directory.starts_with(&*place.mount().path) {
        return Err(Error::PERM);
    }
    let below = |path: &str| path.split('/').skip(1).map(String::from).collect::<Vec<_>>();
    let (from, to) = (below(&directory), below(&target));
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let mut relative = String::new();
    for part in from[common..].iter().map(|_| "..").chain(to[common..].iter().map(|part| &**part)) {
        if !relative.is_empty() {
            relative.push('/');
        }
        relative.push_str(part);
    }
    if relative.is_empty() {
        relative.push('.');
    }
    Ok(relative)
}

fn require_directory(mounts: &Mounts, real: &str) -> Result<(), Error> {
    match path::find(mounts, real) {
        None | Some((_, ".")) => Ok(()),
        Some((index, below)) => {
            let stat = mounts.list[index].directory.stat_at(PathFlags::empty(), below)?;
            if stat.kind == DescriptorType::Directory { Ok(()) } else { Err(Error::NOTDIR) }
        }
    }
}
