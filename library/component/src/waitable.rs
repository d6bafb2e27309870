//! Waitables: what can be waited for, seen as indices of the instance's handle table.
//!
//! The kinds of waitable are nouns of their own ([`crate::stream`], [`crate::future`], [`crate::subtask`]); here is what
//! they have in common. Handles of resources (descriptors, sockets) are not waitables but live in the same table.

use core::num::NonZeroU32;

use crate::assert;

/// An index into the component instance's handle table; never zero. Canonical ABI: `Table`.
///
/// A plain number with a check: owning types (`ReadableEnd`, `Subtask`, ...) wrap it and drop what it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(transparent)]
pub struct Handle(NonZeroU32);

impl Handle {
    /// Takes an index as the host gives it.
    #[inline]
    pub fn new(index: u32) -> Handle {
        match NonZeroU32::new(index) {
            Some(index) => Handle(index),
            None => assert::broken("a handle is not zero"),
        }
    }

    /// The index, as built-ins and imports take it.
    #[inline]
    pub fn index(self) -> u32 {
        self.0.get()
    }
}

/// What can be waited for in a waitable set.
///
/// A waitable is in at most one set at a time, and a set drops only when it is empty: [`crate::waitable_set::WaitableSet`]
/// hands out a guard for each.
pub trait Waitable {
    /// The waitable's index, for `waitable.join` and to tell whose event came.
    fn handle(&self) -> Handle;
}

impl Waitable for Handle {
    fn handle(&self) -> Handle {
        *self
    }
}
