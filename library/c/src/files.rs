//! Files by their names.
//!
//! A name is looked up as std does it ([`wasi_rt::fs`]), or below the directory that a descriptor stands for. Modes are taken and not kept: WASI
//! has no permissions, and `chmod` says so.

use core::ffi::{c_char, c_int};

use alloc_crate::rc::Rc;
use wasi_rt::descriptor::{self, Entry};
use wasi_rt::fs::{self, FileType, Metadata, OpenFile, OpenOptions, Times, Timestamp};
use wasi_rt::{Error, errno, time};

use crate::abi::*;
use crate::answer::{copy, count, done, number, text};

c! {
    "open" "(i32, i32, i32) -> (i32)" 0 1 2 = open;
    "openat" "(i32, i32, i32, i32) -> (i32)" 0 1 2 3 = openat;
    "creat" "(i32, i32) -> (i32)" 0 1 = creat;
    "stat" "(i32, i32) -> (i32)" 0 1 = self::stat;
    "lstat" "(i32, i32) -> (i32)" 0 1 = lstat;
    "fstat" "(i32, i32) -> (i32)" 0 1 = fstat;
    "fstatat" "(i32, i32, i32, i32) -> (i32)" 0 1 2 3 = fstatat;
    "access" "(i32, i32) -> (i32)" 0 1 = access;
    "faccessat" "(i32, i32, i32, i32) -> (i32)" 0 1 2 3 = faccessat;
    "mkdir" "(i32, i32) -> (i32)" 0 1 = mkdir;
    "mkdirat" "(i32, i32, i32) -> (i32)" 0 1 2 = mkdirat;
    "rmdir" "(i32) -> (i32)" 0 = rmdir;
    "unlink" "(i32) -> (i32)" 0 = unlink;
    "unlinkat" "(i32, i32, i32) -> (i32)" 0 1 2 = unlinkat;
    "remove" "(i32) -> (i32)" 0 = remove;
    "rename" "(i32, i32) -> (i32)" 0 1 = rename;
    "renameat" "(i32, i32, i32, i32) -> (i32)" 0 1 2 3 = renameat;
    "link" "(i32, i32) -> (i32)" 0 1 = link;
    "linkat" "(i32, i32, i32, i32, i32) -> (i32)" 0 1 2 3 4 = linkat;
    "symlink" "(i32, i32) -> (i32)" 0 1 = symlink;
    "symlinkat" "(i32, i32, i32) -> (i32)" 0 1 2 = symlinkat;
    "readlink" "(i32, i32, i32) -> (i32)" 0 1 2 = readlink;
    "readlinkat" "(i32, i32, i32, i32) -> (i32)" 0 1 2 3 = readlinkat;
    "truncate" "(i32, i64) -> (i32)" 0 1 = truncate;
    "futimens" "(i32, i32) -> (i32)" 0 1 = futimens;
    "utimensat" "(i32, i32, i32, i32) -> (i32)" 0 1 2 3 = utimensat;
    "chmod" "(i32, i32) -> (i32)" 0 1 = chmod;
    "fchmod" "(i32, i32) -> (i32)" 0 1 = fchmod;
    "chdir" "(i32) -> (i32)" 0 = chdir;
    "getcwd" "(i32, i32) -> (i32)" 0 1 = getcwd;
    "realpath" "(i32, i32) -> (i32)" 0 1 = realpath;
}

/// Where a name is looked up.
enum Place {
    /// As std does it: it is absolute, or relative to the current directory.
    Here,
    /// Below an open directory.
    Below(Rc<OpenFile>),
}

fn place(directory: c_int, name: &[u8]) -> Result<Place, Error> {
    if directory == AT_FDCWD || name.starts_with(b"/") {
        return Ok(Place::Here);
    }
    descriptor::file(directory)
        .map(Place::Below)
        .map_err(|error| if error == Error::SPIPE { Error::NOTDIR } else { error })
}

/// POSIX: `open`.
pub unsafe extern "C" fn open(path: *const c_char, flags: c_int, arguments: *const mode_t) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { openat(AT_FDCWD, path, flags, arguments) }
}

/// POSIX: `creat`.
pub unsafe extern "C" fn creat(path: *const c_char, _mode: mode_t) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { openat(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, core::ptr::null()) }
}

