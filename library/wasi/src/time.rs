//! Time: the monotonic clock, the system clock, sleeping.

use core::mem::MaybeUninit;

use component_rt::block;
use component_rt::deadline::Deadline;
use component_rt::executor::timers::Clock;

pub use crate::abi::clocks::Mark;
use crate::abi::clocks::{RawInstant, monotonic_clock, system_clock};

/// Nanoseconds of the monotonic clock.
#[inline]
pub fn monotonic_now() -> u64 {
    monotonic_clock::now()
}

/// Time since the Unix epoch: seconds (negative before it) and nanoseconds within the second, below 1,000,000,000.
#[inline]
pub fn system_now() -> (i64, u32) {
    let mut instant = MaybeUninit::<RawInstant>::uninit();
    // SAFETY: `now` stores an `instant` record, whose layout `RawInstant` has.
    unsafe { system_clock::now(instant.as_mut_ptr()) };
    // SAFETY: stored just above.
    let RawInstant { seconds, nanoseconds } = unsafe { instant.assume_init() };
    component_rt::assert::holds(nanoseconds < 1_000_000_000, "an instant's nanoseconds are less than a second");
    (seconds, nanoseconds)
}

/// Blocks for at least `nanoseconds`.
pub fn sleep(nanoseconds: u64) {
    block::in_call(|| monotonic_clock::wait_for(nanoseconds));
}

/// The monotonic clock, for who waits in an executor.
pub static CLOCK: Clock = Clock { now: monotonic_now, begin: |mark| Mark(mark).begin() };

/// Blocks until the monotonic clock has reached `mark`.
pub fn sleep_until(mark: Mark) {
    block::in_call(|| monotonic_clock::wait_until(mark.0));
}
