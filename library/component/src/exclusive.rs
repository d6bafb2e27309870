//! Exclusive use: one thread at a time has a value, also while it blocks.
//!
//! Canonical ABI: a stream end has at most one copy in flight, another traps. So an operation that may block owns what
//! it works on for as long as it lasts; who wants it meanwhile is suspended, so that a wait which can never end is seen
//! as the deadlock it is.

use core::cell::{Cell, UnsafeCell};
use core::ops::{Deref, DerefMut};
use core::sync::atomic::AtomicU32;
use core::task::{Context, Poll};

use crate::futex;
use crate::patience::{Forever, Patience};
use crate::wakers::{Listeners, Wakers};

/// A value that one thread at a time uses.
pub struct Exclusive<T, L: Listeners = ()> {
    taken: Cell<bool>,
    /// How many threads wait for it.
    waiting: Cell<usize>,
    /// An address to be woken by. It is [`WORD`] for ever.
    word: AtomicU32,
    /// Who waits for it in an executor.
    listeners: L,
    value: UnsafeCell<T>,
}

const WORD: u32 = 0;

impl<T, L: Listeners> Exclusive<T, L> {
    /// A value that nobody uses.
    pub const fn new(value: T) -> Self {
        Exclusive {
            taken: Cell::new(false),
            waiting: Cell::new(0),
            word: AtomicU32::new(WORD),
            listeners: L::NOBODY,
            value: UnsafeCell::new(value),
        }
    }

    /// Takes the value until the guard is dropped; blocks while another thread has it.
    #[inline]
    pub fn take(&self) -> Taken<'_, T, L> {
        loop {
            if let Some(taken) = self.try_take() {
                return taken;
            }
            self.wait(Forever);
        }
    }

    /// As [`Exclusive::take`]. `None`: another thread has it for longer than patience lasts.
    #[inline]
    pub fn take_within(&self, patience: impl Patience) -> Option<Taken<'_, T, L>> {
        loop {
            if let Some(taken) = self.try_take() {
                return Some(taken);
            }
            if !self.wait(patience) {
                return None;
            }
        }
    }

    /// Takes the value unless a thread has it.
    #[inline]
    pub fn try_take(&self) -> Option<Taken<'_, T, L>> {
        (!self.taken.replace(true)).then(|| Taken(self))
    }

    /// Waits until the value may be free. False: patience has ended. Threads take turns, so between the look and the
    /// wait nothing happens.
    #[cold]
    fn wait(&self, patience: impl Patience) -> bool {
        self.waiting.set(self.waiting.get() + 1);
        let goes_on = patience.wait_on(&self.word, WORD);
        self.waiting.set(self.waiting.get() - 1);
        goes_on
    }
}

impl<T> Exclusive<T, Wakers> {
    /// As [`Exclusive::take`], for who waits in an executor.
    pub fn poll_take(&self, context: &mut Context<'_>) -> Poll<Taken<'_, T, Wakers>> {
        match self.try_take() {
            Some(taken) => Poll::Ready(taken),
            None => {
                self.listeners.add(context.waker());
                Poll::Pending
            }
        }
    }
}

/// The value, for the use of one thread.
pub struct Taken<'a, T, L: Listeners = ()>(&'a Exclusive<T, L>);

impl<T, L: Listeners> Deref for Taken<'_, T, L> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: `taken` was false when this guard came about and is true until it is dropped, and nobody else makes
        // references to the value: this guard's borrow rules are the value's.
        unsafe { &*self.0.value.get() }
    }
}

impl<T, L: Listeners> DerefMut for Taken<'_, T, L> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: as in `deref`.
        unsafe { &mut *self.0.value.get() }
    }
}

impl<T, L: Listeners> Drop for Taken<'_, T, L> {
    #[inline]
    fn drop(&mut self) {
        self.0.taken.set(false);
        if self.0.waiting.get() > 0 {
            futex::wake(&self.0.word);
        }
        self.0.listeners.wake();
    }
}
