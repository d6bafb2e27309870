//! Compiled code, kept between runs.
//!
//! Here because compiling takes a thousand times longer than starting: a large test binary takes seconds. An entry is named after the
//! component's content and everything that decides about its code, and is mapped into memory as it is, which wasmtime's own cache (it
//! compresses) cannot do. Entries appear whole (written elsewhere, then renamed) and are never changed, so runs at the same time do not
//! disturb each other; one that is damaged is recognised by its checksum and made anew. The oldest go when all together exceed the bound.
//! A cache that cannot be written costs time and nothing else.

use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};
use wasmtime::component::Component;
use wasmtime::{Engine, Result};

/// The bytes all entries together may have.
const BOUND: u64 = 1 << 30;

/// How old an entry's time of last use may be before a use renews it.
const RENEW: Duration = Duration::from_secs(3600);

/// The end of an entry's file: these bytes, and the checksum of all before them.
const MARK: &[u8; 8] = b"cmp-run\x01";
const TRAILER: usize = MARK.len() + 4;

/// Where compiled code is kept between runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Cache {
    /// In the directory that the environment variable `COMPONENT_RUN_CACHE` names (empty: nowhere), otherwise in `component-run` in the
    /// user's cache directory (`$XDG_CACHE_HOME`, `~/.cache`).
    #[default]
    User,
    /// In this directory.
    Directory(PathBuf),
    /// Nowhere: every run compiles.
    Off,
}

impl Cache {
    /// The compiled component for this binary: from the cache, or compiled now and put there.
    pub(crate) fn component(&self, engine: &Engine, binary: &[u8]) -> Result<Component> {
        let Some(directory) = self.directory() else { return Component::from_binary(engine, binary) };
        let entry = directory.join(name(engine, binary));
        if let Some(component) = lookup(engine, &entry) {
            return Ok(component);
        }
        let component = Component::from_binary(engine, binary)?;
        // Failing to keep it must not fail the run.
        if let Ok(code) = component.serialize()
            && insert(&directory, &entry, &code).is_ok()
        {
            let _ = trim(&directory, BOUND);
        }
        Ok(component)
    }

    fn directory(&self) -> Option<PathBuf> {
        match self {
            Self::Off => None,
            Self::Directory(directory) => Some(directory.clone()),
            Self::User => match std::env::var_os("COMPONENT_RUN_CACHE") {
                Some(directory) if directory.is_empty() => None,
                Some(directory) => Some(directory.into()),
                None => Some(directories::BaseDirs::new()?.cache_dir().join("component-run")),
            },
        }
    }
}

/// The entry's file name: a hash of the content, and one of wasmtime's version and configuration.
fn name(engine: &Engine, binary: &[u8]) -> String {
    let mut configuration = DefaultHasher::new();
    engine.precompile_compatibility_hash().hash(&mut configuration);
    format!("{:x}-{:016x}.cwasm", Sha256::digest(binary), configuration.finish())
}

/// The entry, if it is there and whole. One that is not is removed.
fn lookup(engine: &Engine, entry: &Path) -> Option<Component> {
    let file = File::open(entry).ok()?;
    if !matches!(is_whole(&file), Ok(true)) {
        let _ = fs::remove_file(entry);
        return None;
    }
    renew(&file);
    // SAFETY: `Component::deserialize_file` wants bytes that `Component::serialize` made, and a file that does not change while it is
    // mapped. The checksum says that these are the bytes `insert` wrote, which came from `serialize`; wasmtime itself checks that they are
    // for this version and configuration. `insert` makes files only by renaming finished ones and nothing here changes one in place; the
    // directory is the user's own.
    #[allow(unsafe_code)]
    let component = unsafe { Component::deserialize_file(engine, entry) };
    component.map_err(|_| fs::remove_file(entry)).ok()
}

/// Does the file end with the mark and the right checksum?
fn is_whole(mut file: &File) -> io::Result<bool> {
    let Some(mut rest) = file.metadata()?.len().checked_sub(TRAILER as u64) else { return Ok(false) };
    let mut checksum = crc32fast::Hasher::new();
    let mut buffer = vec![0; 1 << 17];
    while rest > 0 {
        let length = buffer.len().min(usize::try_from(rest).unwrap_or(usize::MAX));
        file.read_exact(&mut buffer[..length])?;
        checksum.update(&buffer[..length]);
        rest -= length as u64;
    }
    let mut trailer = [0; TRAILER];
    file.read_exact(&mut trailer)?;
    Ok(trailer == self::trailer(checksum))
}

