//! Threads, as far as they need WASI: the seed of their schedule is in the environment.

use core::ffi::c_char;

use component_rt::thread::{self, Refused, Thread};
use contract::variables;

use crate::{Error, env};

/// Makes a thread, as [`component_rt::thread::spawn`] does.
///
/// # Errors
///
/// [`Error::NOMEM`] when memory is short, [`Error::AGAIN`] when there are [`MAX_LIVE`](thread::MAX_LIVE) threads.
#[inline]
pub fn spawn(
    stack_size: usize,
    name: *const c_char,
    main: extern "C" fn(*mut u8),
    argument: *mut u8,
) -> Result<Thread, Error> {
    thread::spawn(stack_size, name, main, argument, seed).map_err(|refused| match refused {
        Refused::NoMemory => Error::NOMEM,
        Refused::TooMany => Error::AGAIN,
    })
}

fn seed() -> Option<u64> {
    env::get(variables::SCHEDULE_SEED.as_bytes()).and_then(|text| str::from_utf8(&text).ok()?.parse().ok())
}
