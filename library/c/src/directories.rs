//! The names in a directory, one after the other.

use core::ffi::{c_char, c_int, c_long};
use core::ptr;

use alloc_crate::boxed::Box;
use alloc_crate::rc::Rc;
use alloc_crate::vec::Vec;
use wasi_rt::descriptor::{self, RawFd};
use wasi_rt::fs::{self, Entries, FileType, OpenFile, OpenOptions};
use wasi_rt::{Error, errno};

use crate::abi::*;
use crate::answer::{done, text};
use crate::files::pointer;

c! {
    "opendir" "(i32) -> (i32)" 0 = opendir;
    "fdopendir" "(i32) -> (i32)" 0 = fdopendir;
    "readdir" "(i32) -> (i32)" 0 = readdir;
    "closedir" "(i32) -> (i32)" 0 = closedir;
    "rewinddir" "(i32) -> ()" 0 = rewinddir;
    "dirfd" "(i32) -> (i32)" 0 = dirfd;
    "telldir" "(i32) -> (i32)" 0 = telldir;
    "seekdir" "(i32, i32) -> ()" 0 1 = seekdir;
}

/// A directory that is read: `DIR`.
pub struct Directory {
    fd: RawFd,
    file: Rc<OpenFile>,
    /// `None` before the first name is asked for.
    entries: Option<Entries>,
    /// How many names were given, `.` and `..` among them.
    given: c_long,
    /// The last one, as words, for its alignment.
    entry: Vec<u64>,
}

/// Where the name begins in a `dirent`.
const NAME: usize = core::mem::offset_of!(dirent, d_name);

fn open(fd: RawFd) -> Result<*mut Directory, Error> {
    let file = descriptor::file(fd).map_err(|error| if error == Error::SPIPE { Error::NOTDIR } else { error })?;
    if file.stat()?.kind() != FileType::Directory {
        return Err(Error::NOTDIR);
    }
    Ok(Box::into_raw(Box::new(Directory { fd, file, entries: None, given: 0, entry: Vec::new() })))
}

/// POSIX: `opendir`.
pub unsafe extern "C" fn opendir(path: *const c_char) -> *mut Directory {
    let answer = || {
        let options = OpenOptions { read: true, custom_flags: fs::O_DIRECTORY, ..OpenOptions::default() };
        // SAFETY: the caller's promise.
        open(descriptor::insert(fs::open(unsafe { text(path) }?, &options)?.into())?)
    };
    pointer(answer())
}

/// POSIX: `fdopendir`: the descriptor is the directory's from now on.
pub extern "C" fn fdopendir(fd: c_int) -> *mut Directory {
    pointer(open(fd))
}

/// POSIX: `readdir`. Null at the end, and with `errno` at an error.
pub unsafe extern "C" fn readdir(directory: *mut Directory) -> *mut dirent {
    // SAFETY: the caller's promise: it is open.
    let directory = unsafe { &mut *directory };
    match directory.next() {
        Some(Ok(entry)) => entry,
        Some(Err(error)) => pointer(Err(error)),
        None => ptr::null_mut(),
    }
}

impl Directory {
    fn next(&mut self) -> Option<Result<*mut dirent, Error>> {
        let entry = match self.given {
            0 => self.store(b".", DT_DIR),
            1 => self.store(b"..", DT_DIR),
            _ => {
                let entries = match &mut self.entries {
                    Some(entries) => entries,
                    none => match self.file.entries() {
                        Ok(entries) => none.insert(entries),
                        Err(error) => return Some(Err(error)),
                    },
                };
                match entries.next()? {
                    Ok(entry) => self.store(entry.name.as_bytes(), kind(entry.kind)),
                    Err(error) => return Some(Err(error)),
                }
            }
        };
        self.given += 1;
        Some(Ok(entry))
    }

    fn store(&mut self, name: &[u8], kind: u8) -> *mut dirent {
        self.entry.clear();
        self.entry.resize((NAME + name.len() + 1).div_ceil(size_of::<u64>()).max(2), 0);
        let entry: *mut dirent = self.entry.as_mut_ptr().cast();
        // SAFETY: there is room for the head, the name and a zero byte, which is there already.
        unsafe {
            (*entry).d_type = kind;
            entry.cast::<u8>().add(NAME).copy_from_nonoverlapping(name.as_ptr(), name.len());
        }
        entry
    }
}

fn kind(kind: FileType) -> u8 {
    match kind {
        FileType::BlockDevice => DT_BLK,
        FileType::CharacterDevice => DT_CHR,
        FileType::Directory => DT_DIR,
        FileType::RegularFile => DT_REG,
        FileType::Fifo => DT_FIFO,
        FileType::SymbolicLink => DT_LNK,
        FileType::Socket => DT_SOCK,
        _ => DT_UNKNOWN,
    }
}

/// POSIX: `closedir`.
pub unsafe extern "C" fn closedir(directory: *mut Directory) -> c_int {
    // SAFETY: the caller's promise: it came from `open`, and is given back once.
    let directory = unsafe { Box::from_raw(directory) };
    done(descriptor::close(directory.fd))
}

/// POSIX: `rewinddir`.
pub unsafe extern "C" fn rewinddir(directory: *mut Directory) {
    // SAFETY: the caller's promise: it is open.
    let directory = unsafe { &mut *directory };
    (directory.entries, directory.given) = (None, 0);
}

/// POSIX: `dirfd`.
pub unsafe extern "C" fn dirfd(directory: *mut Directory) -> c_int {
    // SAFETY: the caller's promise: it is open.
    unsafe { (*directory).fd }
}

/// POSIX: `telldir`.
pub unsafe extern "C" fn telldir(directory: *mut Directory) -> c_long {
    // SAFETY: the caller's promise: it is open.
    unsafe { (*directory).given }
}

/// POSIX: `seekdir`, by reading on, from the beginning if need be: WASI has no places in a directory.
pub unsafe extern "C" fn seekdir(directory: *mut Directory, place: c_long) {
    // SAFETY: the caller's promise: it is open.
    let directory = unsafe { &mut *directory };
    if place < directory.given {
        (directory.entries, directory.given) = (None, 0);
    }
    while directory.given < place {
        match directory.next() {
            Some(Ok(_)) => {}
            Some(Err(error)) => return errno::set(error),
            None => return,
        }
    }
}
