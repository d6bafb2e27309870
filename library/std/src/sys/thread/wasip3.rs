//! The clock side of threads: sleeping, and how many run at once.

use crate::io;
use crate::num::NonZero;
use crate::time::{Duration, Instant};

/// One: threads of a component instance take turns.
pub fn available_parallelism() -> io::Result<NonZero<usize>> {
    Ok(NonZero::<usize>::MIN)
}

pub fn sleep(duration: Duration) {
    // The clock's range is 584 years.
    component_rt::time::sleep(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX));
}

pub fn sleep_until(deadline: Instant) {
    component_rt::time::sleep_until(deadline.into_inner().mark());
}
