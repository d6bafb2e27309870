//! Calls with a deadline: asynchronous imports that are cancelled when they take too long.
//!
//! Used only where a call needs a timeout; every other asynchronous function is imported with the synchronous lowering,
//! which is cheaper and needs none of this.

use core::mem::MaybeUninit;

use crate::assert;
use crate::block;
use crate::deadline::Deadline;
use crate::event::{Event, SubtaskState};
use crate::patience::Until;
use crate::subtask::Subtask;
use crate::waitable::Waitable;

/// Makes the call that `begin` begins and waits until it has returned or `deadline` is reached. `None`: it was
/// cancelled in time and has no result. A call that returned although it was being cancelled has its result.
///
/// # Safety
///
/// `begin` calls one import with the asynchronous lowering, passes the pointer it is given as the return area, and
/// gives back the import's answer; the import's result has the layout of `R`. What else the call points to (arguments
/// in memory) stays valid until this function returns.
pub unsafe fn until<R>(deadline: impl Deadline, begin: impl FnOnce(*mut R) -> u32) -> Option<R> {
    let mut area = MaybeUninit::<R>::uninit();
    let (_, subtask) = Subtask::begun(begin(area.as_mut_ptr()));
    if let Some(subtask) = subtask {
        // Every event moves the subtask on; only the last one resolves it.
        let state = loop {
            match block::within(subtask.handle(), Until(deadline)) {
                Some(Event::Subtask(handle, state)) if handle == subtask.handle() => {
                    if state.is_resolved() {
                        subtask.resolved();
                        break state;
                    }
                }
                Some(_) => assert::broken("a subtask's event is for that subtask"),
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
