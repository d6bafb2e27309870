//! What std's locks wait on.

use crate::os::component::{clock, wait_for_a_turn};
use crate::sync::atomic::Atomic;
use crate::time::Duration;

mod wake;
pub use wake::*;

/// False: the time was over before anybody woke this thread.
// Inlined, so that a program without timeouts has nothing of clocks.
#[inline]
pub fn futex_wait(futex: &Atomic<u32>, expected: u32, timeout: Option<Duration>) -> bool {
    match timeout {
        Some(timeout) => wait_until(futex, expected, timeout),
        None => {
            component_rt::futex::wait(futex, expected);
            true
        }
    }
}

/// The component model has no clock to wait for, so this looks at the program's own, again and again, and lets the other
/// threads go on meanwhile.
fn wait_until(futex: &Atomic<u32>, expected: u32, timeout: Duration) -> bool {
    let clock = clock();
    let deadline = clock.monotonic_now().saturating_add(timeout);
    while component_rt::futex::value(futex) == expected {
        if clock.monotonic_now() >= deadline {
            return false;
        }
        wait_for_a_turn(clock, deadline);
    }
    true
}
