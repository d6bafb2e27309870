//! Arguments, environment variables, the directory to start in.
//!
//! Each is asked of the host once, when it is first wanted. WASI has no call that changes the environment: what the program
//! sets and unsets is its own, in a copy.

use core::mem::MaybeUninit;

use alloc_crate::boxed::Box;
use alloc_crate::string::String;
use alloc_crate::vec::Vec;

use crate::abi::cli::environment;
use crate::error::Error;
use component_rt::abi::memory::{RawList, RawOption, RawString};

/// The arguments, the program's name first.
pub fn args() -> &'static [String] {
    if let Some(arguments) = ARGUMENTS.with(|arguments| *arguments) {
        return arguments;
    }
    let mut list = MaybeUninit::<RawList<RawString>>::uninit();
    // SAFETY: there is room for the list.
    unsafe { environment::get_arguments(list.as_mut_ptr()) };
    // SAFETY: the call has stored the list.
    let list = unsafe { list.assume_init() };
    let arguments: Vec<String> = list.lift().into_iter().map(RawString::lift).collect();
    // Kept for the rest of the run.
    let arguments: &'static [String] = Box::leak(arguments.into_boxed_slice());
    ARGUMENTS.with(|cache| *cache = Some(arguments));
    arguments
}

/// A copy of the environment: names and values, in the host's order, then in the order they were first set.
pub fn variables() -> Vec<(Vec<u8>, Vec<u8>)> {
    with_variables(|variables| variables.clone())
}

/// The value of a variable.
pub fn get(name: &[u8]) -> Option<Vec<u8>> {
    with_variables(|variables| variables.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()))
}

/// Sets a variable.
///
/// # Errors
///
/// [`Error::INVAL`] if the name is empty or contains `=` or NUL, or the value contains NUL: what no other program could read.
pub fn set(name: &[u8], value: &[u8]) -> Result<(), Error> {
    check_name(name)?;
    if value.contains(&0) {
        return Err(Error::INVAL);
    }
    let value = value.to_vec();
    with_variables(|variables| match variables.iter_mut().find(|(key, _)| key == name) {
        Some((_, current)) => *current = value,
        None => variables.push((name.to_vec(), value)),
    });
    Ok(())
}

/// Removes a variable; there need be none of that name.
///
/// # Errors
///
/// [`Error::INVAL`] if the name is empty or contains `=` or NUL.
pub fn unset(name: &[u8]) -> Result<(), Error> {
    check_name(name)?;
    with_variables(|variables| variables.retain(|(key, _)| key != name));
    Ok(())
}

/// Asks the host for the environment, unless that has been done.
pub(crate) fn prepare() {
    with_variables(|_| ());
}

/// The directory the program is meant to start in, if the host says one.
pub fn initial_cwd() -> Option<String> {
    let mut directory = MaybeUninit::<RawOption<RawString>>::uninit();
    // SAFETY: there is room for the option.
    unsafe { environment::get_initial_cwd(directory.as_mut_ptr()) };
    // SAFETY: the call has stored the option.
    unsafe { directory.assume_init() }.lift().map(RawString::lift)
}

type Variables = Vec<(Vec<u8>, Vec<u8>)>;

component_rt::instance_state! {
    static ARGUMENTS: Option<&'static [String]> = None;
    static VARIABLES: Option<Variables> = None;
}

fn with_variables<R>(f: impl FnOnce(&mut Variables) -> R) -> R {
    VARIABLES.with(|variables| f(variables.get_or_insert_with(ask)))
}

/// What the host has to say now.
pub(crate) fn ask() -> Variables {
    let mut list = MaybeUninit::<RawList<[RawString; 2]>>::uninit();
    // SAFETY: there is room for the list.
    unsafe { environment::get_environment(list.as_mut_ptr()) };
    // SAFETY: the call has stored the list.
    let list = unsafe { list.assume_init() };
    list.lift().into_iter().map(|[name, value]| (name.lift().into_bytes(), value.lift().into_bytes())).collect()
}

fn check_name(name: &[u8]) -> Result<(), Error> {
    if name.is_empty() || name.contains(&b'=') || name.contains(&0) { Err(Error::INVAL) } else { Ok(()) }
}
