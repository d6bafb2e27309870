//! The temporary directory of a program that runs.
//!
//! It goes when the program ends, and when a signal asks this process to. A process that is killed removes nothing: what it leaves is removed by
//! the next one. Whether anybody still uses a directory is told by a lock on it, which the kernel gives up with the process that holds it,
//! however that ends; a program may run for weeks, so age says nothing. A directory is locked before it has the name by which others look for
//! it, so that one without a lock can be removed at once.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use tempfile::TempDir;

/// What their names begin with: nobody else's do, or it would be removed.
const PREFIX: &str = ".cargo-p3-run-";

/// What their names begin with until they are locked.
const UNLOCKED_PREFIX: &str = ".cargo-p3-new-";

/// How long that may take.
const YOUNG: Duration = Duration::from_secs(60);

/// A directory that is there until this is closed.
pub(crate) struct Temporary {
    path: PathBuf,
    _lock: File,
}

impl Temporary {
    /// Makes one, and sees to it that a signal that ends this process removes it.
    ///
    /// # Errors
    /// There is no room for one, or signals cannot be handled.
    pub(crate) fn new() -> Result<Temporary> {
        let temporary = Temporary::within(&std::env::temp_dir())?;
        component_run::remove_at_signal(&temporary.path).context("Ctrl-C cannot be handled")?;
        Ok(temporary)
    }

    fn within(parent: &Path) -> Result<Temporary> {
        let failed = "no temporary directory can be made for the program";
        sweep(parent);
        let fresh = TempDir::with_prefix_in(UNLOCKED_PREFIX, parent).context(failed)?;
        let lock = File::open(fresh.path()).context(failed)?;
        // A file system may have no locks. Nobody can lock it there, and so take it for left behind.
        let _ = lock.lock();
        let name = fresh.path().file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let path = fresh.path().with_file_name(name.replacen(UNLOCKED_PREFIX, PREFIX, 1));
        fs::rename(fresh.path(), &path).context(failed)?;
        // It has another name now.
        let _ = fresh.keep();
        let path = path.canonicalize().context("the program's temporary directory is gone")?;
        Ok(Temporary { path, _lock: lock })
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
        fs::remove_dir_all(&self.path).context("the program's temporary directory cannot be removed")
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // After an error; that is the one to tell.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Removes what processes that were killed have left behind. What cannot be removed, another user's for one, stays.
fn sweep(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let begins = |prefix: &str| name.to_str().is_some_and(|name| name.starts_with(prefix));
        let is_ours = begins(PREFIX) || begins(UNLOCKED_PREFIX) && is_old(&entry.path());
        if is_ours && entry.file_type().is_ok_and(|kind| kind.is_dir()) && is_unlocked(&entry.path()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn is_old(directory: &Path) -> bool {
    let age = || fs::metadata(directory).ok()?.modified().ok()?.elapsed().ok();
    age().is_some_and(|age| age > YOUNG)
}

fn is_unlocked(directory: &Path) -> bool {
    File::open(directory).is_ok_and(|directory| directory.try_lock().is_ok())
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
        let left =
            [directory(".cargo-p3-run-1", 3600), directory(".cargo-p3-run-2", 0), directory(".cargo-p3-new-1", 61)];
        let young = directory(".cargo-p3-new-2", 0);
        let others = [directory("mine", 3600), directory("cargo-p3-source", 3600)];
        let running = Temporary::within(parent.path()).unwrap();
        File::open(running.path()).unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
        Temporary::within(parent.path()).unwrap().close().unwrap();
        assert!(left.iter().all(|left| !left.exists()));
        assert!(young.exists() && others.iter().all(|other| other.exists()) && running.path().exists());
    }
}
