//! Calls in flight: a subtask, its arguments in memory, and the return area that the host will store into.
//!
//! A call that nobody waits for any more goes on, and whoever comes next waits for the same call: so giving up loses nothing.
//! What the host reads and where it stores live on the heap for as long as it may.

use core::mem::MaybeUninit;
use core::ptr::NonNull;
use core::task::{Context, Poll, ready};

use alloc_crate::boxed::Box;

use crate::assert;
use crate::block;
use crate::event::{Event, SubtaskState};
use crate::interest::Interest;
use crate::patience::Patience;
use crate::subtask::Subtask;
use crate::waitable::Waitable;

/// A call that has begun. Dropping it cancels it; a result that it still gave is lost.
pub struct InFlight<R, A = ()> {
    /// `None` once the call has returned.
    subtask: Option<Subtask>,
    interest: Interest,
    /// From `Box::leak`. A raw pointer because the host reads and stores through it while we hold it.
    memory: NonNull<Memory<R, A>>,
}

struct Memory<R, A> {
    result: MaybeUninit<R>,
    arguments: A,
}

impl<R, A> InFlight<R, A> {
    /// Begins a call.
    ///
    /// # Safety
    ///
    /// `begin` calls one import with the asynchronous lowering, passes the pointers it is given as the return area and, if it wants one, as the
    /// arguments in memory, and gives back the import's answer; the import's result has the layout of `R`. The call points to nothing else than
    /// those and what the arguments own.
    pub unsafe fn begin(arguments: A, begin: impl FnOnce(*const A, *mut R) -> u32) -> InFlight<R, A> {
        let memory = NonNull::from(Box::leak(Box::new(Memory { result: MaybeUninit::uninit(), arguments })));
        // SAFETY: both lie in the allocation.
        let (arguments, result) =
            unsafe { (&raw const (*memory.as_ptr()).arguments, (&raw mut (*memory.as_ptr()).result).cast()) };
        let (_, subtask) = Subtask::begun(begin(arguments, result));
        InFlight { subtask, interest: Interest::new(), memory }
    }

    /// The result; or the call itself, when patience ended before it returned.
    pub fn finish(mut self, patience: impl Patience) -> Result<R, InFlight<R, A>> {
        if let Some(payload) = self.interest.withdraw() {
            self.moved(SubtaskState::decode(payload));
        }
        while let Some(subtask) = &self.subtask {
            // Not `patience.wait`, which leaves it to the caller's cancelling to look for an event that is there.
            match block::within(subtask.handle(), patience) {
                Some(Event::Subtask(handle, state)) if handle == subtask.handle() => self.moved(state),
                Some(_) => assert::broken("a subtask's event is for that subtask"),
                None => return Err(self),
            }
        }
        Ok(self.result())
    }

    /// Waits in an executor until the call has returned: then [`InFlight::finish`] does not wait.
    pub fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        while let Some(subtask) = &self.subtask {
            let payload = ready!(self.interest.poll(subtask.handle(), context));
            self.moved(SubtaskState::decode(payload));
        }
        Poll::Ready(())
    }

    /// The result of a call that has returned. `Err`: it has not.
    pub fn returned(self) -> Result<R, InFlight<R, A>> {
        if self.subtask.is_some() { Err(self) } else { Ok(self.result()) }
    }

    /// Asks the callee to stop; the result, if it has returned all the same.
    pub fn cancel(mut self) -> Option<R> {
        self.end().then(|| self.result())
    }

    fn moved(&mut self, state: SubtaskState) {
        match state {
            SubtaskState::Returned => {
                if let Some(subtask) = self.subtask.take() {
                    subtask.resolved();
                }
            }
            SubtaskState::Starting | SubtaskState::Started => {}
            _ => assert::broken("a call nobody has cancelled returns"),
        }
    }

    /// Ends the call. Whether it has returned.
    fn end(&mut self) -> bool {
        if let Some(payload) = self.interest.withdraw() {
            self.moved(SubtaskState::decode(payload));
        }
        self.subtask.take().is_none_or(|subtask| subtask.cancel() == SubtaskState::Returned)
    }

    /// The call has returned.
    fn result(self) -> R {
        // SAFETY: so the host has stored the result, and it is read once: `self` ends here, and its drop only frees the memory.
        unsafe { self.memory.as_ref().result.assume_init_read() }
    }
}

impl<R, A> Drop for InFlight<R, A> {
    fn drop(&mut self) {
        self.end();
        // SAFETY: the pointer is from `Box::leak` and freed once; no call is left that could use it: it has returned, or was cancelled just
        // above, which waits until it is resolved.
        drop(unsafe { Box::from_raw(self.memory.as_ptr()) });
    }
}
