//! Subtasks: calls of asynchronous imports that have not returned yet. Canonical ABI: `Subtask`.
//!
//! Used only where a call needs a timeout; every other asynchronous function is imported with the synchronous lowering,
//! which is cheaper and needs none of this.

use core::mem::MaybeUninit;

use crate::abi::{builtins, clocks};
use crate::block;
use crate::contract;
use crate::event::{Event, SubtaskState};
use crate::time::Mark;
use crate::waitable::{Handle, Waitable};

/// A call on its way. Dropping it cancels it.
#[derive(Debug)]
pub struct Subtask(Handle);

impl Subtask {
    /// Decodes what a call with the asynchronous lowering gives at once: the state it is in, and the subtask unless that
    /// state is [`SubtaskState::Returned`]. Canonical ABI: `canon lower`, `async`.
    pub(crate) fn begun(code: u32) -> (SubtaskState, Option<Subtask>) {
        let state = SubtaskState::decode(code & 0xf);
        match state {
            SubtaskState::Returned => {
                contract::holds(code >> 4 == 0, "a call that has returned has no subtask");
                (state, None)
            }
            SubtaskState::Starting | SubtaskState::Started => (state, Some(Subtask(Handle::new(code >> 4)))),
            _ => contract::broken("a call nobody has cancelled is starting, started or returned"),
        }
    }

    /// Asks the callee to stop and waits until it has: it may have returned all the same. Canonical ABI: `subtask.cancel`.
    pub fn cancel(self) -> SubtaskState {
        let state = SubtaskState::decode(builtins::subtask_cancel(self.0.index()));
        contract::holds(state.is_resolved(), "subtask.cancel with the synchronous lowering resolves the subtask");
        self.resolved();
        state
    }

    /// Drops the subtask after its last event. Canonical ABI: `subtask.drop`.
    pub(crate) fn resolved(self) {
        builtins::subtask_drop(self.0.index());
        core::mem::forget(self);
    }
}

impl Waitable for Subtask {
    fn handle(&self) -> Handle {
        self.0
    }
}

impl Drop for Subtask {
    fn drop(&mut self) {
        // The instance lets go of a subtask only when it is resolved.
        Subtask(self.0).cancel();
    }
}

/// Begins a wait of the monotonic clock for `deadline`; `None` when the deadline is reached already.
pub(crate) fn clock(deadline: Mark) -> Option<Subtask> {
    Subtask::begun(clocks::monotonic_clock::wait_until_async(deadline.0)).1
}

/// Makes the call that `begin` begins and waits until it has returned or the monotonic clock has reached `deadline`. `None`:
/// it was cancelled in time and has no result. A call that returned although it was being cancelled has its result.
///
/// # Safety
///
/// `begin` calls one import with the asynchronous lowering, passes the pointer it is given as the return area, and gives back
/// the import's answer; the import's result has the layout of `R`. What else the call points to (arguments in memory) stays
/// valid until this function returns.
pub unsafe fn call_until<R>(deadline: Mark, begin: impl FnOnce(*mut R) -> u32) -> Option<R> {
    let mut area = MaybeUninit::<R>::uninit();
    let (_, subtask) = Subtask::begun(begin(area.as_mut_ptr()));
    if let Some(subtask) = subtask {
        // Every event moves the subtask on; only the last one resolves it.
        let state = loop {
            match block::on_until(&subtask, deadline) {
                Some(Event::Subtask(handle, state)) if handle == subtask.handle() => {
                    if state.is_resolved() {
                        subtask.resolved();
                        break state;
                    }
                }
                Some(_) => contract::broken("a subtask's event is for that subtask"),
                None => break subtask.cancel(),
            }
        };
        if state != SubtaskState::Returned {
            return None;
        }
    }
    // SAFETY: the subtask has returned: the host has stored the result, whose layout is `R`'s by the caller's promise.
    Some(unsafe { area.assume_init() })
}
