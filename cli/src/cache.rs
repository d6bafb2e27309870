//! The cache: where sysroots live, how big they are, and removing them.
//!
//! `CARGO_P3_CACHE` names it; otherwise it is the platform's cache directory (`~/.cache/cargo-p3` on Linux). Everything in it can be removed at
//! any time and is made again when it is needed.

use std::ffi::OsString;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use std::{env, fs, io};

use anyhow::{Context, Result, anyhow};
use walkdir::WalkDir;

use crate::advice::Advise;

/// Names the cache directory, if set.
pub(crate) const VARIABLE: &str = "CARGO_P3_CACHE";

/// The cache directory.
pub(crate) struct Cache {
    path: PathBuf,
}

/// One sysroot in the cache, or what was compiled with one beside it.
pub(crate) struct Entry {
    pub(crate) path: PathBuf,
    /// In bytes, as stored.
    pub(crate) size: u64,
    pub(crate) made: SystemTime,
}

impl Cache {
    /// Says where the cache is; it need not exist.
    ///
    /// # Errors
    /// No home directory, or a variable that names no path.
    pub(crate) fn locate() -> Result<Cache> {
        if let Some(path) = env::var_os(VARIABLE).filter(|path| !path.is_empty()) {
            let path = std::path::absolute(&path).with_context(|| format!("{VARIABLE} is not a path"))?;
            return Ok(Cache { path });
        }
        let folders = directories::ProjectDirs::from("", "", "cargo-p3")
            .ok_or_else(|| anyhow!("this user has no home directory to keep a cache in"))
            .advise(format!("set {VARIABLE} to a directory"))?;
        Ok(Cache { path: folders.cache_dir().to_owned() })
    }

    /// The directory.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes the directory and shows that files can be made in it.
    ///
    /// # Errors
    /// It cannot be written.
    pub(crate) fn writable(&self) -> Result<()> {
        let attempt = fs::create_dir_all(&self.path).and_then(|()| tempfile::tempfile_in(&self.path));
        attempt
            .map(drop)
            .with_context(|| format!("the cache {} cannot be written", self.path.display()))
            .advise(format!("make it writable, or set {VARIABLE} to a directory that is"))
    }

    /// The sysroots, newest first, and what killed builds left.
    ///
    /// # Errors
    /// The cache cannot be listed.
    pub(crate) fn sysroots(&self) -> Result<Vec<Entry>> {
        let folder = self.sysroot_folder();
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.with_context(|| format!("cannot list {}", folder.display()))?,
        };
        let mut sysroots = Vec::new();
        for entry in entries {
            let entry = entry.with_context(|| format!("cannot list {}", folder.display()))?;
            // Lock files lie beside the sysroots.
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                let made = entry.metadata().and_then(|metadata| metadata.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
                sysroots.push(Entry { size: size(&entry.path()), path: entry.path(), made });
            }
        }
        sysroots.sort_by_key(|entry| std::cmp::Reverse(entry.made));
        Ok(sysroots)
    }

    fn sysroot_folder(&self) -> PathBuf {
        self.path.join("sysroots")
    }
}

impl Entry {
    /// The sysroot that it is or belongs to: what is made with a sysroot has its name and a suffix.
    pub(crate) fn sysroot(&self) -> PathBuf {
        self.path.with_extension("")
    }

    /// Removes it from the cache, unless another process is building that sysroot. Says whether it did.
    ///
    /// # Errors
    /// Something in it cannot be removed.
    pub(crate) fn remove(&self) -> Result<bool> {
        let explain = || format!("cannot remove {}", self.path.display());
        // The builder's lock (`overlay::Sysroot`).
        let lock = File::create(self.sysroot().with_extension("lock")).with_context(explain)?;
        match lock.try_lock() {
            Err(TryLockError::WouldBlock) => return Ok(false),
            result => result.with_context(explain)?,
        }
        // Renamed first: what is half removed must not look like a sysroot.
        let mut doomed = OsString::from(&self.path);
        doomed.push(".removed");
        fs::rename(&self.path, &doomed).and_then(|()| fs::remove_dir_all(&doomed)).with_context(explain)?;
        Ok(true)
    }
}

/// A size as people read it.
pub(crate) fn shown(bytes: u64) -> String {
    indicatif::HumanBytes(bytes).to_string()
}

/// Bytes of all files below a directory; links are not followed.
fn size(directory: &Path) -> u64 {
    let files = WalkDir::new(directory).into_iter().flatten().filter(|entry| entry.file_type().is_file());
    files.filter_map(|file| file.metadata().ok()).map(|metadata| metadata.len()).sum()
}
