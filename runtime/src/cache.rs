//! Compiled code, kept between runs.
//!
//! Here because compiling takes a thousand times longer than starting: a large test binary takes seconds. An entry is named after the
//! component's content and everything that decides about its code, and is mapped into memory as it is, which wasmtime's own cache (it
//! compresses) cannot do. Entries appear whole (written elsewhere, then renamed) and are never changed, so runs at the same time do not
//! disturb each other; one that is damaged is recognised by its checksum and made anew. The oldest go when all together exceed the bound.
//! A cache that cannot be written costs time and nothing else.
//!
//! What is mapped is run as native code, so no guest may have made it, not even one that was granted the directory. A guest can write files,
//! rename and remove them, and set their times; it can set no permissions. So an entry is known by [`MODE`], with which it is made: nobody
//! may write it, and no file that a guest makes has the sticky bit. Its own name stands in it, so that the code of one component cannot be
//! put in the place of another's. To the superuser the kernel allows all writing; so there each file that a guest opens for writing is asked
//! first whether [`is_kept`].

use crate::compiling;
use rustix::fs::{FileType, Mode, OFlags, Stat, fstat};
use rustix::process::geteuid;
use sha2::{Digest, Sha256};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{self, Read as _, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};
use wasmtime::component::Component;
use wasmtime::{Engine, Result};

/// The bytes all entries together may have.
const BOUND: u64 = 1 << 30;

/// How old an entry's time of last use may be before a use renews it.
const RENEW: Duration = Duration::from_secs(3600);

/// The end of an entry's file: the entry's name, these bytes, and the checksum of all before them.
const MARK: &[u8; 8] = b"cmp-run\x02";

/// The permissions of an entry, from its first moment on: read by its owner, written by nobody, and the sticky bit, which means nothing on
/// a file.
const MODE: u32 = 0o1400;

/// May this process write what the permissions say nobody may write? Linux: CAP_DAC_OVERRIDE, bit 1 of the capabilities in effect.
static OVERRIDES: LazyLock<bool> = LazyLock::new(|| {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let capabilities = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    let capabilities = capabilities.and_then(|bits| u64::from_str_radix(bits.trim(), 16).ok());
    capabilities.is_none_or(|bits| bits & 2 != 0)
});

/// May this process write entries, though nobody may? Then what a guest opens for writing has to be looked at.
pub(crate) fn overrides() -> bool {
    *OVERRIDES
}

/// Is this a file with the permissions of an entry?
pub(crate) fn is_kept(stat: &Stat) -> bool {
    FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile && stat.st_mode & 0o7777 == MODE
}

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
        let Some(directory) = self.directory() else { return compile(engine, binary) };
        let entry = directory.join(name(engine, binary));
        if let Some(component) = lookup(engine, &entry) {
            return Ok(component);
        }
        let component = compile(engine, binary)?;
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
            Self::User => match std::env::var_os(contract::variables::RUN_CACHE) {
                Some(directory) if directory.is_empty() => None,
                Some(directory) => Some(directory.into()),
                None => Some(directories::BaseDirs::new()?.cache_dir().join("component-run")),
            },
        }
    }
}

fn compile(engine: &Engine, binary: &[u8]) -> Result<Component> {
    compiling::together(|| Component::from_binary(engine, binary))
}

/// The entry's file name: a hash of the content, and one of wasmtime's version and configuration.
fn name(engine: &Engine, binary: &[u8]) -> String {
    let mut configuration = DefaultHasher::new();
    engine.precompile_compatibility_hash().hash(&mut configuration);
    format!("{:x}-{:016x}.cwasm", Sha256::digest(binary), configuration.finish())
}

/// The entry, if it is there and whole. One that is not is removed.
fn lookup(engine: &Engine, entry: &Path) -> Option<Component> {
    // What a guest may have put there must not keep us waiting (a named pipe), or lead elsewhere (a link).
    let open = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = match rustix::fs::open(entry, open, Mode::empty()) {
        Ok(file) => File::from(file),
        Err(_) => return None,
    };
    if !matches!(is_ours(&file), Ok(true)) || !matches!(is_whole(&file, name_of(entry)), Ok(true)) {
        let _ = fs::remove_file(entry);
        return None;
    }
    renew(&file);
    // By the path there may be another file by now.
    let opened = format!("/proc/self/fd/{}", file.as_raw_fd());
    // SAFETY: `Component::deserialize_file` wants bytes that `Component::serialize` made, and a file that does not change while it is
    // mapped. The mode and the owner say that `insert` made this file, as the first lines of this file explain, and that nobody may change
    // it; the checksum and the name say that what it wrote is there as a whole and belongs to this component. wasmtime itself checks that it
    // is for this version and configuration.
    #[allow(unsafe_code)]
    let component = unsafe { Component::deserialize_file(engine, opened) };
    component.ok()
}

/// Was the file made by [`insert`], by this user?
fn is_ours(file: &File) -> io::Result<bool> {
    let stat = fstat(file)?;
    Ok(is_kept(&stat) && stat.st_uid == geteuid().as_raw())
}

