//! Calls in flight: a subtask, and the return area that the host will store into.
//!
//! A call that nobody waits for any more goes on, and whoever comes next waits for the same call: so giving up loses nothing.
//! The return area lives on the heap for as long as the host may store into it.

use core::mem::MaybeUninit;
use core::ptr::NonNull;

use alloc_crate::boxed::Box;

use super::modes::Patience;
use component_rt::assert;
use component_rt::block;
use component_rt::event::{Event, SubtaskState};
use component_rt::subtask::Subtask;
use component_rt::waitable::Waitable;

/// A call that has begun. Dropping it cancels it; a result that it still gave is lost.
pub(super) struct InFlight<R> {
    /// `None` once the call has returned.
    subtask: Option<Subtask>,
    /// From `Box::into_raw`. A raw pointer because the host stores through it while we hold it.
    area: NonNull<MaybeUninit<R>>,
}

impl<R> InFlight<R> {
    /// Begins a call.
    ///
    /// # Safety
    ///
    /// `begin` calls one import with the asynchronous lowering, passes the pointer it is given as the return area, and gives back
    /// the import's answer; the import's result has the layout of `R`. The call points to nothing else.
    pub(super) unsafe fn begin(begin: impl FnOnce(*mut R) -> u32) -> InFlight<R> {
        let area = NonNull::from(Box::leak(Box::new(MaybeUninit::uninit())));
        let (_, subtask) = Subtask::begun(begin(area.as_ptr().cast()));
        InFlight { subtask, area }
    }

    /// The result; or the call itself, when patience ended before it returned.
    pub(super) fn finish(mut self, patience: Patience) -> Result<R, InFlight<R>> {
        while let Some(subtask) = self.subtask.take() {
            match block::within(subtask.handle(), patience) {
                Some(Event::Subtask(handle, state)) if handle == subtask.handle() => match state {
                    SubtaskState::Returned => subtask.resolved(),
                    SubtaskState::Starting | SubtaskState::Started => self.subtask = Some(subtask),
                    _ => assert::broken("a call nobody has cancelled returns"),
                },
                Some(_) => assert::broken("a subtask's event is for that subtask"),
                None => {
                    self.subtask = Some(subtask);
                    return Err(self);
                }
            }
        }
        // SAFETY: the call has returned, so the host has stored the result, and it is read once: `self` ends here, and its
        // drop only frees the area.
        Ok(unsafe { self.area.as_ref().assume_init_read() })
    }
}

impl<R> Drop for InFlight<R> {
    fn drop(&mut self) {
        if let Some(subtask) = self.subtask.take() {
            subtask.cancel();
        }
        // SAFETY: the pointer is from `Box::leak` and freed once; no call is left that could store there: it has returned, or
        // was cancelled just above, which waits until it is resolved.
        drop(unsafe { Box::from_raw(self.area.as_ptr()) });
    }
}
