//! Turns: one direction of a socket serves one operation at a time.
//!
//! Canonical ABI: a stream end has at most one copy in flight, another traps. So an operation *takes* what it works on, and
//! puts it back when it is done; nothing is borrowed while it blocks.

use core::cell::Cell;
use core::ops::{Deref, DerefMut};
use core::sync::atomic::AtomicU32;

use super::modes::Patience;
use component_rt::{contract, futex};

/// A value that one operation at a time has.
pub(super) struct Turn<T> {
    value: Cell<Option<T>>,
    /// [`FREE`] or [`TAKEN`]: what threads wait for that want the value.
    word: AtomicU32,
    waiting: Cell<usize>,
}

const FREE: u32 = 0;
const TAKEN: u32 = 1;

impl<T> Turn<T> {
    pub(super) const fn new(value: T) -> Turn<T> {
        Turn { value: Cell::new(Some(value)), word: AtomicU32::new(FREE), waiting: Cell::new(0) }
    }

    /// Takes the value until the guard is dropped. `None` when another operation has it for longer than patience lasts.
    #[inline]
    pub(super) fn take(&self, patience: Patience) -> Option<Taken<'_, T>> {
        loop {
            if let Some(value) = self.value.take() {
                futex::set(&self.word, TAKEN);
                return Some(Taken { turn: self, value: Some(value) });
            }
            if !self.wait(patience) {
                return None;
            }
        }
    }

    /// Waits until the value may be free.
    #[cold]
    fn wait(&self, patience: Patience) -> bool {
        self.waiting.set(self.waiting.get() + 1);
        let goes_on = match patience {
            Patience::None => false,
            Patience::Endless => {
                wait(&self.word, None);
                true
            }
            Patience::Until(deadline) => wait(&self.word, Some(deadline)),
        };
        self.waiting.set(self.waiting.get() - 1);
        goes_on
    }
}

fn wait(word: &AtomicU32, deadline: Option<crate::time::Mark>) -> bool {
    match deadline {
        None => {
            futex::wait(word, TAKEN);
            true
        }
        Some(deadline) => crate::futex::wait_until(word, TAKEN, deadline),
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
    #[inline]
    fn drop(&mut self) {
        self.turn.value.set(self.value.take());
        futex::set(&self.turn.word, FREE);
        if self.turn.waiting.get() > 0 {
            futex::wake(&self.turn.word);
        }
    }
}
