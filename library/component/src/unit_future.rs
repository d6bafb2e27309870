//! Futures of nothing, by which one thread of the instance wakes another that waits for the host.
//!
//! A thread that waits for the host can be woken by nobody but the host. So beside what it waits for it reads such a
//! future, and whoever wakes it writes that. Both ends are ours.

use core::ptr;

use crate::abi::builtins;
use crate::assert;
use crate::event::CopyResult;
use crate::waitable::{Handle, Waitable};

/// The end of who waits. The read has begun.
pub(crate) struct Reader(Handle);

/// The end of who wakes.
#[derive(Clone, Copy)]
pub(crate) struct Writer(Handle);

/// Makes a future and begins to read it.
#[cfg_attr(target_family = "wasm", rustc_nounwind)]
pub(crate) fn pair() -> (Reader, Writer) {
    let ends = builtins::future_new_unit();
    let (reader, writer) = (Reader(Handle::new(ends as u32)), Writer(Handle::new((ends >> 32) as u32)));
    // SAFETY: a unit has no bytes, so nothing is written there.
    let code = unsafe { builtins::future_read_unit(reader.0.index(), ptr::null_mut()) };
    assert::holds(CopyResult::decode(code).is_none(), "nobody has written the new future");
    (reader, writer)
}

impl Writer {
    /// Wakes who waits.
    #[cfg_attr(target_family = "wasm", rustc_nounwind)]
    pub(crate) fn complete(self) {
        assert::holds(self.write() == CopyResult::Completed, "writing a future that somebody reads completes");
    }

    fn write(self) -> CopyResult {
        // SAFETY: a unit has no bytes, so nothing is read from there.
        let code = unsafe { builtins::future_write_unit(self.0.index(), ptr::null()) };
        match CopyResult::decode(code) {
            Some(result) => result,
            None => assert::broken("a future that is read, or has no reader, is written at once"),
        }
    }
}

impl Reader {
    /// Ends the read, whose event was delivered or not, and drops both ends. `completed`: `writer` has woken this
    /// thread.
    #[cfg_attr(target_family = "wasm", rustc_nounwind)]
    pub(crate) fn end(self, delivered: bool, writer: Writer, completed: bool) {
        if !delivered {
            // It may have completed meanwhile; then this takes the event.
            builtins::future_cancel_read_unit(self.0.index());
        }
        builtins::future_drop_readable_unit(self.0.index());
        if !completed {
            // A writable end may not be dropped before its future is written, or known to have no reader.
            assert::holds(writer.write() == CopyResult::Dropped, "a future without reader is not written");
        }
        builtins::future_drop_writable_unit(writer.0.index());
    }
}

impl Waitable for Reader {
    fn handle(&self) -> Handle {
        self.0
    }
}