fn trailer(checksum: crc32fast::Hasher) -> [u8; TRAILER] {
    let mut trailer = [0; TRAILER];
    trailer[..MARK.len()].copy_from_slice(MARK);
    trailer[MARK.len()..].copy_from_slice(&checksum.finalize().to_le_bytes());
    trailer
}

/// Marks the entry as used now, unless it is marked so already. Changes the file's time, never its content.
fn renew(file: &File) {
    let used = file.metadata().and_then(|metadata| metadata.modified());
    if used.is_ok_and(|used| used.elapsed().is_ok_and(|age| age > RENEW)) {
        // Without it the entry only goes earlier.
        let _ = file.set_modified(SystemTime::now());
    }
}

/// Writes the entry beside its place and renames it, so that nobody sees half of it.
fn insert(directory: &Path, entry: &Path, code: &[u8]) -> io::Result<()> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    let unfinished =
        directory.join(format!("{}-{}.unfinished", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed)));
    let mut checksum = crc32fast::Hasher::new();
    checksum.update(code);
    let write = || {
        let mut file = File::create(&unfinished)?;
        file.write_all(code)?;
        file.write_all(&trailer(checksum))?;
        fs::rename(&unfinished, entry)
    };
    write().inspect_err(|_| {
        let _ = fs::remove_file(&unfinished);
    })
}

/// Removes the entries that were not used for the longest time until the rest is within `bound` bytes, and what killed runs left behind.
fn trim(directory: &Path, bound: u64) -> io::Result<()> {
    let now = SystemTime::now();
    let mut entries = Vec::new();
    for file in fs::read_dir(directory)? {
        let file = file?;
        // Another run may have removed it in the meantime.
        let Ok(metadata) = file.metadata() else { continue };
        let age = metadata.modified().ok().and_then(|used| now.duration_since(used).ok()).unwrap_or_default();
        match file.path().extension().and_then(|extension| extension.to_str()) {
            Some("cwasm") => entries.push((age, metadata.len(), file.path())),
            Some("unfinished") if age > RENEW => fs::remove_file(file.path())?,
            _ => {}
        }
    }
    entries.sort_unstable();
    let mut total = 0;
    for (_, length, path) in entries {
        total += length;
        if total > bound {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An entry of so many zeros, last used so many seconds ago.
    fn entry(directory: &Path, name: &str, code: usize, age: u64) -> PathBuf {
        let entry = directory.join(name);
        insert(directory, &entry, &vec![0; code]).unwrap();
        File::options()
            .append(true)
            .open(&entry)
            .unwrap()
            .set_modified(SystemTime::now() - Duration::from_secs(age))
            .unwrap();
        entry
    }

    #[test]
    fn every_changed_bit_and_every_lost_byte_is_noticed() {
        let directory = tempfile::tempdir().unwrap();
        let path = entry(directory.path(), "a.cwasm", 100, 0);
        let whole = fs::read(&path).unwrap();
        assert!(is_whole(&File::open(&path).unwrap()).unwrap());
        for position in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[position] ^= 0x10;
            fs::write(&path, &damaged).unwrap();
            assert!(!is_whole(&File::open(&path).unwrap()).unwrap(), "byte {position} changed");
            fs::write(&path, &whole[..position]).unwrap();
            assert!(!is_whole(&File::open(&path).unwrap()).unwrap(), "cut at {position}");
        }
    }

    #[test]
    fn trimming_removes_what_was_not_used_for_the_longest_time() {
        let directory = tempfile::tempdir().unwrap();
        let old = entry(directory.path(), "old.cwasm", 1000, 300);
        let middle = entry(directory.path(), "middle.cwasm", 1000, 200);
        let new = entry(directory.path(), "new.cwasm", 1000, 100);
        let left_behind = entry(directory.path(), "1-1.unfinished", 10, 7200);
        let in_progress = entry(directory.path(), "1-2.unfinished", 10, 0);
        trim(directory.path(), 2100).unwrap();
        assert!(new.exists() && middle.exists() && !old.exists());
        assert!(in_progress.exists() && !left_behind.exists());
    }

    #[test]
    fn a_use_makes_an_old_entry_young() {
        let directory = tempfile::tempdir().unwrap();
        let path = entry(directory.path(), "a.cwasm", 10, 7200);
        renew(&File::options().append(true).open(&path).unwrap());
        assert!(fs::metadata(&path).unwrap().modified().unwrap().elapsed().unwrap() < RENEW);
    }
}
