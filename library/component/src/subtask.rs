//! Subtasks: calls of asynchronous imports that have not returned yet. Canonical ABI: `Subtask`.
//!
//! Here what they are; who waits for one is in [`crate::call`] and [`crate::block`].

use crate::abi::builtins;
use crate::assert;
use crate::event::SubtaskState;
use crate::waitable::{Handle, Waitable};

/// A call on its way. Dropping it cancels it.
#[derive(Debug)]
pub struct Subtask(Handle);

impl Subtask {
    /// Decodes what a call with the asynchronous lowering gives at once: the state it is in, and the subtask unless that
    /// state is [`SubtaskState::Returned`]. Canonical ABI: `canon lower`, `async`.
    #[cfg_attr(target_family = "wasm", rustc_nounwind)]
    pub fn begun(code: u32) -> (SubtaskState, Option<Subtask>) {
        let state = SubtaskState::decode(code & 0xf);
        match state {
            SubtaskState::Returned => {
                assert::holds(code >> 4 == 0, "a call that has returned has no subtask");
                (state, None)
            }
            SubtaskState::Starting | SubtaskState::Started => (state, Some(Subtask(Handle::new(code >> 4)))),
            _ => assert::broken("a call nobody has cancelled is starting, started or returned"),
        }
    }

    /// Asks the callee to stop and waits until it has: it may have returned all the same. Canonical ABI: `subtask.cancel`.
    #[cfg_attr(target_family = "wasm", rustc_nounwind)]
    pub fn cancel(self) -> SubtaskState {
        let state = SubtaskState::decode(builtins::subtask_cancel(self.0.index()));
        assert::holds(state.is_resolved(), "subtask.cancel with the synchronous lowering resolves the subtask");
        self.resolved();
        state
    }

    /// Drops the subtask after its last event. Canonical ABI: `subtask.drop`.
    #[cfg_attr(target_family = "wasm", rustc_nounwind)]
    pub fn resolved(self) {
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
