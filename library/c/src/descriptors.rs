//! Descriptors: reading, writing, positions, flags.

use core::ffi::{c_int, c_void};
use core::mem::MaybeUninit;

use alloc_crate::vec::Vec;
use wasi_rt::descriptor::{self, Entry};
use wasi_rt::fs::SeekFrom;
use wasi_rt::net::{TcpListener, TcpStream, UdpSocket, Unconnected};
use wasi_rt::pipe::{ReadEnd, WriteEnd};
use wasi_rt::poll::as_a;
use wasi_rt::{Error, errno};

use crate::abi::*;
use crate::answer::{count, done, number};

c! {
    "read" "(i32, i32, i32) -> (i32)" 0 1 2 = read;
    "write" "(i32, i32, i32) -> (i32)" 0 1 2 = write;
    "readv" "(i32, i32, i32) -> (i32)" 0 1 2 = readv;
    "writev" "(i32, i32, i32) -> (i32)" 0 1 2 = writev;
    "pread" "(i32, i32, i32, i64) -> (i32)" 0 1 2 3 = pread;
    "pwrite" "(i32, i32, i32, i64) -> (i32)" 0 1 2 3 = pwrite;
    "preadv" "(i32, i32, i32, i64) -> (i32)" 0 1 2 3 = preadv;
    "pwritev" "(i32, i32, i32, i64) -> (i32)" 0 1 2 3 = pwritev;
    "lseek" "(i32, i64, i32) -> (i64)" 0 1 2 = lseek;
    "close" "(i32) -> (i32)" 0 = close;
    "dup" "(i32) -> (i32)" 0 = dup;
    "dup2" "(i32, i32) -> (i32)" 0 1 = dup2;
    "fcntl" "(i32, i32, i32) -> (i32)" 0 1 2 = fcntl;
    "ioctl" "(i32, i32, i32) -> (i32)" 0 1 2 = ioctl;
    "isatty" "(i32) -> (i32)" 0 = isatty;
    "fsync" "(i32) -> (i32)" 0 = fsync;
    "fdatasync" "(i32) -> (i32)" 0 = fdatasync;
    "ftruncate" "(i32, i64) -> (i32)" 0 1 = ftruncate;
    "posix_fallocate" "(i32, i64, i64) -> (i32)" 0 1 2 = posix_fallocate;
    "posix_fadvise" "(i32, i64, i64, i32) -> (i32)" 0 1 2 3 = posix_fadvise;
}

/// Memory to read into.
///
/// # Safety
///
/// There is room for `length` bytes.
pub(crate) unsafe fn room<'a>(at: *mut c_void, length: size_t) -> &'a mut [MaybeUninit<u8>] {
    // SAFETY: the caller's promise; an empty one may point anywhere.
    if length == 0 { &mut [] } else { unsafe { core::slice::from_raw_parts_mut(at.cast(), length) } }
}

/// Memory to write from.
///
/// # Safety
///
/// There are `length` bytes.
pub(crate) unsafe fn bytes<'a>(at: *const c_void, length: size_t) -> &'a [u8] {
    // SAFETY: the caller's promise; an empty one may point anywhere.
    if length == 0 { &[] } else { unsafe { core::slice::from_raw_parts(at.cast(), length) } }
}

/// POSIX: `read`.
pub unsafe extern "C" fn read(fd: c_int, buffer: *mut c_void, length: size_t) -> ssize_t {
    // SAFETY: the caller's promise.
    count(descriptor::read(fd, unsafe { room(buffer, length) }))
}

/// POSIX: `write`.
pub unsafe extern "C" fn write(fd: c_int, buffer: *const c_void, length: size_t) -> ssize_t {
    // SAFETY: the caller's promise.
    count(descriptor::write(fd, unsafe { bytes(buffer, length) }))
}

/// As many slices as one call takes: `IOV_MAX`.
pub(crate) const MOST_SLICES: usize = 1024;

unsafe fn slices<'a>(slices: *const iovec, length: c_int) -> Result<&'a [iovec], Error> {
    match usize::try_from(length) {
        Ok(0) => Ok(&[]),
        // SAFETY: the caller's promise.
        Ok(length) if length <= MOST_SLICES => Ok(unsafe { core::slice::from_raw_parts(slices, length) }),
        _ => Err(Error::INVAL),
    }
}

