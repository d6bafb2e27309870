//! The web: what a page or a script gives to every program that asks for it, by imports of its world (library/web).

use component_rt::executor::timers::Clock;
use web_rt::time::Mark;
use web_rt::{console, env, exit as ending, random, time};

use crate::ffi::OsString;
use crate::io;
use crate::time::Duration;

/// Whether what is written to standard error reaches anybody.
pub(crate) const HAS_OUTPUT: bool = true;

pub(crate) macro unsupported_message() {
    "the web has no such thing"
}

/// The page's clock begins with the page, and programs do ask for the instant an hour ago: std's began a century before.
const BEFORE: Duration = Duration::from_secs(1 << 32);

/// The page's clock, for who waits in an executor.
pub(crate) static CLOCK: &Clock = &time::CLOCK;

/// The nearest mark of the page's clock.
pub(crate) fn mark(instant: Duration) -> Mark {
    Mark(u64::try_from(instant.saturating_sub(BEFORE).as_nanos()).unwrap_or(u64::MAX))
}

pub(in super::super) fn args() -> Vec<OsString> {
    env::args().into_iter().map(OsString::from).collect()
}

pub(in super::super) fn write_stdout(text: &[u8]) -> io::Result<usize> {
    console::write_stdout(text);
    Ok(text.len())
}

pub(in super::super) fn write_stderr(text: &[u8]) -> io::Result<usize> {
    console::write_stderr(text);
    Ok(text.len())
}

pub(in super::super) fn monotonic_now() -> Duration {
    BEFORE + Duration::from_nanos(time::monotonic_now())
}

pub(in super::super) fn system_now() -> Duration {
    Duration::from_nanos(time::system_now())
}

pub(in super::super) fn sleep_until(deadline: Duration, _now: &dyn Fn() -> Duration) {
    time::sleep_until(mark(deadline));
}

pub(in super::super) fn fill_random(buffer: &mut [u8]) -> bool {
    random::fill(buffer);
    true
}

pub(in super::super) fn exit(code: i32) {
    ending::exit(code)
}
