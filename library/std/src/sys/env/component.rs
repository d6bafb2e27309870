//! Environment variables: what the program's host gives at the start, and the program's own changes to it.

pub use super::common::Env;
use crate::collections::BTreeMap;
use crate::ffi::{OsStr, OsString};
use crate::io;
use crate::os::component::platform;
use crate::sync::{Mutex, PoisonError};

static VARIABLES: Mutex<Option<BTreeMap<OsString, OsString>>> = Mutex::new(None);

fn with<R>(f: impl FnOnce(&mut BTreeMap<OsString, OsString>) -> R) -> R {
    let mut variables = VARIABLES.lock().unwrap_or_else(PoisonError::into_inner);
    f(variables.get_or_insert_with(|| platform::vars().into_iter().collect()))
}

pub fn env() -> Env {
    Env::new(with(|variables| variables.clone().into_iter().collect()))
}

pub fn getenv(key: &OsStr) -> Option<OsString> {
    with(|variables| variables.get(key).cloned())
}

/// # Safety
/// None needed: the environment belongs to this instance, and no foreign code reads it.
pub unsafe fn setenv(key: &OsStr, value: &OsStr) -> io::Result<()> {
    with(|variables| variables.insert(key.to_owned(), value.to_owned()));
    Ok(())
}

/// # Safety
/// As [`setenv`].
pub unsafe fn unsetenv(key: &OsStr) -> io::Result<()> {
    with(|variables| variables.remove(key));
    Ok(())
}