/// POSIX: `openat`.
pub unsafe extern "C" fn openat(
    directory: c_int,
    path: *const c_char,
    flags: c_int,
    _arguments: *const mode_t,
) -> c_int {
    let open = || {
        // SAFETY: the caller's promise.
        let path = unsafe { text(path) }?;
        let options = options(flags)?;
        let file = match place(directory, path)? {
            Place::Here => fs::open(path, &options),
            Place::Below(directory) => directory.open_below(path, &options),
        };
        descriptor::insert(file?.into())
    };
    number(open())
}

/// What std calls it. `INVAL` for what contradicts itself, `NOTSUP` for what WASI has no word for.
fn options(flags: c_int) -> Result<OpenOptions, Error> {
    const KNOWN: c_int =
        O_RDWR | O_SEARCH | O_APPEND | O_CREAT | O_DIRECTORY | O_EXCL | O_TRUNC | O_NOFOLLOW | O_NONBLOCK;
    if flags & O_EXEC != 0 || flags & (O_DSYNC | O_RSYNC | O_SYNC) != 0 {
        return Err(Error::NOTSUP);
    }
    if flags & !KNOWN != 0 {
        return Err(Error::INVAL);
    }
    let has = |flag: c_int| flags & flag != 0;
    let (write, append) = (has(O_WRONLY), has(O_APPEND));
    if !write && has(O_CREAT | O_TRUNC) {
        // A file that is made and only read: WASI, as std, makes files in order to write them.
        return Err(Error::NOTSUP);
    }
    let custom = if has(O_DIRECTORY) { fs::O_DIRECTORY } else { 0 } | if has(O_NOFOLLOW) { fs::O_NOFOLLOW } else { 0 };
    Ok(OpenOptions {
        // Without either, as `open(path, 0)` means it elsewhere, and for searching: it is opened for reading.
        read: has(O_RDONLY | O_SEARCH) || !write,
        write: write && !append,
        append: write && append,
        truncate: has(O_TRUNC),
        create: has(O_CREAT) && !has(O_EXCL),
        create_new: has(O_CREAT) && has(O_EXCL),
        custom_flags: custom,
    })
}

/// What the host knows of a file, as C has it.
fn as_stat(metadata: &Metadata) -> stat {
    let time = |time: Option<Timestamp>| {
        time.map_or(timespec { tv_sec: 0, tv_nsec: 0 }, |time| timespec {
            tv_sec: time.seconds,
            tv_nsec: time.nanoseconds as _,
        })
    };
    // Nobody tells permissions: what may be done is found out by doing it.
    let mode = match metadata.kind() {
        FileType::RegularFile => S_IFREG | 0o600,
        FileType::Directory => S_IFDIR | 0o700,
        FileType::SymbolicLink => S_IFLNK | 0o777,
        FileType::CharacterDevice => S_IFCHR | 0o600,
        FileType::BlockDevice => S_IFBLK | 0o600,
        FileType::Fifo => S_IFIFO | 0o600,
        FileType::Socket => S_IFSOCK | 0o600,
        _ => 0,
    };
    let mode = if metadata.is_read_only() { mode & !0o200 } else { mode };
    stat {
        st_dev: 0,
        st_ino: 0,
        st_nlink: metadata.links(),
        st_mode: mode,
        st_uid: 0,
        st_gid: 0,
        __pad0: 0,
        st_rdev: 0,
        st_size: metadata.size() as off_t,
        st_blksize: 4096,
        st_blocks: metadata.size().div_ceil(512) as blkcnt_t,
        st_atim: time(metadata.accessed()),
        st_mtim: time(metadata.modified()),
        st_ctim: time(metadata.changed()),
        __reserved: [0; 3],
    }
}

fn metadata(directory: c_int, path: &[u8], follows: bool) -> Result<Metadata, Error> {
    match place(directory, path)? {
        Place::Here if follows => fs::stat(path),
        Place::Here => fs::stat_no_follow(path),
        Place::Below(directory) => directory.stat_below(path, follows),
    }
}

/// POSIX: `fstatat`.
pub unsafe extern "C" fn fstatat(directory: c_int, path: *const c_char, to: *mut stat, flags: c_int) -> c_int {
    let ask = || {
        if flags & !AT_SYMLINK_NOFOLLOW != 0 {
            return Err(Error::INVAL);
        }
        // SAFETY: the caller's promise.
        metadata(directory, unsafe { text(path) }?, flags & AT_SYMLINK_NOFOLLOW == 0)
    };
    // SAFETY: the caller's promise.
    done(ask().map(|metadata| unsafe { to.write(as_stat(&metadata)) }))
}

/// POSIX: `stat`.
pub unsafe extern "C" fn stat(path: *const c_char, to: *mut stat) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { fstatat(AT_FDCWD, path, to, 0) }
}

