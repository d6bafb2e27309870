//! What std's locks wait on.

use crate::os::component::platform;
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

/// The page's clock can be waited for. The clock of a program's own host cannot, so this looks at it again and again, and lets the other
/// threads go on meanwhile.
fn wait_until(futex: &Atomic<u32>, expected: u32, timeout: Duration) -> bool {
    let deadline = platform::monotonic_now().saturating_add(timeout);
    #[cfg(target_os = "web")]
    if crate::os::component::host().is_none() {
        return component_rt::futex::wait_until(futex, expected, platform::mark(deadline));
    }
    while component_rt::futex::value(futex) == expected {
        if platform::monotonic_now() >= deadline {
            return false;
        }
        platform::wait_for_a_turn(deadline);
    }
    true
}
