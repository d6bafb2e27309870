//! Points in time on WASI's two clocks: `wasi:clocks/monotonic-clock` and `wasi:clocks/system-clock`.

use component_rt::time::Mark;

use crate::fmt;
use crate::time::Duration;

/// Nanoseconds on the monotonic clock; its zero means nothing.
///
/// Kept as a [`Duration`], which has the range that std's arithmetic on instants is documented to have.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct Instant(Duration);

impl Instant {
    pub fn now() -> Instant {
        Instant(Duration::from_nanos(component_rt::time::monotonic_now()))
    }

    /// The mark on the monotonic clock; the clock's last if this instant is beyond it.
    pub(crate) fn mark(&self) -> Mark {
        Mark(u64::try_from(self.0.as_nanos()).unwrap_or(u64::MAX))
    }

    pub fn checked_sub_instant(&self, other: &Instant) -> Option<Duration> {
        self.0.checked_sub(other.0)
    }

    pub fn checked_add_duration(&self, other: &Duration) -> Option<Instant> {
        Some(Instant(self.0.checked_add(*other)?))
    }

    pub fn checked_sub_duration(&self, other: &Duration) -> Option<Instant> {
        Some(Instant(self.0.checked_sub(*other)?))
    }
}

/// `wasi:clocks/system-clock`'s `instant`: whole seconds since 1970, negative before it, and nanoseconds after that
/// second (less than 1,000,000,000).
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SystemTime {
    seconds: i64,
    nanoseconds: u32,
}

const NANOSECONDS_PER_SECOND: u32 = 1_000_000_000;

pub const UNIX_EPOCH: SystemTime = SystemTime { seconds: 0, nanoseconds: 0 };

impl SystemTime {
    pub const MAX: SystemTime = SystemTime { seconds: i64::MAX, nanoseconds: NANOSECONDS_PER_SECOND - 1 };

    pub const MIN: SystemTime = SystemTime { seconds: i64::MIN, nanoseconds: 0 };

    /// A point in time as WASI gives it. More nanoseconds than a second has are carried over.
    pub fn new(seconds: i64, nanoseconds: u32) -> SystemTime {
        let carry = i64::from(nanoseconds / NANOSECONDS_PER_SECOND);
        SystemTime { seconds: seconds.saturating_add(carry), nanoseconds: nanoseconds % NANOSECONDS_PER_SECOND }
    }

    pub fn now() -> SystemTime {
        let (seconds, nanoseconds) = component_rt::time::system_now();
        SystemTime::new(seconds, nanoseconds)
    }

    /// Whole seconds since 1970.
    pub fn seconds(&self) -> i64 {
        self.seconds
    }

    /// Nanoseconds after that second.
    pub fn nanoseconds(&self) -> u32 {
        self.nanoseconds
    }

    /// The time from `other` to this one, or as an error the time from this one to `other`.
    pub fn sub_time(&self, other: &SystemTime) -> Result<Duration, Duration> {
        if self >= other { Ok(distance(other, self)) } else { Err(distance(self, other)) }
    }

    pub fn checked_add_duration(&self, other: &Duration) -> Option<SystemTime> {
        let nanoseconds = self.nanoseconds + other.subsec_nanos();
        let seconds = self.seconds.checked_add_unsigned(other.as_secs())?;
        let carry = i64::from(nanoseconds / NANOSECONDS_PER_SECOND);
        Some(SystemTime { seconds: seconds.checked_add(carry)?, nanoseconds: nanoseconds % NANOSECONDS_PER_SECOND })
    }

    pub fn checked_sub_duration(&self, other: &Duration) -> Option<SystemTime> {
        let seconds = self.seconds.checked_sub_unsigned(other.as_secs())?;
        match self.nanoseconds.checked_sub(other.subsec_nanos()) {
            Some(nanoseconds) => Some(SystemTime { seconds, nanoseconds }),
            None => Some(SystemTime {
                seconds: seconds.checked_sub(1)?,
                nanoseconds: self.nanoseconds + NANOSECONDS_PER_SECOND - other.subsec_nanos(),
            }),
        }
    }
}

/// The time from `earlier` to `later`.
fn distance(earlier: &SystemTime, later: &SystemTime) -> Duration {
    let seconds = later.seconds.abs_diff(earlier.seconds);
    if later.nanoseconds >= earlier.nanoseconds {
        Duration::new(seconds, later.nanoseconds - earlier.nanoseconds)
    } else {
        Duration::new(seconds - 1, later.nanoseconds + NANOSECONDS_PER_SECOND - earlier.nanoseconds)
    }
}

impl fmt::Debug for SystemTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SystemTime").field("tv_sec", &self.seconds).field("tv_nsec", &self.nanoseconds).finish()
    }
}
