//! The time limit of one run.
//!
//! Here because a guest can be in three states when its time is up: computing (it is interrupted), waiting (its future
//! is dropped), or inside a host call that does not come back, such as the read of a FIFO. For the last one the guest
//! has a host thread of its own, which is left behind.

use crate::component::Command;
use crate::computing::Thread;
use crate::host::Host;
use crate::interrupt::{Interrupt, mechanism};
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::{Duration, Instant};
use tokio::sync::Notify;
use wasmtime::Store;

/// How long an interrupted guest may take to end before its thread is given up.
const GRACE: Duration = Duration::from_millis(500);

/// How long the report of a guest may take that has ended, when its time is up meanwhile. Each part of it has an end of
/// its own.
const REPORT: Duration = Duration::from_secs(60);

/// How often in that time it is tried to interrupt one that is found outside of its own code.
const TICK: Duration = Duration::from_micros(500);

/// Tells a run that its time is up.
#[derive(Clone)]
pub(crate) struct Deadline(Arc<State>);

struct State {
    passed: AtomicBool,
    ended: AtomicBool,
    notify: Notify,
    interrupt: Arc<dyn Interrupt>,
    /// The thread that runs the guest now.
    thread: Mutex<Option<Thread>>,
}

impl Default for Deadline {
    fn default() -> Self {
        Self(Arc::new(State {
            passed: AtomicBool::new(false),
            ended: AtomicBool::new(false),
            notify: Notify::new(),
            interrupt: mechanism().interrupt(),
            thread: Mutex::new(None),
        }))
    }
}

/// This thread can be interrupted in its guest.
pub(crate) struct Entered(Deadline);

impl Drop for Entered {
    fn drop(&mut self) {
        self.0.set_thread(None);
        self.0.0.interrupt.end();
    }
}

impl Deadline {
    /// Tells the run: it ends where it waits. One that computes is interrupted in the code of `command`; again and again
    /// if it is found inside the host.
    pub(crate) fn expire(&self, command: Option<&Command>) {
        if !self.0.passed.swap(true, Ordering::AcqRel) {
            self.0.notify.notify_one();
        }
        if let Some(command) = command {
            self.0.interrupt.request(command);
        }
    }

    /// Lets the guest in this store, which this thread is about to run, be interrupted, until the result is dropped.
    pub(crate) fn enter(&self, store: Option<&mut Store<Host>>) -> Entered {
        if let Some(store) = store {
            Arc::clone(&self.0.interrupt).prepare(store);
        }
        Arc::clone(&self.0.interrupt).begin();
        self.set_thread(Some(Thread::this()));
        Entered(self.clone())
    }

    fn set_thread(&self, thread: Option<Thread>) {
        *self.0.thread.lock().unwrap_or_else(PoisonError::into_inner) = thread;
    }

    /// Did the guest end because its time was up while it computed?
    pub(crate) fn has_interrupted(&self) -> bool {
        self.0.interrupt.has_hit()
    }

    /// Does the work, unless the time is up before it is done.
    pub(crate) async fn before<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let (mut work, mut passed) = (pin!(work), pin!(self.0.notify.notified()));
        poll_fn(|cx| match work.as_mut().poll(cx) {
            Poll::Ready(result) => Poll::Ready(Some(result)),
            Poll::Pending => passed.as_mut().poll(cx).map(|()| None),
        })
        .await
    }

    /// The guest has ended: what comes now is the report.
    pub(crate) fn end(&self) {
        self.0.ended.store(true, Ordering::Release);
    }

    /// How long to wait for the run when its time is up, and how often to tell it again meanwhile.
    pub(crate) fn grace(&self) -> (Duration, Duration) {
        if self.0.ended.load(Ordering::Acquire) { (REPORT, GRACE) } else { (GRACE, TICK) }
    }

    /// Does the guest's thread compute? If it does not end all the same, it is in a call of the host.
    pub(crate) fn is_computing(&self) -> bool {
        Thread::computes(|| *self.0.thread.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// How a guarded run ended.
pub(crate) enum Guarded<T> {
    /// It returned, in time or interrupted.
    Returned(T),
    /// It was given up.
    GivenUp {
        /// Whether its thread computes. If not, it waits.
        computes: bool,
    },
    /// It panicked; the message went to stderr.
    Panicked,
}

/// Calls `run` on a thread of its own, and interrupts it after `limit`. `Err`: no thread to be had.
pub(crate) fn guard<T: Send + 'static>(
    limit: Duration,
    command: Option<&Command>,
    run: impl FnOnce(Deadline) -> T + Send + 'static,
) -> std::io::Result<Guarded<T>> {
    let deadline = Deadline::default();
    let (sender, receiver) = channel();
    let given = deadline.clone();
    std::thread::Builder::new().name("guest".to_owned()).spawn(move || {
        // Nobody listens any more once the run was given up.
        let _ = sender.send(run(given));
    })?;
    let mut result = receiver.recv_timeout(limit);
    let expired = Instant::now();
    while matches!(result, Err(RecvTimeoutError::Timeout)) {
        let (grace, tick) = deadline.grace();
        if expired.elapsed() >= grace {
            return Ok(Guarded::GivenUp { computes: deadline.is_computing() });
        }
        deadline.expire(command);
        result = receiver.recv_timeout(tick);
    }
    Ok(match result {
        Ok(value) => Guarded::Returned(value),
        Err(_) => Guarded::Panicked,
    })
}

#[cfg(test)]
mod tests {
    use super::{Deadline, GRACE, Guarded, guard};
    use std::time::Duration;

    const SHORT: Duration = Duration::from_millis(20);

    #[test]
    fn a_report_that_takes_longer_than_the_time_limit_is_waited_for() {
        let report = |deadline: Deadline| {
            deadline.end();
            std::thread::sleep(SHORT + 2 * GRACE);
        };
        assert!(matches!(guard(SHORT, None, report), Ok(Guarded::Returned(()))));
    }

    #[test]
    fn one_that_does_not_come_back_is_left_behind_and_whether_it_computes_is_told() {
        let sleep = |deadline: Deadline| {
            let _entered = deadline.enter(None);
            std::thread::sleep(SHORT + 4 * GRACE);
        };
        assert!(matches!(guard(SHORT, None, sleep), Ok(Guarded::GivenUp { computes: false })));
        let compute = |deadline: Deadline| {
            let _entered = deadline.enter(None);
            let begin = std::time::Instant::now();
            while begin.elapsed() < SHORT + 4 * GRACE {}
        };
        let computes = cfg!(target_os = "linux");
        assert!(matches!(guard(SHORT, None, compute), Ok(Guarded::GivenUp { computes: told }) if told == computes));
    }
}
