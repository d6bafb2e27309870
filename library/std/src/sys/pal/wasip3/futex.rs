//! What std's locks wait on.

use wasi_rt::time::Mark;

use crate::sync::atomic::Atomic;
use crate::time::Duration;

#[path = "../component/futex/wake.rs"]
mod wake;
pub use wake::*;

/// False: the time was over before anybody woke this thread.
// Inlined, so that a program without timeouts does not import a clock.
#[inline]
pub fn futex_wait(futex: &Atomic<u32>, expected: u32, timeout: Option<Duration>) -> bool {
    // A time beyond the clock's 584 years is for ever.
    match timeout.and_then(|timeout| u64::try_from(timeout.as_nanos()).ok()) {
        Some(timeout) => wasi_rt::futex::wait_until(futex, expected, Mark::after(timeout)),
        None => {
            component_rt::futex::wait(futex, expected);
            true
        }
    }
}
