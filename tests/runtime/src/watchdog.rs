//! The time limit of one run.
//!
//! Here because a guest can be in three states when its time is up: computing (the engine's epoch interrupts it), waiting (its future is
//! dropped), or inside a host call that does not come back, such as the read of a FIFO. For the last one the guest has a host thread of its
//! own, which is left behind.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;
use tokio::sync::Notify;
use wasmtime::Engine;

/// How long an interrupted guest may take to end before its thread is given up.
pub(crate) const GRACE: Duration = Duration::from_millis(500);

/// Tells a run that its time is up.
#[derive(Clone, Default)]
pub(crate) struct Deadline(Arc<State>);

#[derive(Default)]
struct State {
    passed: AtomicBool,
    notify: Notify,
}

impl Deadline {
    /// Is the time up?
    pub(crate) fn has_passed(&self) -> bool {
        self.0.passed.load(Ordering::Acquire)
    }

    /// Tells the run: it ends where it waits, and with the engine's next epoch where it computes.
    pub(crate) fn expire(&self, engine: &Engine) {
        self.0.passed.store(true, Ordering::Release);
        self.0.notify.notify_one();
        engine.increment_epoch();
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
    engine: &Engine,
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
    if matches!(result, Err(RecvTimeoutError::Timeout)) {
        deadline.expire(engine);
        result = receiver.recv_timeout(GRACE);
    }
    Ok(match result {
        Ok(value) => Guarded::Returned(value),
        Err(RecvTimeoutError::Timeout) => Guarded::GivenUp,
        Err(RecvTimeoutError::Disconnected) => Guarded::Panicked,
    })
}