unsafe fn buffers<'a>(at: *const iovec, length: c_int) -> Result<Vec<&'a mut [u8]>, Error> {
    let buffer = |slice: &iovec| {
        // SAFETY: the caller's promise; what a program has in memory is initialised for whoever looks from outside.
        let room = unsafe { room(slice.iov_base, slice.iov_len) };
        // SAFETY: as above.
        unsafe { room.assume_init_mut() }
    };
    // SAFETY: the caller's promise.
    Ok(unsafe { slices(at, length) }?.iter().map(buffer).collect())
}

unsafe fn contents<'a>(at: *const iovec, length: c_int) -> Result<Vec<&'a [u8]>, Error> {
    // SAFETY: the caller's promise.
    let contents = |slice: &iovec| unsafe { bytes(slice.iov_base, slice.iov_len) };
    // SAFETY: the caller's promise.
    Ok(unsafe { slices(at, length) }?.iter().map(contents).collect())
}

/// POSIX: `readv`.
pub unsafe extern "C" fn readv(fd: c_int, at: *const iovec, length: c_int) -> ssize_t {
    // SAFETY: the caller's promise.
    count(unsafe { buffers(at, length) }.and_then(|mut buffers| descriptor::read_vectored(fd, &mut buffers)))
}

/// POSIX: `writev`.
pub unsafe extern "C" fn writev(fd: c_int, at: *const iovec, length: c_int) -> ssize_t {
    // SAFETY: the caller's promise.
    count(unsafe { contents(at, length) }.and_then(|slices| descriptor::write_vectored(fd, &slices)))
}

fn offset(offset: off_t) -> Result<u64, Error> {
    u64::try_from(offset).map_err(|_| Error::INVAL)
}

/// POSIX: `pread`.
pub unsafe extern "C" fn pread(fd: c_int, buffer: *mut c_void, length: size_t, at: off_t) -> ssize_t {
    // SAFETY: the caller's promise.
    let buffer = unsafe { room(buffer, length) };
    count(offset(at).and_then(|at| descriptor::file(fd)?.read_at(buffer, at)))
}

/// POSIX: `pwrite`.
pub unsafe extern "C" fn pwrite(fd: c_int, buffer: *const c_void, length: size_t, at: off_t) -> ssize_t {
    // SAFETY: the caller's promise.
    let bytes = unsafe { bytes(buffer, length) };
    count(offset(at).and_then(|at| descriptor::file(fd)?.write_at(bytes, at)))
}

/// `preadv`, of Linux and the BSDs.
pub unsafe extern "C" fn preadv(fd: c_int, at: *const iovec, length: c_int, position: off_t) -> ssize_t {
    let read = || {
        let position = offset(position)?;
        // SAFETY: the caller's promise.
        descriptor::read_vectored_at(fd, &mut unsafe { buffers(at, length) }?, position)
    };
    count(read())
}

/// `pwritev`, of Linux and the BSDs.
pub unsafe extern "C" fn pwritev(fd: c_int, at: *const iovec, length: c_int, position: off_t) -> ssize_t {
    let write = || {
        let position = offset(position)?;
        // SAFETY: the caller's promise.
        descriptor::write_vectored_at(fd, &unsafe { contents(at, length) }?, position)
    };
    count(write())
}

/// POSIX: `lseek`.
pub extern "C" fn lseek(fd: c_int, by: off_t, whence: c_int) -> off_t {
    let to = match whence {
        SEEK_SET => offset(by).map(SeekFrom::Start),
        SEEK_CUR => Ok(SeekFrom::Current(by)),
        SEEK_END => Ok(SeekFrom::End(by)),
        _ => Err(Error::INVAL),
    };
    match to.and_then(|to| descriptor::file(fd)?.seek(to)) {
        Ok(position) => position as off_t,
        Err(error) => {
            errno::set(error);
            -1
        }
    }
}

/// POSIX: `close`.
pub extern "C" fn close(fd: c_int) -> c_int {
    done(descriptor::close(fd))
}

/// POSIX: `dup`.
pub extern "C" fn dup(fd: c_int) -> c_int {
    number(descriptor::duplicate_from(fd, 0))
}

