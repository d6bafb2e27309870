//! How functions answer: a value, or -1 with `errno` set.

use core::ffi::{CStr, c_char, c_int};

use wasi_rt::{Error, errno};

use crate::abi::ssize_t;

/// 0, or -1 with `errno`.
pub(crate) fn done(result: Result<(), Error>) -> c_int {
    number(result.map(|()| 0))
}

/// A number, or -1 with `errno`.
pub(crate) fn number(result: Result<c_int, Error>) -> c_int {
    result.unwrap_or_else(|error| {
        errno::set(error);
        -1
    })
}

/// A count, or -1 with `errno`.
pub(crate) fn count(result: Result<usize, Error>) -> ssize_t {
    match result {
        Ok(count) => count as ssize_t,
        Err(error) => {
            errno::set(error);
            -1
        }
    }
}

/// The bytes of a string of C. `FAULT` for none.
///
/// # Safety
///
/// The string ends with a zero byte, and stays as it is for as long as it is used.
pub(crate) unsafe fn text<'a>(string: *const c_char) -> Result<&'a [u8], Error> {
    if string.is_null() {
        return Err(Error::FAULT);
    }
    // SAFETY: not null, and the caller's promise.
    Ok(unsafe { CStr::from_ptr(string) }.to_bytes())
}

/// A name and its zero byte, copied to where there is room for `room` bytes. `RANGE`: there is not enough.
///
/// # Safety
///
/// There is that room.
pub(crate) unsafe fn copy(name: &[u8], to: *mut c_char, room: usize) -> Result<(), Error> {
    if name.len() >= room {
        return Err(Error::RANGE);
    }
    // SAFETY: the caller's promise, and it has just been compared.
    unsafe {
        to.cast::<u8>().copy_from_nonoverlapping(name.as_ptr(), name.len());
        to.add(name.len()).write(0);
    }
    Ok(())
}
