//! Writing files of a sysroot so that a second run changes nothing and every failure names its path.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use walkdir::WalkDir;

/// A directory that will hold exactly the files put into it. A file that already has the right content is not touched,
/// so cargo sees only real changes when a directory is written again.
pub(crate) struct Mirror {
    root: PathBuf,
    put: BTreeSet<PathBuf>,
}

impl Mirror {
    /// A mirror that writes below `root`.
    pub(crate) fn new(root: PathBuf) -> Self {
        Self { root, put: BTreeSet::new() }
    }

    /// Puts a file at `path`, relative to the root.
    pub(crate) fn put(&mut self, path: &Path, content: &[u8]) -> Result<()> {
        let target = self.root.join(path);
        if !fs::read(&target).is_ok_and(|old| old == content) {
            create_dir(target.parent().expect("a file below the root has a parent"))?;
            fs::write(&target, content).map_err(|error| explain(error, "write", &target))?;
        }
        self.put.insert(path.to_owned());
        Ok(())
    }

    /// Removes what an earlier run put there and this one did not.
    pub(crate) fn finish(self) -> Result<()> {
        for entry in WalkDir::new(&self.root) {
            let entry = entry.with_context(|| format!("cannot list {}", self.root.display()))?;
            let path = entry.path().strip_prefix(&self.root).expect("walked below the root");
            if !entry.file_type().is_dir() && !self.put.contains(path) {
                fs::remove_file(entry.path()).map_err(|error| explain(error, "remove", entry.path()))?;
            }
        }
        Ok(())
    }
}

/// Creates a directory and its parents.
pub(crate) fn create_dir(path: &Path) -> Result<()> {
    fs::create_dir_all(path).map_err(|error| explain(error, "create the directory", path))
}

/// Removes a directory with all in it, if it is there.
pub(crate) fn remove_dir(path: &Path) -> Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(explain(error, "remove", path)),
        _ => Ok(()),
    }
}

/// Makes `link` a symbolic link to `to`, replacing in one step whatever link was there.
pub(crate) fn link(link: &Path, to: &Path) -> Result<()> {
    if fs::read_link(link).is_ok_and(|old| old == to) {
        return Ok(());
    }
    create_dir(link.parent().expect("a link has a parent"))?;
    let fresh = with_suffix(link, &format!(".{}", std::process::id()));
    std::os::unix::fs::symlink(to, &fresh).map_err(|error| explain(error, "create the link", &fresh))?;
    rename(&fresh, link)
}

/// Renames within a directory.
pub(crate) fn rename(from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to).map_err(|error| explain(error, "rename to", to))
}

/// `path` with `suffix` appended to its last component.
pub(crate) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut text = path.as_os_str().to_owned();
    text.push(suffix);
    text.into()
}

/// The error of a failed change, with the next step where the cause suggests one.
pub(crate) fn explain(error: io::Error, action: &str, path: &Path) -> anyhow::Error {
    let advice = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            ". Free some space (a sysroot takes about 130 MiB, and as much again while it is built) or choose another cache directory"
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            ". Choose a cache directory that you may write"
        }
        _ => "",
    };
    anyhow::anyhow!("cannot {action} {}: {error}{advice}", path.display())
}
