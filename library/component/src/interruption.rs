//! Interruptions: one thread ends the wait of another that uses the same thing.
//!
//! A thread that waits for the host can be woken by nobody but the host. So beside what it waits for it reads a future of its
//! own, which whoever interrupts it writes. That costs a few calls, so it is done only while there is somebody who could
//! ([`crate::block::on_unless`]).

use core::cell::Cell;
use core::ptr;

use crate::abi::builtins;
use crate::contract;
use crate::event::CopyResult;
use crate::waitable::{Handle, Waitable};

/// What one thread at a time may be interrupted by.
#[derive(Default)]
pub struct Interruption {
    /// The writable end of the future that a thread reads while it waits.
    bell: Cell<Option<Handle>>,
}

impl Interruption {
    /// Ends the wait of the thread that waits now; nothing, if none does.
    #[cfg_attr(target_family = "wasm", rustc_nounwind)]
    pub fn interrupt(&self) {
        if let Some(writable) = self.bell.take() {
            contract::holds(write(writable) == CopyResult::Completed, "writing a future that somebody reads completes");
        }
    }

    /// Begins to read a new future.
    #[cfg_attr(target_family = "wasm", rustc_nounwind)]
    pub(crate) fn begin(&self) -> Bell<'_> {
        let ends = builtins::future_new_unit();
        let bell =
            Bell { interruption: self, readable: Handle::new(ends as u32), writable: Handle::new((ends >> 32) as u32) };
        // SAFETY: a unit has no bytes, so nothing is written there.
        let code = unsafe { builtins::future_read_unit(bell.readable.index(), ptr::null_mut()) };
        contract::holds(CopyResult::decode(code).is_none(), "nobody has written the new future");
        contract::holds(self.bell.replace(Some(bell.writable)).is_none(), "one thread at a time waits here");
        bell
    }
}

/// The future that a waiting thread reads.
pub(crate) struct Bell<'a> {
    interruption: &'a Interruption,
    readable: Handle,
    writable: Handle,
}

impl Bell<'_> {
    /// Ends the read, whose event has been delivered or not, and drops both ends.
    #[cfg_attr(target_family = "wasm", rustc_nounwind)]
    pub(crate) fn end(self, delivered: bool) {
        let rung = self.interruption.bell.take().is_none();
        if !delivered {
            // It may have completed meanwhile; then this takes the event.
            builtins::future_cancel_read_unit(self.readable.index());
        }
        builtins::future_drop_readable_unit(self.readable.index());
        if !rung {
            // A writable end may not be dropped before its future is written, or known to have no reader.
            contract::holds(write(self.writable) == CopyResult::Dropped, "a future without reader is not written");
        }
        builtins::future_drop_writable_unit(self.writable.index());
    }
}

impl Waitable for Bell<'_> {
    fn handle(&self) -> Handle {
        self.readable
    }
}

fn write(writable: Handle) -> CopyResult {
    // SAFETY: a unit has no bytes, so nothing is read from there.
    let code = unsafe { builtins::future_write_unit(writable.index(), ptr::null()) };
    match CopyResult::decode(code) {
        Some(result) => result,
        None => contract::broken("a future that is read, or has no reader, is written at once"),
    }
}
