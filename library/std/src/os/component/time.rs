//! Sleeping.

use crate::error::Error;
use crate::fmt;
use crate::future::{Future, poll_fn};
use crate::pin::{Pin, pin};
use crate::task::{Context, Poll};
use crate::time::{Duration, Instant};

/// Ready after `duration`, counted from this call.
///
/// All who sleep in an executor share one call of the host's clock.
#[stable(feature = "component_async", since = "1.96.0")]
pub fn sleep(duration: Duration) -> Sleep {
    Sleep(clock::after(duration))
}

/// Ready when it is `deadline`.
#[stable(feature = "component_async", since = "1.96.0")]
pub fn sleep_until(deadline: Instant) -> Sleep {
    Sleep(clock::at(deadline))
}

/// The value of `future`, if it has it before `duration` is over, counted from the first poll. Else `future` is dropped where it stands.
///
/// # Errors
///
/// [`TimedOut`]. A future that is ready in the same poll in which the time is over has its value.
#[stable(feature = "component_async", since = "1.96.0")]
pub async fn timeout<F: Future>(duration: Duration, future: F) -> Result<F::Output, TimedOut> {
    let mut future = pin!(future);
    let mut over = sleep(duration);
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(value) => Poll::Ready(Ok(value)),
        Poll::Pending => pin!(&mut over).poll(context).map(|()| Err(TimedOut(()))),
    })
    .await
}

/// What [`sleep`] and [`sleep_until`] give.
#[stable(feature = "component_async", since = "1.96.0")]
#[must_use = "futures do nothing unless they are awaited"]
pub struct Sleep(clock::Sleep);

#[stable(feature = "component_async", since = "1.96.0")]
impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        pin!(&mut self.0).poll(context)
    }
}

#[stable(feature = "component_async", since = "1.96.0")]
impl fmt::Debug for Sleep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sleep").finish_non_exhaustive()
    }
}

/// The time was over first.
#[stable(feature = "component_async", since = "1.96.0")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimedOut(());

#[stable(feature = "component_async", since = "1.96.0")]
impl fmt::Display for TimedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the time is over")
    }
}

#[stable(feature = "component_async", since = "1.96.0")]
impl Error for TimedOut {}

/// The monotonic clock of WASI.
#[cfg(all(target_os = "wasi", target_env = "p3"))]
mod clock {
    pub(super) use component_rt::executor::timers::Sleep;
    use component_rt::executor::timers::sleep_until;
    use wasi_rt::time::{CLOCK, monotonic_now};

    use crate::time::{Duration, Instant};

    pub(super) fn after(duration: Duration) -> Sleep {
        // The clock's range is 584 years.
        let duration = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        sleep_until(&CLOCK, monotonic_now().saturating_add(duration))
    }

    pub(super) fn at(deadline: Instant) -> Sleep {
        sleep_until(&CLOCK, deadline.into_inner().mark().0)
    }
}

/// The clock of the page.
#[cfg(target_os = "web")]
mod clock {
    pub(super) use component_rt::executor::timers::Sleep;
    use component_rt::executor::timers::sleep_until;

    use crate::os::component::platform::{CLOCK, mark, monotonic_now};
    use crate::time::{Duration, Instant};

    pub(super) fn after(duration: Duration) -> Sleep {
        sleep_until(CLOCK, mark(monotonic_now().saturating_add(duration)).0)
    }

    pub(super) fn at(deadline: Instant) -> Sleep {
        sleep_until(CLOCK, mark(deadline.into_inner().since_start()).0)
    }
}

/// The clock of the program's host, which knows blocking only: a thread sleeps.
#[cfg(all(target_env = "component", target_os = "none"))]
mod clock {
    use crate::future::Future;
    use crate::os::component::{JoinHandle, spawn_blocking};
    use crate::pin::{Pin, pin};
    use crate::task::{Context, Poll};
    use crate::thread;
    use crate::time::{Duration, Instant};

    pub(super) struct Sleep {
        deadline: Instant,
        thread: Option<JoinHandle<()>>,
    }

    pub(super) fn after(duration: Duration) -> Sleep {
        let now = Instant::now();
        // Where `Instant` ends, so does sleeping: centuries from now.
        at(now.checked_add(duration).unwrap_or(now + Duration::from_secs(u64::from(u32::MAX))))
    }

    pub(super) fn at(deadline: Instant) -> Sleep {
        Sleep { deadline, thread: None }
    }

    impl Future for Sleep {
        type Output = ();

        fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
            if Instant::now() >= self.deadline {
                return Poll::Ready(());
            }
            let deadline = self.deadline;
            let thread = self.thread.get_or_insert_with(|| {
                spawn_blocking(move || thread::sleep(deadline.saturating_duration_since(Instant::now())))
            });
            pin!(thread).poll(context).map(drop)
        }
    }
}
