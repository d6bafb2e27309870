//! Functions of WASI 0.1, for crates that import `wasi_snapshot_preview1` themselves (getrandom 0.2 is one).
//!
//! A component has no such imports. The linker puts these functions in their place, and links them only then: it asks for
//! `component_wasi_0_1_` and the name (`library/contract/src/symbols.rs`, `WASI_0_1_SERVED`). Signatures, numbers and layouts are those of
//! `wasi_snapshot_preview1.witx`; descriptors are std's.
//!
//! Here is what WASI 0.3 can answer truly. Left out, so that wanting it is an error of the linker that names the crate: paths
//! and preopened descriptors (0.1 hands out directories by number, here paths are resolved by `crate::fs`), sockets,
//! `poll_oneoff`, rights.

use alloc_crate::vec::Vec;

use crate::descriptor::{self, Entry, RawFd};
use crate::fs::SeekFrom;
use component_rt::block;

use crate::{Error, env, exit, random, time};

/// What every function but `proc_exit` gives: 0, or a number of [`Error`].
type Errno = i32;

fn errno(result: Result<(), Error>) -> Errno {
    result.map_or_else(Error::raw, |()| 0)
}

/// `ciovec` and `iovec`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Slice {
    /// `buf`.
    pub first: *mut u8,
    /// `buf_len`, in bytes.
    pub length: usize,
}

/// `fdstat`.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FdStat {
    /// `fs_filetype`.
    pub kind: u8,
    /// `fs_flags`: none of them is kept.
    pub flags: u16,
    /// `fs_rights_base`: all, for what may be done is found out by doing it.
    pub rights: u64,
    /// `fs_rights_inheriting`.
    pub inheriting: u64,
}

component_rt::symbol! {
    "component_wasi_0_1_args_get" "(i32, i32) -> (i32)" 0 1 = args_get;
    "component_wasi_0_1_args_sizes_get" "(i32, i32) -> (i32)" 0 1 = args_sizes_get;
    "component_wasi_0_1_environ_get" "(i32, i32) -> (i32)" 0 1 = environ_get;
    "component_wasi_0_1_environ_sizes_get" "(i32, i32) -> (i32)" 0 1 = environ_sizes_get;
    "component_wasi_0_1_clock_time_get" "(i32, i64, i32) -> (i32)" 0 1 2 = clock_time_get;
    "component_wasi_0_1_random_get" "(i32, i32) -> (i32)" 0 1 = random_get;
    "component_wasi_0_1_sched_yield" "() -> (i32)" = sched_yield;
    "component_wasi_0_1_proc_exit" "(i32) -> ()" 0 = proc_exit;
    "component_wasi_0_1_fd_read" "(i32, i32, i32, i32) -> (i32)" 0 1 2 3 = fd_read;
    "component_wasi_0_1_fd_write" "(i32, i32, i32, i32) -> (i32)" 0 1 2 3 = fd_write;
    "component_wasi_0_1_fd_close" "(i32) -> (i32)" 0 = fd_close;
    "component_wasi_0_1_fd_seek" "(i32, i64, i32, i32) -> (i32)" 0 1 2 3 = fd_seek;
    "component_wasi_0_1_fd_tell" "(i32, i32) -> (i32)" 0 1 = fd_tell;
    "component_wasi_0_1_fd_sync" "(i32) -> (i32)" 0 = fd_sync;
    "component_wasi_0_1_fd_datasync" "(i32) -> (i32)" 0 = fd_datasync;
    "component_wasi_0_1_fd_fdstat_get" "(i32, i32) -> (i32)" 0 1 = fd_fdstat_get;
}

/// `args_get`: pointers to the arguments, and the arguments, each with a zero byte after it.
///
/// # Safety
///
/// Both have the room that `args_sizes_get` says.
pub unsafe extern "C" fn args_get(pointers: *mut *mut u8, bytes: *mut u8) -> Errno {
    // SAFETY: the caller's promise.
    unsafe { store_strings(env::args().iter().map(|argument| argument.as_bytes()), pointers, bytes) };
    0
}

/// `args_sizes_get`: how many arguments, and bytes of them with a zero byte after each.
///
/// # Safety
///
/// Both pointers are writable. The same holds for every result pointer of this file.
pub unsafe extern "C" fn args_sizes_get(count: *mut usize, bytes: *mut usize) -> Errno {
    let arguments = env::args();
    // SAFETY: the caller's promise.
    unsafe {
        count.write(arguments.len());
        bytes.write(arguments.iter().map(|argument| argument.len() + 1).sum());
    }
    0
}

