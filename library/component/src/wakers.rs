//! Those who wait in an executor for something of the instance, to be woken when it changes.
//!
//! What they wait for is used by programs without executors as well, which are to contain nothing of this: only [`Wakers::add`] leads to the
//! rest, by a pointer that it leaves. Of a function of C's ABI, which does not unwind: else all those programs would have to be ready for it.

use core::cell::Cell;
use core::ptr;
use core::task::Waker;

use alloc_crate::boxed::Box;
use alloc_crate::vec::Vec;

/// Wakers, each once.
pub struct Wakers {
    /// From a box, or null.
    list: Cell<*mut Vec<Waker>>,
    /// What wakes and frees them, if there are any.
    wake: Cell<Option<extern "C" fn(&Wakers)>>,
}

impl Wakers {
    /// Nobody.
    pub const fn new() -> Wakers {
        Wakers { list: Cell::new(ptr::null_mut()), wake: Cell::new(None) }
    }

    /// Adds who is to be woken.
    pub fn add(&self, waker: &Waker) {
        if self.list.get().is_null() {
            self.list.set(Box::into_raw(Box::default()));
            self.wake.set(Some(Wakers::wake_now));
        }
        // SAFETY: from the box above, which only `wake_now` frees; nothing but this list is touched while it is borrowed.
        let list = unsafe { &mut *self.list.get() };
        if !list.iter().any(|known| known.will_wake(waker)) {
            let waker = waker.clone();
            list.push(waker);
        }
    }

    /// Wakes them all; then there is nobody.
    #[inline]
    pub fn wake(&self) {
        if let Some(wake) = self.wake.take() {
            wake(self);
        }
    }

    extern "C" fn wake_now(&self) {
        let list = self.list.replace(ptr::null_mut());
        // SAFETY: `add` has left both pointers, and this one is taken once. Waking may lead anywhere: to another `add`, which begins anew.
        let list = unsafe { Box::from_raw(list) };
        list.into_iter().for_each(Waker::wake);
    }
}

impl Default for Wakers {
    fn default() -> Wakers {
        Wakers::new()
    }
}

impl Drop for Wakers {
    fn drop(&mut self) {
        self.wake();
    }
}

/// Who is told that a value is free again, beside the threads that wait for it.
pub trait Listeners {
    /// Nobody.
    const NOBODY: Self;

    /// The value is free.
    fn wake(&self);
}

/// Nobody ever waits for it in an executor.
impl Listeners for () {
    const NOBODY: () = ();

    #[inline]
    fn wake(&self) {}
}

impl Listeners for Wakers {
    const NOBODY: Wakers = Wakers::new();

    #[inline]
    fn wake(&self) {
        Wakers::wake(self);
    }
}
