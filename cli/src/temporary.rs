//! The temporary directory of a program that runs.
//!
//! It goes when the program ends, and when this process is interrupted. A process that is killed removes nothing: what it leaves is removed by
//! the next one. Whether anybody still uses a directory is told by a lock on it, which the kernel gives up with the process that holds it,
//! however that ends; a program may run for weeks, so age says nothing.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use tempfile::TempDir;

/// What their names begin with: nobody else's do, or it would be removed.
const PREFIX: &str = ".cargo-p3-run-";

/// How long a directory may have been there without a lock: it is made first and locked then.
const YOUNG: Duration = Duration::from_secs(60);

/// A directory that is there until this is closed.
pub(crate) struct Temporary {
    directory: TempDir,
    path: PathBuf,
    _lock: File,
}

impl Temporary {
    /// Makes one, and sees to it that Ctrl-C removes it.
    ///
    /// # Errors
    /// There is no room for one, or Ctrl-C cannot be handled.
    pub(crate) fn new() -> Result<Temporary> {
        let temporary = Temporary::within(&std::env::temp_dir())?;
        let left = temporary.path.clone();
        ctrlc::set_handler(move || {
            // It may be in use by the guest, which ends now: what cannot be removed stays.
            let _ = fs::remove_dir_all(&left);
            std::process::exit(130);
        })
        .context("Ctrl-C cannot be handled")?;
        Ok(temporary)
    }

    fn within(parent: &Path) -> Result<Temporary> {
        let failed = "no temporary directory can be made for the program";
        sweep(parent);
        let directory = TempDir::with_prefix_in(PREFIX, parent).context(failed)?;
        let path = directory.path().canonicalize().context("the program's temporary directory is gone")?;
        let lock = File::open(&path).context(failed)?;
        // Without a lock, on a file system that has none, another process may take it for left behind in a minute; there it cannot lock it either.
        let _ = lock.lock();
        Ok(Temporary { directory, path, _lock: lock })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Removes it with all that is in it.
    ///
    /// # Errors
    /// Something in it cannot be removed.
    pub(crate) fn close(self) -> Result<()> {
        self.directory.close().context("the program's temporary directory cannot be removed")
    }
}

/// Removes what processes that were killed have left behind. What cannot be removed, another user's for one, stays.
fn sweep(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let is_ours = entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX));
        if is_ours && entry.file_type().is_ok_and(|kind| kind.is_dir()) && is_left_behind(&entry.path()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn is_left_behind(directory: &Path) -> bool {
    let is_old = || Some(fs::metadata(directory).ok()?.modified().ok()?.elapsed().ok()? > YOUNG);
    is_old() == Some(true) && File::open(directory).is_ok_and(|directory| directory.try_lock().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::SystemTime;

    #[test]
    fn what_a_killed_process_left_is_removed_by_the_next_one() {
        let parent = tempfile::tempdir().unwrap();
        let directory = |name: &str, age: u64| {
            let path = parent.path().join(name);
            fs::create_dir_all(path.join("deep")).unwrap();
            let modified = SystemTime::now() - Duration::from_secs(age);
            File::open(&path).unwrap().set_modified(modified).unwrap();
            path
        };
        let (left, young) = (directory(".cargo-p3-run-1", 3600), directory(".cargo-p3-run-2", 0));
        let others = [directory("mine", 3600), directory("cargo-p3-source", 3600)];
        let running = Temporary::within(parent.path()).unwrap();
        File::open(running.path()).unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
        Temporary::within(parent.path()).unwrap().close().unwrap();
        assert!(!left.exists());
        assert!(young.exists() && others.iter().all(|other| other.exists()) && running.path().exists());
    }
}
