//! Shutting a direction of a connection down: by whichever thread, and it holds for a thread that waits there, too.

use core::cell::Cell;

use component_rt::interruption::Interruption;

/// Whether a direction of a connection was shut down. By whichever thread, and it holds for a thread that waits there,
/// too.
#[derive(Default)]
pub(super) struct Shutdown {
    closed: Cell<bool>,
    pub(super) interruption: Interruption,
}

impl Shutdown {
    pub(super) fn is_closed(&self) -> bool {
        self.closed.get()
    }

    /// Closes it, and ends the wait of the thread that waits there.
    pub(super) fn close(&self) {
        self.closed.set(true);
        self.interruption.interrupt();
    }
}
