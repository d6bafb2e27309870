//! Names that a call makes, removes or moves: what the end of a path says about them.
//!
//! Hosts differ in what they make of a slash or of `.` behind a name, and [`super::path`] cleans both away. So the rules
//! of Linux are here: `d/` is the name `d` and says that it is a directory; a path that ends with `.` or `..`, and the
//! root, name nothing that could be made or removed.

use alloc_crate::borrow::Cow;
use alloc_crate::string::String;

use super::path::{Place, place_or_way};
use super::{FileType, OpenOptions, PathFlags, stat};
use crate::Error;

/// The place of a name.
pub(super) struct Name<'a> {
    /// Without a slash at the end.
    pub(super) place: Place<'a>,
    /// Whether a slash stood behind it.
    pub(super) slash: bool,
}

impl Name<'_> {
    /// What stands there.
    pub(super) fn kind(&self) -> Result<FileType, Error> {
        Ok(self.place.mount().directory.stat_at(PathFlags::empty(), &self.place.below)?.kind)
    }
}

/// A path at whose end there is no name.
#[derive(Clone, Copy)]
pub(super) enum Nameless {
    /// It ends with `.`.
    Here,
    /// It ends with `..`.
    Above,
    /// It is nothing but slashes.
    Root,
}

/// The place of the name at the end of `path`. A path that has none is the error of the file it leads to, or, if that
/// is a directory, what `nameless` says. A directory on the way to a preopen is as the root: it can be neither made nor
/// moved.
#[inline(never)]
pub(super) fn name(path: &[u8], nameless: fn(Nameless) -> Error) -> Result<Name<'_>, Error> {
    let place = || place_or_way(path)?.ok_or_else(|| nameless(Nameless::Root));
    match end(path) {
        End::Name => Ok(Name { place: place()?, slash: false }),
        End::Slash => {
            let mut place = place()?;
            let below = place.below.strip_suffix('/').map(String::from);
            place.below = below.map_or(place.below, Cow::Owned);
            Ok(Name { place, slash: true })
        }
        End::Nameless(end) => Err(is_directory(path).map_or_else(|error| error, |()| nameless(end))),
    }
}

/// The place of a name that is free for anything but a directory.
pub(super) fn free_name(path: &[u8]) -> Result<Place<'_>, Error> {
    let name = name(path, |_| Error::EXIST)?;
    if name.slash {
        return Err(name.kind().map_or_else(|missing| missing, |_| Error::EXIST));
    }
    Ok(name.place)
}

/// Whether `options` may make a file of this name.
pub(super) fn can_be_made(path: &[u8], options: &OpenOptions) -> Result<(), Error> {
    if !(options.create || options.create_new) || !matches!(end(path), End::Nameless(_)) {
        return Ok(());
    }
    is_directory(path)?;
    Err(if options.create_new { Error::EXIST } else { Error::ISDIR })
}

/// Whether a link at the end of `path` is followed whoever asks.
pub(super) fn is_followed(path: &[u8]) -> bool {
    !matches!(end(path), End::Name)
}

/// The names of a rename: if one has a slash behind it, what is renamed must be a directory.
pub(super) fn names<'a>(old: &'a [u8], new: &'a [u8]) -> Result<(Place<'a>, Place<'a>), Error> {
    let (from, to) = (name(old, |_| Error::BUSY)?, name(new, |_| Error::BUSY)?);
    if (from.slash || to.slash) && from.kind()? != FileType::Directory {
        return Err(Error::NOTDIR);
    }
    Ok((from.place, to.place))
}

enum End {
    Name,
    Slash,
    Nameless(Nameless),
}

fn end(path: &[u8]) -> End {
    let Some(last) = path.iter().rposition(|&byte| byte != b'/') else {
        return if path.is_empty() { End::Name } else { End::Nameless(Nameless::Root) };
    };
    let trimmed = &path[..=last];
    let component = trimmed.rsplit(|&byte| byte == b'/').next().unwrap_or(trimmed);
    match component {
        b"." => End::Nameless(Nameless::Here),
        b".." => End::Nameless(Nameless::Above),
        _ if trimmed.len() < path.len() => End::Slash,
        _ => End::Name,
    }
}

fn is_directory(path: &[u8]) -> Result<(), Error> {
    if stat(path)?.kind() == FileType::Directory { Ok(()) } else { Err(Error::NOTDIR) }
}
