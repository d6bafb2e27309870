//! Time. The page's clocks count milliseconds in floating point; std's counts nanoseconds.

use component_rt::block;
use component_rt::deadline::Deadline;
use component_rt::executor::timers::Clock;
use component_rt::subtask::Subtask;

use crate::abi::world;

/// In a millisecond.
const NANOSECONDS: u64 = 1_000_000;

/// A point of the monotonic clock, in nanoseconds since some start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark(pub u64);

impl Mark {
    /// The mark `nanoseconds` from now; the end of time (584 years) if that is later.
    #[inline]
    pub fn after(nanoseconds: u64) -> Mark {
        Mark(monotonic_now().saturating_add(nanoseconds))
    }

    /// The mark as the page counts, and not before it: what floating point cannot tell apart is rounded up.
    fn milliseconds(self) -> f64 {
        let milliseconds = (self.0 / NANOSECONDS) as f64 + (self.0 % NANOSECONDS) as f64 / NANOSECONDS as f64;
        if nanoseconds(milliseconds) < self.0 { milliseconds.next_up() } else { milliseconds }
    }
}

impl Deadline for Mark {
    fn begin(self) -> Option<Subtask> {
        Subtask::begun(world::sleep_until_async(self.milliseconds())).1
    }
}

/// Nanoseconds of the monotonic clock.
#[inline]
pub fn monotonic_now() -> u64 {
    nanoseconds(world::monotonic_now())
}

/// Nanoseconds since the Unix epoch; 0 before it.
#[inline]
pub fn system_now() -> u64 {
    nanoseconds(world::system_now())
}

/// Blocks until the monotonic clock has reached `mark`.
pub fn sleep_until(mark: Mark) {
    block::in_call(|| world::sleep_until(mark.milliseconds()));
}

/// The monotonic clock, for who waits in an executor.
pub static CLOCK: Clock = Clock { now: monotonic_now, begin: |mark| Mark(mark).begin() };

/// Whole milliseconds are exact. Conversions saturate: it is 0 for what is negative or no number.
fn nanoseconds(milliseconds: f64) -> u64 {
    let whole = milliseconds as u64;
    let part = ((milliseconds - whole as f64) * NANOSECONDS as f64) as u64;
    whole.saturating_mul(NANOSECONDS).saturating_add(part)
}
