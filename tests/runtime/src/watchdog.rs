//! The time limit of one run.
//!
//! Here because a guest can be in three states when its time is up: computing (it is interrupted), waiting (its future is dropped), or inside a
//! host call that does not come back, such as the read of a FIFO. For the last one the guest has a host thread of its own, which is left behind.

use crate::component::Command;
use crate::interrupt::{Exposed, Interrupt};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// How long an interrupted guest may take to end before its thread is given up.
pub(crate) const GRACE: Duration = Duration::from_millis(500);

/// How often in that time it is tried to interrupt one that is found outside of its own code.
pub(crate) const TICK: Duration = Duration::from_micros(500);

/// Tells a run that its time is up.
#[derive(Clone, Default)]
pub(crate) struct Deadline(Arc<State>);

#[derive(Default)]
struct State {
    passed: AtomicBool,
    notify: Notify,
    interrupt: Arc<Interrupt>,
}

impl Deadline {
    /// Tells the run: it ends where it waits. One that computes is interrupted; again and again if it is found inside the host.
    pub(crate) fn expire(&self, command: &Command) {
        if !self.0.passed.swap(true, Ordering::AcqRel) {
            self.0.notify.notify_one();
        }
        if let Some(aim) = command.aim() {
            self.0.interrupt.strike(aim);
        }
    }

    /// Lets the guest that this thread is about to run be interrupted, until the result is dropped.
    pub(crate) fn expose(&self) -> Exposed {
        self.0.interrupt.expose()
    }

    /// Did the guest end because its time was up while it computed?
    pub(crate) fn has_interrupted(&self) -> bool {
        self.0.interrupt.has_hit()
    }

    /// Waits until the time is up; for ever if there is no limit.
    pub(crate) async fn pass(&self) {
        self.0.notify.notified().await;
    }
}

/// How a guarded run ended.
pub(crate) enum Guarded<T> {
    /// It returned, in time or interrupted.
    Returned(T),
    /// It was given up.
    GivenUp,
    /// It panicked; the message went to stderr.
    Panicked,
}

/// Calls `run` on a thread of its own, and interrupts it after `limit`. `Err`: no thread to be had.
pub(crate) fn guard<T: Send + 'static>(
    limit: Duration,
    command: &Command,
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
    while matches!(result, Err(RecvTimeoutError::Timeout)) && expired.elapsed() < GRACE {
        deadline.expire(command);
        result = receiver.recv_timeout(TICK);
    }
    Ok(match result {
        Ok(value) => Guarded::Returned(value),
        Err(RecvTimeoutError::Timeout) => Guarded::GivenUp,
        Err(RecvTimeoutError::Disconnected) => Guarded::Panicked,
    })
}
