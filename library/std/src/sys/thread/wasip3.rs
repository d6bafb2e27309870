//! Threads, so far as they are here: the one that runs, and its sleep.

use crate::ffi::CStr;
use crate::io;
use crate::num::NonZero;
use crate::thread::ThreadInit;
use crate::time::{Duration, Instant};

/// Never made: spawning is an error.
pub struct Thread(!);

pub const DEFAULT_MIN_STACK_SIZE: usize = 64 * 1024;

impl Thread {
    /// # Safety
    /// See `thread::Builder::spawn_unchecked`.
    pub unsafe fn new(_stack: usize, _init: Box<ThreadInit>) -> io::Result<Thread> {
        Err(io::Error::UNSUPPORTED_PLATFORM)
    }

    pub fn join(self) {
        self.0
    }
}

/// One: threads of a component instance take turns.
pub fn available_parallelism() -> io::Result<NonZero<usize>> {
    Ok(NonZero::<usize>::MIN)
}

pub fn current_os_id() -> Option<u64> {
    None
}

/// With one thread there is nobody to give way to.
pub fn yield_now() {}

/// The host knows no thread names.
pub fn set_name(_name: &CStr) {}

pub fn sleep(duration: Duration) {
    // The clock's range is 584 years.
    component_rt::time::sleep(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX));
}

pub fn sleep_until(deadline: Instant) {
    component_rt::time::sleep_until(deadline.into_inner().nanoseconds());
}
