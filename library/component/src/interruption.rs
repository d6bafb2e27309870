//! Interruptions: one thread ends the wait of another that uses the same thing.
//!
//! It costs a future and a few calls of the host, so it is done only while there is somebody who could
//! ([`Unless`](crate::patience::Unless)).

use core::cell::Cell;

use crate::assert;
use crate::unit_future::{self, Reader, Writer};

/// What one thread at a time may be interrupted by.
#[derive(Default)]
pub struct Interruption {
    /// Wakes the thread that waits now, if one does.
    waiting: Cell<Option<Writer>>,
}

impl Interruption {
    /// Ends the wait of the thread that waits now; nothing, if none does.
    #[cfg_attr(target_family = "wasm", rustc_nounwind)]
    pub fn interrupt(&self) {
        if let Some(writer) = self.waiting.take() {
            writer.complete();
        }
    }

    /// Begins a wait: what is to be waited for beside everything else, and what it is ended with.
    pub(crate) fn begin(&self) -> (Reader, Writer) {
        let (reader, writer) = unit_future::pair();
        assert::holds(self.waiting.replace(Some(writer)).is_none(), "one thread at a time waits here");
        (reader, writer)
    }

    /// Ends it.
    pub(crate) fn end(&self, reader: Reader, writer: Writer, delivered: bool) {
        let interrupted = self.waiting.take().is_none();
        reader.end(delivered, writer, interrupted);
    }
}
