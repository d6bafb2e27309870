//! Deadlines: when a wait ends that nothing else has ended.
//!
//! There is no clock in the component model. Whoever has one makes of a point in time what can be waited for beside
//! anything else; here it is only joined to the others ([`crate::block`]). So no program imports a clock that waits for
//! none.

use crate::subtask::Subtask;

/// A point in time at which waiting ends.
pub trait Deadline: Copy {
    /// Begins to wait for it: a call that returns when it is reached, and does nothing else. `None`: it is reached
    /// already.
    fn begin(self) -> Option<Subtask>;
}