/// POSIX: `dup2`.
pub extern "C" fn dup2(fd: c_int, to: c_int) -> c_int {
    let duplicated = if fd == to { descriptor::get(fd).map(drop) } else { descriptor::duplicate_to(fd, to) };
    number(duplicated.map(|()| to))
}

/// `F_DUPFD` and `F_DUPFD_CLOEXEC`, which C's header has and the crate `libc` has not.
const F_DUPFD: c_int = 0;
const F_DUPFD_CLOEXEC: c_int = 1030;

/// POSIX: `fcntl`. `F_DUPFD`, `F_GETFL`, `F_SETFL` for `O_NONBLOCK`, `F_GETFD` and `F_SETFD` for `FD_CLOEXEC`, which is always set: there are no
/// programs to be started; else `ENOTSUP` and, of locks, `EINVAL`.
pub unsafe extern "C" fn fcntl(fd: c_int, command: c_int, arguments: *const c_int) -> c_int {
    // SAFETY: the commands that ask for this have an argument, a number.
    let argument = || if arguments.is_null() { 0 } else { unsafe { arguments.read() } };
    let answer = || {
        let entry = descriptor::get(fd)?;
        match command {
            F_DUPFD | F_DUPFD_CLOEXEC => descriptor::duplicate_from(fd, argument()),
            F_GETFD => Ok(FD_CLOEXEC),
            F_SETFD if argument() == FD_CLOEXEC => Ok(0),
            F_SETFD => Err(Error::NOTSUP),
            F_GETFL => Ok(flags(&entry)),
            F_SETFL => set_flags(&entry, argument()).map(|()| 0),
            _ => Err(Error::INVAL),
        }
    };
    number(answer())
}

/// What `F_GETFL` gives.
fn flags(entry: &Entry) -> c_int {
    match entry {
        Entry::Stdin => O_RDONLY,
        Entry::Stdout | Entry::Stderr => O_WRONLY,
        Entry::File(file) => {
            let bit = |is: bool, bit: c_int| if is { bit } else { 0 };
            let [read, write, append] = file.access();
            bit(read, O_RDONLY) | bit(write, O_WRONLY) | bit(append, O_APPEND)
        }
        Entry::Socket(_) => O_RDWR | if nonblocking(entry) == Some(true) { O_NONBLOCK } else { 0 },
    }
}

/// `F_SETFL`: of what it may change, `O_NONBLOCK` of sockets and pipes can be. For a file it changes nothing: nobody waits for one.
fn set_flags(entry: &Entry, new: c_int) -> Result<(), Error> {
    const CHANGEABLE: c_int = O_APPEND | O_DSYNC | O_NONBLOCK | O_RSYNC | O_SYNC;
    let changed = (flags(entry) ^ new) & CHANGEABLE;
    match entry {
        Entry::File(_) if changed & !O_NONBLOCK == 0 => Ok(()),
        Entry::Socket(_) if changed & !O_NONBLOCK == 0 => set_nonblocking(entry, new & O_NONBLOCK != 0),
        _ if changed == 0 => Ok(()),
        _ => Err(Error::NOTSUP),
    }
}

/// Whether it answers `AGAIN` instead of waiting; `None` of what cannot be told to.
fn nonblocking(entry: &Entry) -> Option<bool> {
    let Entry::Socket(socket) = entry else { return None };
    None.or_else(|| Some(as_a::<TcpStream>(socket)?.modes().is_nonblocking()))
        .or_else(|| Some(as_a::<TcpListener>(socket)?.modes().is_nonblocking()))
        .or_else(|| Some(as_a::<UdpSocket>(socket)?.modes().is_nonblocking()))
        .or_else(|| Some(as_a::<Unconnected>(socket)?.modes().is_nonblocking()))
        .or_else(|| Some(as_a::<ReadEnd>(socket)?.nonblocking().get()))
        .or_else(|| Some(as_a::<WriteEnd>(socket)?.nonblocking().get()))
}

