//! `wasi:clocks`: monotonic and system time.

use component_rt::deadline::Deadline;
use component_rt::subtask::Subtask;

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

impl Deadline for Mark {
    fn begin(self) -> Option<Subtask> {
        Subtask::begun(monotonic_clock::wait_until_async(self.0)).1
    }
}

/// `system-clock.instant`: time since the Unix epoch; before it, seconds are negative and nanoseconds count upwards all the same.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct RawInstant {
    /// Whole seconds, rounded towards minus infinity.
    pub seconds: i64,
    /// Nanoseconds within the second, below 1,000,000,000.
    pub nanoseconds: u32,
}

component_rt::lowered_record!(RawInstant { seconds, nanoseconds });

component_rt::imports! {
    /// `wasi:clocks/monotonic-clock`: marks and durations in nanoseconds.
    pub mod monotonic_clock = "wasi:clocks/monotonic-clock@0.3.0", fake crate::abi::fake::clocks::monotonic {
        /// The current mark.
        safe fn now() -> u64 = "now";
        /// Blocks until the mark is reached.
        safe fn wait_until(mark: u64) = "wait-until";
        /// Blocks for a duration.
        safe fn wait_for(duration: u64) = "wait-for";
        /// `wait-until` as a subtask.
        safe fn wait_until_async(mark: u64) -> u32 = "[async-lower]wait-until";
    }
}

component_rt::imports! {
    /// `wasi:clocks/system-clock`: time of day.
    pub mod system_clock = "wasi:clocks/system-clock@0.3.0", fake crate::abi::fake::clocks::system {
        /// The current time.
        unsafe fn now(instant: *mut RawInstant) = "now";
    }
}
