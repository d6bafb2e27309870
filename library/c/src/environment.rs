//! Environment variables: std's, as strings of C.

use core::ffi::{CStr, c_char, c_int};
use core::ptr;

use alloc_crate::ffi::CString;
use alloc_crate::vec::Vec;
use wasi_rt::{Error, env};

use crate::answer::{done, text};

c! {
    "getenv" "(i32) -> (i32)" 0 = getenv;
    "secure_getenv" "(i32) -> (i32)" 0 = getenv;
    "setenv" "(i32, i32, i32) -> (i32)" 0 1 2 = setenv;
    "unsetenv" "(i32) -> (i32)" 0 = unsetenv;
    "clearenv" "() -> (i32)" = clearenv;
}

component_rt::instance_state! {
    /// What `getenv` has handed out, by name. Nobody says when a string is not used any more, so each stays for good; one that is the same is
    /// handed out again.
    static GIVEN: Vec<(Vec<u8>, &'static CStr)> = Vec::new();
}

/// Keeps a string for good.
pub(crate) fn leak(string: CString) -> &'static CStr {
    // SAFETY: what `into_raw` gives is a string that nobody frees.
    unsafe { CStr::from_ptr(string.into_raw()) }
}

/// C: `getenv`.
pub unsafe extern "C" fn getenv(name: *const c_char) -> *mut c_char {
    // SAFETY: the caller's promise.
    let Ok(name) = (unsafe { text(name) }) else { return ptr::null_mut() };
    // A value with a zero byte in it is nothing that C could read.
    let Some(value) = env::get(name).and_then(|value| CString::new(value).ok()) else { return ptr::null_mut() };
    GIVEN.with(|given| {
        let known = given.iter_mut().find(|(known, _)| known == name);
        match known {
            Some((_, text)) if **text == *value => text.as_ptr().cast_mut(),
            Some((_, text)) => {
                *text = leak(value);
                text.as_ptr().cast_mut()
            }
            None => {
                let text: &'static CStr = leak(value);
                given.push((name.to_vec(), text));
                text.as_ptr().cast_mut()
            }
        }
    })
}

/// POSIX: `setenv`.
pub unsafe extern "C" fn setenv(name: *const c_char, value: *const c_char, overwrite: c_int) -> c_int {
    let set = || {
        if name.is_null() {
            return Err(Error::INVAL);
        }
        // SAFETY: the caller's promise.
        let (name, value) = unsafe { (text(name)?, text(value)?) };
        if overwrite == 0 && env::get(name).is_some() {
            return Ok(());
        }
        env::set(name, value)
    };
    done(set())
}

/// POSIX: `unsetenv`.
pub unsafe extern "C" fn unsetenv(name: *const c_char) -> c_int {
    // SAFETY: the caller's promise.
    done(unsafe { text(name) }.map_err(|_| Error::INVAL).and_then(env::unset))
}

/// `clearenv`, of Linux.
pub extern "C" fn clearenv() -> c_int {
    for (name, _) in env::variables() {
        let _ = env::unset(&name);
    }
    0
}
