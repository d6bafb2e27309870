//! What threads want of WASI: the seed of a schedule when one is made, and a clock to sleep by.

use component_rt::thread::Thread;

use crate::ffi::c_char;
use crate::io;
use crate::sys::map_error;
use crate::time::{Duration, Instant};

/// Has `main` called with `argument` in a thread of its own.
pub(super) fn spawn(
    stack: usize,
    name: *const c_char,
    main: extern "C" fn(*mut u8),
    argument: *mut u8,
) -> io::Result<Thread> {
    wasi_rt::thread::spawn(stack, name, main, argument).map_err(map_error)
}

pub fn sleep(duration: Duration) {
    // The clock's range is 584 years.
    wasi_rt::time::sleep(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX));
}

pub fn sleep_until(deadline: Instant) {
    wasi_rt::time::sleep_until(deadline.into_inner().mark());
}
