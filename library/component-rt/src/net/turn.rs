//! Turns: one direction of a socket serves one operation at a time.
//!
//! Canonical ABI: a stream end has at most one copy in flight, another traps. So an operation *takes* what it works on, and
//! puts it back when it is done; nothing is borrowed while it blocks.

use core::cell::Cell;
use core::ops::{Deref, DerefMut};

use crate::contract;

/// A value that one operation at a time has.
pub(super) struct Turn<T>(Cell<Option<T>>);

impl<T> Turn<T> {
    pub(super) const fn new(value: T) -> Turn<T> {
        Turn(Cell::new(Some(value)))
    }

    /// Takes the value until the guard is dropped.
    pub(super) fn take(&self) -> Taken<'_, T> {
        match self.0.take() {
            Some(value) => Taken { turn: self, value: Some(value) },
            // Only another thread could have it, and a program of one thread has no other.
            None => contract::broken("an operation that holds its turn is not entered again"),
        }
    }
}

/// The value, for one operation.
pub(super) struct Taken<'a, T> {
    turn: &'a Turn<T>,
    /// `Some` until the guard is dropped.
    value: Option<T>,
}

impl<T> Deref for Taken<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        match &self.value {
            Some(value) => value,
            None => contract::broken("a turn ends with its guard"),
        }
    }
}

impl<T> DerefMut for Taken<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        match &mut self.value {
            Some(value) => value,
            None => contract::broken("a turn ends with its guard"),
        }
    }
}

impl<T> Drop for Taken<'_, T> {
    fn drop(&mut self) {
        self.turn.0.set(self.value.take());
    }
}
