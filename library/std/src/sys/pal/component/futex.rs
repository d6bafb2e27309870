//! What std's locks wait on.

use crate::os::component::{clock, wait_for_a_turn};
use crate::sync::atomic::Atomic;
use crate::time::Duration;

pub type Futex = Atomic<Primitive>;
pub type Primitive = u32;
pub type SmallFutex = Atomic<SmallPrimitive>;
pub type SmallPrimitive = u32;

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

/// Whether there was a thread to wake.
pub fn futex_wake(futex: &Atomic<u32>) -> bool {
    let woken = component_rt::futex::wake(futex);
    component_rt::schedule::point();
    woken
}

pub fn futex_wake_all(futex: &Atomic<u32>) {
    component_rt::futex::wake_all(futex);
    component_rt::schedule::point();
}

/// As `futex_wake`, for a lock that has been let go of: who waited for it comes before who wants it again.
pub fn futex_hand_on(futex: &Atomic<u32>) -> bool {
    component_rt::futex::hand_on(futex)
}

/// As `futex_wake_all`, likewise.
pub fn futex_hand_on_all(futex: &Atomic<u32>) {
    component_rt::futex::hand_on_all(futex);
}
