//! How long the operations of a socket may wait. All descriptors of a socket share this, as they do on Unix.

use core::cell::Cell;
use core::sync::atomic::AtomicU32;
use core::time::Duration;

use crate::time::Mark;
use component_rt::event::Event;
use component_rt::patience::{self, Forever, Never, Until};
use component_rt::waitable::Handle;
use component_rt::waitable_set::WaitableSet;

/// A socket's modes, as it begins: it blocks, and has no timeouts.
#[derive(Debug, Default)]
pub struct Modes {
    nonblocking: Cell<bool>,
    read_timeout: Cell<Option<Duration>>,
    write_timeout: Cell<Option<Duration>>,
}

/// How long one operation may wait.
#[derive(Clone, Copy, Debug)]
pub(super) enum Patience {
    /// Until it is done.
    Endless,
    /// Until the monotonic clock reaches a mark; then the answer is `AGAIN`.
    Until(Mark),
    /// Not at all: the answer is `AGAIN` at once.
    None,
}

impl patience::Patience for Patience {
    fn wait_in(self, set: &WaitableSet) -> Option<Event> {
        match self {
            Patience::Endless => Forever.wait_in(set),
            Patience::Until(deadline) => Until(deadline).wait_in(set),
            Patience::None => Never.wait_in(set),
        }
    }

    #[inline]
    fn wait(self, waitable: Handle) -> Option<Event> {
        match self {
            Patience::Endless => Forever.wait(waitable),
            Patience::Until(deadline) => Until(deadline).wait(waitable),
            Patience::None => Never.wait(waitable),
        }
    }

    fn wait_on(self, word: &AtomicU32, expected: u32) -> bool {
        match self {
            Patience::Endless => Forever.wait_on(word, expected),
            Patience::Until(deadline) => Until(deadline).wait_on(word, expected),
            Patience::None => Never.wait_on(word, expected),
        }
    }
}

impl Modes {
    /// Whether operations answer `AGAIN` instead of waiting.
    pub fn set_nonblocking(&self, nonblocking: bool) {
        self.nonblocking.set(nonblocking);
    }

    /// Whether they do.
    pub fn is_nonblocking(&self) -> bool {
        self.nonblocking.get()
    }

    /// How long a read waits before it answers `AGAIN`; for ever when `None`. Not zero.
    pub fn set_read_timeout(&self, timeout: Option<Duration>) {
        self.read_timeout.set(timeout);
    }

    /// What [`Modes::set_read_timeout`] has set.
    pub fn read_timeout(&self) -> Option<Duration> {
        self.read_timeout.get()
    }

    /// How long a write waits before it answers `AGAIN`; for ever when `None`. Not zero.
    pub fn set_write_timeout(&self, timeout: Option<Duration>) {
        self.write_timeout.set(timeout);
    }

    /// What [`Modes::set_write_timeout`] has set.
    pub fn write_timeout(&self) -> Option<Duration> {
        self.write_timeout.get()
    }

    /// Has these be as `others` are.
    pub(super) fn copy(&self, others: &Modes) {
        self.nonblocking.set(others.nonblocking.get());
        self.read_timeout.set(others.read_timeout.get());
        self.write_timeout.set(others.write_timeout.get());
    }

    /// For a read that begins now.
    pub(super) fn for_read(&self) -> Patience {
        self.patience(self.read_timeout.get())
    }

    /// For a write that begins now.
    pub(super) fn for_write(&self) -> Patience {
        self.patience(self.write_timeout.get())
    }

    fn patience(&self, timeout: Option<Duration>) -> Patience {
        match timeout {
            _ if self.nonblocking.get() => Patience::None,
            None => Patience::Endless,
            Some(timeout) => Patience::Until(mark_after(timeout)),
        }
    }
}

/// The mark when `timeout`, begun now, is over.
pub(super) fn mark_after(timeout: Duration) -> Mark {
    Mark::after(u64::try_from(timeout.as_nanos()).unwrap_or(u64::MAX))
}
