//! What std's locks wait on.

use wasi_rt::time::Mark;

use crate::sync::atomic::Atomic;
use crate::time::Duration;

pub type Futex = Atomic<Primitive>;
pub type Primitive = u32;
pub type SmallFutex = Atomic<SmallPrimitive>;
pub type SmallPrimitive = u32;

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