/// POSIX: `lstat`.
pub unsafe extern "C" fn lstat(path: *const c_char, to: *mut stat) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { fstatat(AT_FDCWD, path, to, AT_SYMLINK_NOFOLLOW) }
}

/// POSIX: `fstat`.
pub unsafe extern "C" fn fstat(fd: c_int, to: *mut stat) -> c_int {
    let stat = descriptor::stat(fd).map(|metadata| as_stat(&metadata)).map(|stat| match descriptor::get(fd) {
        Ok(Entry::Socket(_)) => stat { st_mode: S_IFSOCK | 0o600, ..stat },
        _ => stat,
    });
    // SAFETY: the caller's promise.
    done(stat.map(|stat| unsafe { to.write(stat) }))
}

/// POSIX: `access`.
pub unsafe extern "C" fn access(path: *const c_char, mode: c_int) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { faccessat(AT_FDCWD, path, mode, 0) }
}

/// POSIX: `faccessat`. Nobody tells permissions, so a file is opened to see whether it can be.
pub unsafe extern "C" fn faccessat(directory: c_int, path: *const c_char, mode: c_int, flags: c_int) -> c_int {
    let ask = || {
        if flags != 0 || mode & !(R_OK | W_OK | X_OK) != 0 {
            return Err(Error::INVAL);
        }
        // SAFETY: the caller's promise.
        let path = unsafe { text(path) }?;
        let metadata = metadata(directory, path, true)?;
        let is_directory = metadata.kind() == FileType::Directory;
        if mode & W_OK != 0 && metadata.is_read_only() {
            return Err(Error::ROFS);
        }
        if mode & X_OK != 0 && !is_directory {
            return Err(Error::ACCES);
        }
        let read = mode & R_OK != 0;
        let write = mode & W_OK != 0 && !is_directory;
        if read || write {
            let options = OpenOptions { read, write, ..OpenOptions::default() };
            match place(directory, path)? {
                Place::Here => fs::open(path, &options)?,
                Place::Below(directory) => directory.open_below(path, &options)?,
            };
        }
        Ok(())
    };
    done(ask())
}

/// POSIX: `mkdir`.
pub unsafe extern "C" fn mkdir(path: *const c_char, mode: mode_t) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { mkdirat(AT_FDCWD, path, mode) }
}

/// POSIX: `mkdirat`.
pub unsafe extern "C" fn mkdirat(directory: c_int, path: *const c_char, _mode: mode_t) -> c_int {
    let make = || {
        // SAFETY: the caller's promise.
        let path = unsafe { text(path) }?;
        match place(directory, path)? {
            Place::Here => fs::create_directory(path),
            Place::Below(directory) => directory.create_directory_below(path),
        }
    };
    done(make())
}

/// POSIX: `rmdir`.
pub unsafe extern "C" fn rmdir(path: *const c_char) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { unlinkat(AT_FDCWD, path, AT_REMOVEDIR) }
}

/// POSIX: `unlink`.
pub unsafe extern "C" fn unlink(path: *const c_char) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { unlinkat(AT_FDCWD, path, 0) }
}

/// POSIX: `unlinkat`.
pub unsafe extern "C" fn unlinkat(directory: c_int, path: *const c_char, flags: c_int) -> c_int {
    let remove = || {
        // SAFETY: the caller's promise.
        let path = unsafe { text(path) }?;
        match (place(directory, path)?, flags) {
            (Place::Here, 0) => fs::remove_file(path),
            (Place::Here, AT_REMOVEDIR) => fs::remove_directory(path),
            (Place::Below(directory), 0) => directory.remove_file_below(path),
            (Place::Below(directory), AT_REMOVEDIR) => directory.remove_directory_below(path),
            _ => Err(Error::INVAL),
        }
    };
    done(remove())
}

/// C: `remove`.
pub unsafe extern "C" fn remove(path: *const c_char) -> c_int {
    // SAFETY: the caller's promise.
    let remove = unsafe { text(path) }.and_then(|path| match fs::stat_no_follow(path)?.kind() {
        FileType::Directory => fs::remove_directory(path),
        _ => fs::remove_file(path),
    });
    done(remove)
}

/// C: `rename`.
pub unsafe extern "C" fn rename(old: *const c_char, new: *const c_char) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { renameat(AT_FDCWD, old, AT_FDCWD, new) }
}

/// The directories of two names.
type Two = (Rc<OpenFile>, Rc<OpenFile>);

