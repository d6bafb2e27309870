//! Time: the monotonic clock, the system clock, sleeping.

use core::mem::MaybeUninit;

use crate::abi::clocks::{RawInstant, monotonic_clock, system_clock};
use crate::{instance, schedule};

/// A point of the monotonic clock, in nanoseconds since some start. `wasi:clocks/monotonic-clock`: `mark`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark(pub u64);

impl Mark {
    /// The current mark.
    #[inline]
    pub fn now() -> Mark {
        Mark(monotonic_clock::now())
    }

    /// The mark `nanoseconds` from now; the end of time (584 years) if that is later.
    #[inline]
    pub fn after(nanoseconds: u64) -> Mark {
        Mark(monotonic_clock::now().saturating_add(nanoseconds))
    }
}

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
    crate::contract::holds(nanoseconds < 1_000_000_000, "an instant's nanoseconds are less than a second");
    (seconds, nanoseconds)
}

/// Blocks for at least `nanoseconds`.
pub fn sleep(nanoseconds: u64) {
    instance::assert_nothing_borrowed();
    schedule::outside(|| monotonic_clock::wait_for(nanoseconds));
}

/// Blocks until the monotonic clock has reached `mark`.
pub fn sleep_until(mark: Mark) {
    instance::assert_nothing_borrowed();
    schedule::outside(|| monotonic_clock::wait_until(mark.0));
}
