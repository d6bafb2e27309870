//! Environment variables: what `wasi:cli/environment` gave at the start, and the program's own changes to it.

pub use super::common::Env;
use crate::ffi::{OsStr, OsString};
use crate::io;
use crate::os::wasi::ffi::{OsStrExt, OsStringExt};
use crate::sys::map_error;

pub fn env() -> Env {
    let os_string = OsString::from_vec;
    Env::new(wasi_rt::env::variables().into_iter().map(|(k, v)| (os_string(k), os_string(v))).collect())
}

pub fn getenv(key: &OsStr) -> Option<OsString> {
    wasi_rt::env::get(key.as_bytes()).map(OsString::from_vec)
}

/// # Safety
/// None needed: the environment belongs to this instance, and no foreign code reads it.
pub unsafe fn setenv(key: &OsStr, value: &OsStr) -> io::Result<()> {
    wasi_rt::env::set(key.as_bytes(), value.as_bytes()).map_err(map_error)
}

/// # Safety
/// As [`setenv`].
pub unsafe fn unsetenv(key: &OsStr) -> io::Result<()> {
    wasi_rt::env::unset(key.as_bytes()).map_err(map_error)
}