/// Of two names, where both are looked up. What lies below a descriptor is asked for with another one that stands for the directory of the other.
fn two(from: c_int, old: &[u8], to: c_int, new: &[u8]) -> Result<Option<Two>, Error> {
    let here = |path: &[u8]| {
        let options = OpenOptions { read: true, custom_flags: fs::O_DIRECTORY, ..OpenOptions::default() };
        // A name below the current directory; one that is absolute has no descriptor to be below of.
        if path.starts_with(b"/") { Err(Error::NOTSUP) } else { fs::open(b".", &options).map(Rc::new) }
    };
    Ok(match (place(from, old)?, place(to, new)?) {
        (Place::Here, Place::Here) => None,
        (Place::Below(from), Place::Below(to)) => Some((from, to)),
        (Place::Below(from), Place::Here) => Some((from, here(new)?)),
        (Place::Here, Place::Below(to)) => Some((here(old)?, to)),
    })
}

/// POSIX: `renameat`.
pub unsafe extern "C" fn renameat(from: c_int, old: *const c_char, to: c_int, new: *const c_char) -> c_int {
    let rename = || {
        // SAFETY: the caller's promise.
        let (old, new) = unsafe { (text(old)?, text(new)?) };
        match two(from, old, to, new)? {
            None => fs::rename(old, new),
            Some((from, to)) => from.rename_below(old, &to, new),
        }
    };
    done(rename())
}

/// POSIX: `link`.
pub unsafe extern "C" fn link(old: *const c_char, new: *const c_char) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { linkat(AT_FDCWD, old, AT_FDCWD, new, 0) }
}

/// POSIX: `linkat`. A link is linked itself; with `AT_SYMLINK_FOLLOW`, which WASI cannot do safely, only what is none.
pub unsafe extern "C" fn linkat(from: c_int, old: *const c_char, to: c_int, new: *const c_char, flags: c_int) -> c_int {
    let link = || {
        // SAFETY: the caller's promise.
        let (old, new) = unsafe { (text(old)?, text(new)?) };
        match flags {
            0 => {}
            AT_SYMLINK_FOLLOW if metadata(from, old, false)?.kind() != FileType::SymbolicLink => {}
            AT_SYMLINK_FOLLOW => return Err(Error::NOTSUP),
            _ => return Err(Error::INVAL),
        }
        match two(from, old, to, new)? {
            None => fs::hard_link(old, new),
            Some((from, to)) => from.link_below(old, &to, new),
        }
    };
    done(link())
}

/// POSIX: `symlink`.
pub unsafe extern "C" fn symlink(target: *const c_char, path: *const c_char) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { symlinkat(target, AT_FDCWD, path) }
}

/// POSIX: `symlinkat`.
pub unsafe extern "C" fn symlinkat(target: *const c_char, directory: c_int, path: *const c_char) -> c_int {
    let link = || {
        // SAFETY: the caller's promise.
        let (target, path) = unsafe { (text(target)?, text(path)?) };
        match place(directory, path)? {
            Place::Here => fs::symlink(target, path),
            Place::Below(directory) => directory.symlink_below(target, path),
        }
    };
    done(link())
}

/// POSIX: `readlink`.
pub unsafe extern "C" fn readlink(path: *const c_char, to: *mut c_char, room: size_t) -> ssize_t {
    // SAFETY: the caller's promise.
    unsafe { readlinkat(AT_FDCWD, path, to, room) }
}

/// POSIX: `readlinkat`: as much as there is room for, without a zero byte.
pub unsafe extern "C" fn readlinkat(directory: c_int, path: *const c_char, to: *mut c_char, room: size_t) -> ssize_t {
    let read = || {
        // SAFETY: the caller's promise.
        let path = unsafe { text(path) }?;
        let target = match place(directory, path)? {
            Place::Here => fs::read_link(path),
            Place::Below(directory) => directory.read_link_below(path),
        }?;
        let length = target.len().min(room);
        // SAFETY: there is room for so much, by the caller's promise.
        unsafe { to.cast::<u8>().copy_from_nonoverlapping(target.as_ptr(), length) };
        Ok(length)
    };
    count(read())
}

/// POSIX: `truncate`.
pub unsafe extern "C" fn truncate(path: *const c_char, length: off_t) -> c_int {
    let cut = || {
        let length = u64::try_from(length).map_err(|_| Error::INVAL)?;
        // SAFETY: the caller's promise.
        fs::open(unsafe { text(path) }?, &OpenOptions { write: true, ..OpenOptions::default() })?.set_len(length)
    };
    done(cut())
}