/// `environ_get`: pointers to the variables, and the variables as `NAME=value`, each with a zero byte after it.
///
/// # Safety
///
/// Both have the room that `environ_sizes_get` says.
pub unsafe extern "C" fn environ_get(pointers: *mut *mut u8, bytes: *mut u8) -> Errno {
    let variables = env::variables();
    let joined: Vec<_> = variables.iter().map(|(name, value)| [&name[..], b"=", value].concat()).collect();
    // SAFETY: the caller's promise.
    unsafe { store_strings(joined.iter().map(|variable| &variable[..]), pointers, bytes) };
    0
}

/// `environ_sizes_get`: how many variables, and bytes of them.
///
/// # Safety
///
/// As for `args_sizes_get`.
pub unsafe extern "C" fn environ_sizes_get(count: *mut usize, bytes: *mut usize) -> Errno {
    let variables = env::variables();
    // SAFETY: the caller's promise.
    unsafe {
        count.write(variables.len());
        bytes.write(variables.iter().map(|(name, value)| name.len() + value.len() + 2).sum());
    }
    0
}

/// Stores strings, each with a zero byte after it, one after the other, and where each begins.
///
/// # Safety
///
/// There is room for the strings at `bytes` and for as many pointers at `pointers`.
unsafe fn store_strings<'a>(strings: impl Iterator<Item = &'a [u8]>, mut pointers: *mut *mut u8, mut bytes: *mut u8) {
    for string in strings {
        // SAFETY: the caller's promise: this string, its zero byte and its pointer have room.
        unsafe {
            pointers.write(bytes);
            pointers = pointers.add(1);
            bytes.copy_from_nonoverlapping(string.as_ptr(), string.len());
            bytes.add(string.len()).write(0);
            bytes = bytes.add(string.len() + 1);
        }
    }
}

/// `clock_time_get`: nanoseconds of the clock, 0 the time of day or 1 the monotonic one.
///
/// # Safety
///
/// As for `args_sizes_get`.
pub unsafe extern "C" fn clock_time_get(clock: u32, _precision: u64, result: *mut u64) -> Errno {
    let now = match clock {
        0 => {
            let (seconds, nanoseconds) = time::system_now();
            let seconds = u64::try_from(seconds).ok().and_then(|seconds| seconds.checked_mul(1_000_000_000));
            seconds.and_then(|seconds| seconds.checked_add(nanoseconds.into())).ok_or(Error::OVERFLOW)
        }
        1 => Ok(time::monotonic_now()),
        // The processor time of a process or thread is nothing WASI 0.3 knows.
        2 | 3 => Err(Error::NOTSUP),
        _ => Err(Error::INVAL),
    };
    // SAFETY: the caller's promise.
    errno(now.map(|now| unsafe { result.write(now) }))
}

/// `random_get`: fills memory with random bytes, as good as the host's for cryptography.
///
/// # Safety
///
/// `length` bytes at `bytes` are writable.
pub unsafe extern "C" fn random_get(bytes: *mut u8, length: usize) -> Errno {
    if length > 0 {
        // SAFETY: the caller's promise; they are initialised first, for a slice is.
        random::fill(unsafe {
            bytes.write_bytes(0, length);
            core::slice::from_raw_parts_mut(bytes, length)
        });
    }
    0
}

/// `sched_yield`.
pub extern "C" fn sched_yield() -> Errno {
    block::give_way();
    0
}

/// `proc_exit`.
pub extern "C" fn proc_exit(code: u32) -> ! {
    exit::exit(code as i32)
}

/// `fd_read`: reads into one buffer after the other.
///
/// # Safety
///
/// `buffers` points to `count` writable buffers, and `result` is writable.
pub unsafe extern "C" fn fd_read(fd: RawFd, buffers: *const Slice, count: usize, result: *mut usize) -> Errno {
    // SAFETY: the caller's promise.
    let mut buffers: Vec<&mut [u8]> = unsafe { slices(buffers, count) }
        .map(|Slice { first, length }| {
            // SAFETY: the caller's promise; what a program has in memory is initialised for whoever looks from outside.
            unsafe { core::slice::from_raw_parts_mut(first, length) }
        })
        .collect();
    let read = descriptor::read_vectored(fd, &mut buffers);
    // SAFETY: the caller's promise.
    errno(read.map(|read| unsafe { result.write(read) }))
}