/// Does the file end with the name, the mark and the right checksum?
fn is_whole(mut file: &File, name: &OsStr) -> io::Result<bool> {
    let length = trailer(name, crc32fast::Hasher::new()).len();
    let Some(mut rest) = file.metadata()?.len().checked_sub(length as u64) else { return Ok(false) };
    let mut checksum = crc32fast::Hasher::new();
    let mut buffer = vec![0; 1 << 17];
    while rest > 0 {
        let length = buffer.len().min(usize::try_from(rest).unwrap_or(usize::MAX));
        file.read_exact(&mut buffer[..length])?;
        checksum.update(&buffer[..length]);
        rest -= length as u64;
    }
    let mut trailer = vec![0; length];
    file.read_exact(&mut trailer)?;
    Ok(trailer == self::trailer(name, checksum))
}

/// What follows the code in the entry of this name, given the code's checksum so far.
fn trailer(name: &OsStr, mut checksum: crc32fast::Hasher) -> Vec<u8> {
    let mut trailer = [name.as_bytes(), MARK].concat();
    checksum.update(&trailer);
    trailer.extend(checksum.finalize().to_le_bytes());
    trailer
}

fn name_of(entry: &Path) -> &OsStr {
    entry.file_name().unwrap_or_default()
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
        // Only who makes it may write it, through this descriptor.
        let mut file = File::options().write(true).create_new(true).mode(MODE).open(&unfinished)?;
        if !is_ours(&file)? {
            return Err(io::ErrorKind::Unsupported.into());
        }
        file.write_all(code)?;
        file.write_all(&trailer(name_of(entry), checksum))?;
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
        File::open(&entry).unwrap().set_modified(SystemTime::now() - Duration::from_secs(age)).unwrap();
        entry
    }

    #[test]
    fn every_changed_bit_and_every_lost_byte_is_noticed() {
        let directory = tempfile::tempdir().unwrap();
        let path = entry(directory.path(), "a.cwasm", 100, 0);
        let whole = fs::read(&path).unwrap();
        let is_whole = |bytes: &[u8]| {
            let path = directory.path().join("damaged");
            fs::write(&path, bytes).unwrap();
            is_whole(&File::open(path).unwrap(), "a.cwasm".as_ref()).unwrap()
        };
        assert!(is_whole(&whole));
        for position in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[position] ^= 0x10;
            assert!(!is_whole(&damaged), "byte {position} changed");
            assert!(!is_whole(&whole[..position]), "cut at {position}");
        }
    }

    #[test]
    fn only_code_that_was_kept_for_this_component_is_mapped() {
        let directory = tempfile::tempdir().unwrap();
        let engine = Engine::default();
        let cache = Cache::Directory(directory.path().to_owned());
        let binary = |export: &str| {
            wat::parse_str(format!(r#"(component (instance $i) (export "{export}" (instance $i)))"#)).unwrap()
        };
        let exports =
            |binary: &[u8], export| cache.component(&engine, binary).unwrap().get_export(None, export).is_some();
        let (good, bad) = (binary("good"), binary("bad"));
        let entry = |binary: &[u8]| directory.path().join(name(&engine, binary));
        assert!(exports(&good, "good") && exports(&bad, "bad"));
        // The code of the other one, with a trailer as it would be here.
        let code = fs::read(entry(&bad)).unwrap();
        let code = &code[..code.len() - trailer(name_of(&entry(&bad)), crc32fast::Hasher::new()).len()];
        let mut checksum = crc32fast::Hasher::new();
        checksum.update(code);
        let planted = [code, &trailer(name_of(&entry(&good)), checksum)].concat();
        let plant = |mode: u32| {
            let place = entry(&good);
            fs::remove_file(&place).unwrap();
            File::options().write(true).create_new(true).mode(mode).open(place).unwrap().write_all(&planted).unwrap();
        };
        // As we would have made it: this is what the mode and the owner have to say.
        plant(MODE);
        assert!(exports(&good, "bad"));
        for mode in [0o644, 0o600, 0o400, 0o1600, 0o1440, 0o1404, 0o4400, 0o1500] {
            plant(mode);
            assert!(exports(&good, "good"), "{mode:o}");
            assert!(is_ours(&File::open(entry(&good)).unwrap()).unwrap(), "{mode:o}: it was not made anew");
        }
        // Whole entries of ours, in the wrong place.
        let exchanges: [fn(&Path, &Path) -> io::Result<()>; 3] = [
            |from, to| fs::rename(from, to),
            |from, to| fs::hard_link(from, to),
            |from, to| std::os::unix::fs::symlink(from, to),
        ];
        for exchange in exchanges {
            assert!(exports(&bad, "bad"));
            fs::remove_file(entry(&good)).unwrap();
            exchange(&entry(&bad), &entry(&good)).unwrap();
            assert!(exports(&good, "good"));
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
        renew(&File::open(&path).unwrap());
        assert!(fs::metadata(&path).unwrap().modified().unwrap().elapsed().unwrap() < RENEW);
    }
}