/// The times that two of C stand for; none for both is now.
unsafe fn times(times: *const timespec) -> Result<Times, Error> {
    let now = || {
        let (seconds, nanoseconds) = time::system_now();
        Timestamp { seconds, nanoseconds }
    };
    if times.is_null() {
        return Ok(Times { accessed: Some(now()), modified: Some(now()) });
    }
    let one = |time: timespec| match time.tv_nsec {
        UTIME_OMIT => Ok(None),
        UTIME_NOW => Ok(Some(now())),
        nanoseconds => match u32::try_from(nanoseconds) {
            Ok(nanoseconds) if nanoseconds < 1_000_000_000 => Ok(Some(Timestamp { seconds: time.tv_sec, nanoseconds })),
            _ => Err(Error::INVAL),
        },
    };
    // SAFETY: the caller's promise: there are two.
    let [accessed, modified] = unsafe { [times.read(), times.add(1).read()] };
    Ok(Times { accessed: one(accessed)?, modified: one(modified)? })
}

/// POSIX: `futimens`.
pub unsafe extern "C" fn futimens(fd: c_int, at: *const timespec) -> c_int {
    // SAFETY: the caller's promise.
    done(unsafe { times(at) }.and_then(|times| descriptor::file(fd)?.set_times(times)))
}

/// POSIX: `utimensat`.
pub unsafe extern "C" fn utimensat(directory: c_int, path: *const c_char, at: *const timespec, flags: c_int) -> c_int {
    let set = || {
        if flags & !AT_SYMLINK_NOFOLLOW != 0 {
            return Err(Error::INVAL);
        }
        let follows = flags & AT_SYMLINK_NOFOLLOW == 0;
        // SAFETY: the caller's promise.
        let (path, times) = unsafe { (text(path)?, times(at)?) };
        match place(directory, path)? {
            Place::Here if follows => fs::set_times(path, times),
            Place::Here => fs::set_times_no_follow(path, times),
            Place::Below(directory) => directory.set_times_below(path, follows, times),
        }
    };
    done(set())
}

/// POSIX: `chmod`. `ENOTSUP`: WASI has no permissions.
pub unsafe extern "C" fn chmod(path: *const c_char, _mode: mode_t) -> c_int {
    // SAFETY: the caller's promise.
    done(unsafe { text(path) }.and_then(fs::stat).and(Err(Error::NOTSUP)))
}

/// POSIX: `fchmod`. `ENOTSUP`: WASI has no permissions.
pub extern "C" fn fchmod(fd: c_int, _mode: mode_t) -> c_int {
    done(descriptor::get(fd).and(Err(Error::NOTSUP)))
}

/// POSIX: `chdir`.
pub unsafe extern "C" fn chdir(path: *const c_char) -> c_int {
    // SAFETY: the caller's promise.
    done(unsafe { text(path) }.and_then(fs::set_current_dir))
}

/// POSIX: `getcwd`. With no memory given, it is allocated, as wasi-libc and glibc do.
pub unsafe extern "C" fn getcwd(to: *mut c_char, room: size_t) -> *mut c_char {
    let answer = || {
        let current = fs::current_dir()?;
        if to.is_null() {
            return crate::strings::duplicate(current.as_bytes());
        }
        if room == 0 {
            return Err(Error::INVAL);
        }
        // SAFETY: the caller's promise.
        unsafe { copy(current.as_bytes(), to, room) }?;
        Ok(to)
    };
    pointer(answer())
}

/// POSIX: `realpath`.
pub unsafe extern "C" fn realpath(path: *const c_char, to: *mut c_char) -> *mut c_char {
    /// `PATH_MAX`: as much room as who gives memory promises.
    const MOST: usize = 4096;
    let answer = || {
        if path.is_null() {
            return Err(Error::INVAL);
        }
        // SAFETY: the caller's promise.
        let real = fs::canonicalize(unsafe { text(path) }?)?;
        if to.is_null() {
            return crate::strings::duplicate(real.as_bytes());
        }
        // SAFETY: the caller's promise.
        unsafe { copy(real.as_bytes(), to, MOST) }.map_err(|_| Error::NAMETOOLONG)?;
        Ok(to)
    };
    pointer(answer())
}

/// A pointer, or null with `errno`.
pub(crate) fn pointer<T>(result: Result<*mut T, Error>) -> *mut T {
    result.unwrap_or_else(|error| {
        errno::set(error);
        core::ptr::null_mut()
    })
}