/// `fd_write`: writes one slice after the other.
///
/// # Safety
///
/// `slices` points to `count` readable slices, and `result` is writable.
pub unsafe extern "C" fn fd_write(fd: RawFd, slices: *const Slice, count: usize, result: *mut usize) -> Errno {
    // SAFETY: the caller's promise.
    let slices: Vec<&[u8]> = unsafe { self::slices(slices, count) }
        // SAFETY: the caller's promise.
        .map(|Slice { first, length }| unsafe { core::slice::from_raw_parts(first, length) })
        .collect();
    let written = descriptor::write_vectored(fd, &slices);
    // SAFETY: the caller's promise.
    errno(written.map(|written| unsafe { result.write(written) }))
}

/// The slices that are not empty: an empty one may point anywhere.
///
/// # Safety
///
/// `count` of them are at `first`, if any.
unsafe fn slices<'a>(first: *const Slice, count: usize) -> impl Iterator<Item = Slice> + 'a {
    // SAFETY: the caller's promise.
    let slices = if count == 0 { &[] } else { unsafe { core::slice::from_raw_parts(first, count) } };
    slices.iter().copied().filter(|slice| slice.length > 0)
}

/// `fd_close`.
pub extern "C" fn fd_close(fd: RawFd) -> Errno {
    errno(descriptor::close(fd))
}

/// `fd_seek`: `whence` is 0 from the beginning, 1 from here, 2 from the end.
///
/// # Safety
///
/// As for `args_sizes_get`.
pub unsafe extern "C" fn fd_seek(fd: RawFd, offset: i64, whence: u32, result: *mut u64) -> Errno {
    let to = match whence {
        0 => u64::try_from(offset).map(SeekFrom::Start).map_err(|_| Error::INVAL),
        1 => Ok(SeekFrom::Current(offset)),
        2 => Ok(SeekFrom::End(offset)),
        _ => Err(Error::INVAL),
    };
    let position = to.and_then(|to| descriptor::file(fd)?.seek(to));
    // SAFETY: the caller's promise.
    errno(position.map(|position| unsafe { result.write(position) }))
}

/// `fd_tell`.
///
/// # Safety
///
/// As for `args_sizes_get`.
pub unsafe extern "C" fn fd_tell(fd: RawFd, result: *mut u64) -> Errno {
    // SAFETY: the same contract.
    unsafe { fd_seek(fd, 0, 1, result) }
}

/// `fd_sync`.
pub extern "C" fn fd_sync(fd: RawFd) -> Errno {
    errno(descriptor::file(fd).and_then(|file| file.sync_all()))
}

/// `fd_datasync`.
pub extern "C" fn fd_datasync(fd: RawFd) -> Errno {
    errno(descriptor::file(fd).and_then(|file| file.sync_data()))
}

/// `fd_fdstat_get`.
///
/// # Safety
///
/// As for `args_sizes_get`.
pub unsafe extern "C" fn fd_fdstat_get(fd: RawFd, result: *mut FdStat) -> Errno {
    let stat = kind(fd).map(|kind| FdStat { kind, flags: 0, rights: u64::MAX, inheriting: u64::MAX });
    // SAFETY: the caller's promise.
    errno(stat.map(|stat| unsafe { result.write(stat) }))
}

/// `filetype` of a descriptor.
fn kind(fd: RawFd) -> Result<u8, Error> {
    use crate::abi::filesystem::DescriptorType;

    const UNKNOWN: u8 = 0;
    const CHARACTER_DEVICE: u8 = 2;
    const SOCKET_STREAM: u8 = 6;
    Ok(match descriptor::get(fd)? {
        Entry::Stdin | Entry::Stdout | Entry::Stderr if descriptor::is_terminal(fd) => CHARACTER_DEVICE,
        Entry::Stdin | Entry::Stdout | Entry::Stderr => UNKNOWN,
        Entry::Socket(_) => SOCKET_STREAM,
        Entry::File(file) => match file.stat()?.kind() {
            DescriptorType::BlockDevice => 1,
            DescriptorType::CharacterDevice => CHARACTER_DEVICE,
            DescriptorType::Directory => 3,
            DescriptorType::RegularFile => 4,
            DescriptorType::SymbolicLink => 7,
            _ => UNKNOWN,
        },
    })
}

/// Sizes and offsets of `wasi_snapshot_preview1.witx`, where the pointers are the guest's.
#[cfg(target_family = "wasm")]
const _: () = {
    use core::mem::offset_of;
    assert!(size_of::<Slice>() == 8 && size_of::<FdStat>() == 24);
    assert!(offset_of!(FdStat, flags) == 2 && offset_of!(FdStat, rights) == 8 && offset_of!(FdStat, inheriting) == 16);
};
