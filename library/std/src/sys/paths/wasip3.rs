//! Well-known paths. Paths are Unix-like: `/` separates components, `:` separates the paths of a list.

use crate::ffi::{OsStr, OsString};
use crate::os::wasi::ffi::{OsStrExt, OsStringExt};
use crate::path::{Path, PathBuf};
use crate::sys::map_error;
use crate::{env, fmt, io, iter, slice};

const LIST_SEPARATOR: u8 = b':';

pub fn getcwd() -> io::Result<PathBuf> {
    wasi_rt::fs::current_dir().map(PathBuf::from).map_err(map_error)
}

pub fn chdir(path: &Path) -> io::Result<()> {
    wasi_rt::fs::set_current_dir(path.as_os_str().as_bytes()).map_err(map_error)
}

/// `TMPDIR`, or else `/tmp`, as on Unix. Whether the directory is there is for the host to decide.
pub fn temp_dir() -> PathBuf {
    env::var_os("TMPDIR").unwrap_or_else(|| OsString::from("/tmp")).into()
}

/// `HOME`, unless it is empty. There is no user database to ask instead.
pub fn home_dir() -> Option<PathBuf> {
    env::var_os("HOME").filter(|home| !home.is_empty()).map(PathBuf::from)
}

/// What the first argument says, if the component is there for the program to see. The host need not say it, and there may be no file.
pub fn current_exe() -> io::Result<PathBuf> {
    wasi_rt::fs::executable().map(PathBuf::from).ok_or(io::const_error!(
        io::ErrorKind::Unsupported,
        "the first argument does not lead to this component in a directory that was given to it",
    ))
}

pub struct SplitPaths<'a> {
    iter: iter::Map<slice::Split<'a, u8, fn(&u8) -> bool>, fn(&'a [u8]) -> PathBuf>,
}

pub fn split_paths(list: &OsStr) -> SplitPaths<'_> {
    let is_separator: fn(&u8) -> bool = |byte| *byte == LIST_SEPARATOR;
    let path: fn(&[u8]) -> PathBuf = |bytes| PathBuf::from(OsStr::from_bytes(bytes));
    SplitPaths { iter: list.as_bytes().split(is_separator).map(path) }
}

impl Iterator for SplitPaths<'_> {
    type Item = PathBuf;

    fn next(&mut self) -> Option<PathBuf> {
        self.iter.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.iter.size_hint()
    }
}

#[derive(Debug)]
pub struct JoinPathsError;

pub fn join_paths<I, T>(paths: I) -> Result<OsString, JoinPathsError>
where
    I: Iterator<Item = T>,
    T: AsRef<OsStr>,
{
    let mut joined = Vec::new();
    for (index, path) in paths.enumerate() {
        let path = path.as_ref().as_bytes();
        if path.contains(&LIST_SEPARATOR) {
            return Err(JoinPathsError);
        }
        if index > 0 {
            joined.push(LIST_SEPARATOR);
        }
        joined.extend_from_slice(path);
    }
    Ok(OsString::from_vec(joined))
}

impl fmt::Display for JoinPathsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "path segment contains separator `{}`", char::from(LIST_SEPARATOR))
    }
}

impl crate::error::Error for JoinPathsError {}
