//! Points in time on WASI's two clocks: `wasi:clocks/monotonic-clock` and `wasi:clocks/system-clock`.

use wasi_rt::time::Mark;

use crate::fmt;
use crate::time::Duration;

const NANOSECONDS_PER_SECOND: u32 = 1_000_000_000;

/// A point of the monotonic clock; its zero means nothing.
///
/// Signed, although the clock's marks are not: a host's clock may have begun with the program, and programs do ask for the
/// instant an hour ago.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(Timestamp);

impl Instant {
    pub fn now() -> Instant {
        let mark = Duration::from_nanos(wasi_rt::time::monotonic_now());
        Instant(Timestamp { seconds: mark.as_secs() as i64, nanoseconds: mark.subsec_nanos() })
    }

    /// The nearest mark that the monotonic clock has.
    pub(crate) fn mark(&self) -> Mark {
        let Timestamp { seconds, nanoseconds } = self.0;
        let Ok(seconds) = u64::try_from(seconds) else { return Mark(0) };
        Mark(seconds.saturating_mul(NANOSECONDS_PER_SECOND.into()).saturating_add(nanoseconds.into()))
    }

    pub fn checked_sub_instant(&self, other: &Instant) -> Option<Duration> {
        self.0.since(&other.0).ok()
    }

    pub fn checked_add_duration(&self, other: &Duration) -> Option<Instant> {
        self.0.checked_add(other).map(Instant)
    }

    pub fn checked_sub_duration(&self, other: &Duration) -> Option<Instant> {
        self.0.checked_sub(other).map(Instant)
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.debug("Instant", f)
    }
}

/// A point of the system clock, counted from 1970-01-01T00:00:00Z.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SystemTime(Timestamp);

pub const UNIX_EPOCH: SystemTime = SystemTime(Timestamp { seconds: 0, nanoseconds: 0 });

impl SystemTime {
    pub const MAX: SystemTime = SystemTime(Timestamp { seconds: i64::MAX, nanoseconds: NANOSECONDS_PER_SECOND - 1 });

    pub const MIN: SystemTime = SystemTime(Timestamp { seconds: i64::MIN, nanoseconds: 0 });

    /// A point in time as WASI's `instant` gives it. More nanoseconds than a second has are carried over.
    pub fn new(seconds: i64, nanoseconds: u32) -> SystemTime {
        let carry = i64::from(nanoseconds / NANOSECONDS_PER_SECOND);
        let nanoseconds = nanoseconds % NANOSECONDS_PER_SECOND;
        SystemTime(Timestamp { seconds: seconds.saturating_add(carry), nanoseconds })
    }

    pub fn now() -> SystemTime {
        let (seconds, nanoseconds) = wasi_rt::time::system_now();
        SystemTime::new(seconds, nanoseconds)
    }

    /// Whole seconds since 1970, negative before it.
    pub fn seconds(&self) -> i64 {
        self.0.seconds
    }

    /// Nanoseconds after that second.
    pub fn nanoseconds(&self) -> u32 {
        self.0.nanoseconds
    }

    /// The time from `other` to this one, or as an error the time from this one to `other`.
    pub fn sub_time(&self, other: &SystemTime) -> Result<Duration, Duration> {
        self.0.since(&other.0)
    }

    pub fn checked_add_duration(&self, other: &Duration) -> Option<SystemTime> {
        self.0.checked_add(other).map(SystemTime)
    }

    pub fn checked_sub_duration(&self, other: &Duration) -> Option<SystemTime> {
        self.0.checked_sub(other).map(SystemTime)
    }
}

impl fmt::Debug for SystemTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.debug("SystemTime", f)
    }
}

/// Whole seconds, and nanoseconds after that second (fewer than a second has).
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Timestamp {
    seconds: i64,
    nanoseconds: u32,
}

impl Timestamp {
    // Always: a result that goes through memory is copied by its callers in larger pieces than it was written in, and the processor waits.
    #[inline(always)]
    fn since(&self, earlier: &Timestamp) -> Result<Duration, Duration> {
        if self < earlier { Err(earlier.after(self)) } else { Ok(self.after(earlier)) }
    }

    /// The time since `earlier`, which is not later.
    #[inline]
    fn after(&self, earlier: &Timestamp) -> Duration {
        let seconds = self.seconds.abs_diff(earlier.seconds);
        match self.nanoseconds.checked_sub(earlier.nanoseconds) {
            Some(nanoseconds) => Duration::new(seconds, nanoseconds),
            None => Duration::new(seconds - 1, self.nanoseconds + NANOSECONDS_PER_SECOND - earlier.nanoseconds),
        }
    }

    fn checked_add(&self, time: &Duration) -> Option<Timestamp> {
        let nanoseconds = self.nanoseconds + time.subsec_nanos();
        let seconds = self.seconds.checked_add_unsigned(time.as_secs())?;
        let carry = i64::from(nanoseconds / NANOSECONDS_PER_SECOND);
        Some(Timestamp { seconds: seconds.checked_add(carry)?, nanoseconds: nanoseconds % NANOSECONDS_PER_SECOND })
    }

    fn checked_sub(&self, time: &Duration) -> Option<Timestamp> {
        let seconds = self.seconds.checked_sub_unsigned(time.as_secs())?;
        Some(match self.nanoseconds.checked_sub(time.subsec_nanos()) {
            Some(nanoseconds) => Timestamp { seconds, nanoseconds },
            None => Timestamp {
                seconds: seconds.checked_sub(1)?,
                nanoseconds: self.nanoseconds + NANOSECONDS_PER_SECOND - time.subsec_nanos(),
            },
        })
    }

    fn debug(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(name).field("tv_sec", &self.seconds).field("tv_nsec", &self.nanoseconds).finish()
    }
}