/// Has it answer `AGAIN` instead of waiting, or wait.
pub(crate) fn set_nonblocking(entry: &Entry, wanted: bool) -> Result<(), Error> {
    let Entry::Socket(socket) = entry else {
        return if wanted && !matches!(entry, Entry::File(_)) { Err(Error::NOTSUP) } else { Ok(()) };
    };
    None.or_else(|| as_a::<TcpStream>(socket).map(|socket| socket.modes().set_nonblocking(wanted)))
        .or_else(|| as_a::<TcpListener>(socket).map(|socket| socket.modes().set_nonblocking(wanted)))
        .or_else(|| as_a::<UdpSocket>(socket).map(|socket| socket.modes().set_nonblocking(wanted)))
        .or_else(|| as_a::<Unconnected>(socket).map(|socket| socket.modes().set_nonblocking(wanted)))
        .or_else(|| as_a::<ReadEnd>(socket).map(|end| end.nonblocking().set(wanted)))
        .or_else(|| as_a::<WriteEnd>(socket).map(|end| end.nonblocking().set(wanted)))
        .ok_or(Error::NOTSUP)
}

/// POSIX: `ioctl`. `FIONBIO` and `FIONREAD`; `ENOTTY` of others.
pub unsafe extern "C" fn ioctl(fd: c_int, request: c_int, arguments: *const *mut c_int) -> c_int {
    let answer = || {
        let entry = descriptor::get(fd)?;
        if !matches!(request, FIONBIO | FIONREAD) {
            return Err(Error::NOTTY);
        }
        // SAFETY: both requests have an argument, where a number lies.
        let value = unsafe { (*arguments).as_mut() }.ok_or(Error::FAULT)?;
        if request == FIONBIO {
            return set_nonblocking(&entry, *value != 0);
        }
        *value = c_int::try_from(here(fd, &entry)?).unwrap_or(c_int::MAX);
        Ok(())
    };
    done(answer())
}

/// How many bytes can be read without waiting.
fn here(fd: c_int, entry: &Entry) -> Result<u64, Error> {
    let socket = match entry {
        Entry::File(file) => return Ok(file.stat()?.size().saturating_sub(file.seek(SeekFrom::Current(0))?)),
        Entry::Socket(socket) => socket,
        _ => return Err(Error::NOTTY),
    };
    // What the host has is known when it has been looked at.
    let mut polled = [wasi_rt::poll::Polled { fd, wanted: POLLIN, seen: 0 }];
    wasi_rt::poll::poll(&mut polled, wasi_rt::poll::Timeout::Zero);
    let count = None
        .or_else(|| Some(as_a::<TcpStream>(socket)?.bytes_here()))
        .or_else(|| Some(as_a::<UdpSocket>(socket)?.bytes_here()))
        .or_else(|| Some(as_a::<ReadEnd>(socket)?.bytes_here()));
    count.map(|count| count as u64).ok_or(Error::INVAL)
}

/// POSIX: `isatty`.
pub extern "C" fn isatty(fd: c_int) -> c_int {
    let is = descriptor::get(fd).and_then(|_| if descriptor::is_terminal(fd) { Ok(1) } else { Err(Error::NOTTY) });
    is.unwrap_or_else(|error| {
        errno::set(error);
        0
    })
}

/// What can be synchronised; POSIX has `INVAL` for what cannot.
fn stored(fd: c_int) -> Result<alloc_crate::rc::Rc<wasi_rt::fs::OpenFile>, Error> {
    descriptor::file(fd).map_err(|error| if error == Error::SPIPE { Error::INVAL } else { error })
}

/// POSIX: `fsync`.
pub extern "C" fn fsync(fd: c_int) -> c_int {
    done(stored(fd).and_then(|file| file.sync_all()))
}

/// POSIX: `fdatasync`.
pub extern "C" fn fdatasync(fd: c_int) -> c_int {
    done(stored(fd).and_then(|file| file.sync_data()))
}

/// POSIX: `ftruncate`.
pub extern "C" fn ftruncate(fd: c_int, length: off_t) -> c_int {
    done(offset(length).and_then(|length| stored(fd)?.set_len(length)))
}

/// POSIX: `posix_fallocate`. Gives `ENOTSUP`: WASI cannot set room aside on a disk.
pub extern "C" fn posix_fallocate(fd: c_int, _offset: off_t, _length: off_t) -> c_int {
    descriptor::file(fd).err().unwrap_or(Error::NOTSUP).raw()
}

/// POSIX: `posix_fadvise`. Gives `ENOTSUP`: no advice is passed on to the host.
pub extern "C" fn posix_fadvise(fd: c_int, _offset: off_t, _length: off_t, _advice: c_int) -> c_int {
    descriptor::file(fd).err().unwrap_or(Error::NOTSUP).raw()
}
