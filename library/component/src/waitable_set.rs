//! Waitable sets: several waitables, one place to wait. Canonical ABI: `WaitableSet`.
//!
//! The set's own wait is private to the crate: threads stop in [`crate::block`] only.

use core::mem::MaybeUninit;

use crate::abi::builtins;
use crate::event::Event;
use crate::waitable::{Handle, Waitable};

/// A set of waitables. Dropping it traps while a waitable is in it, so members are taken out first: see [`WaitableSet::leave`].
#[derive(Debug)]
pub struct WaitableSet(Handle);

impl WaitableSet {
    /// Makes an empty set. Canonical ABI: `waitable-set.new`.
    #[inline]
    pub fn new() -> WaitableSet {
        WaitableSet(Handle::new(builtins::waitable_set_new()))
    }

    /// Its index, for the host to wait on it.
    #[cfg(target_family = "wasm")]
    pub(crate) fn index(&self) -> u32 {
        self.0.index()
    }

    /// Puts `waitable` into this set, and out of the set it was in. Canonical ABI: `waitable.join`.
    #[inline]
    pub fn join(&self, waitable: &impl Waitable) {
        builtins::waitable_join(waitable.handle().index(), self.0.index());
    }

    /// Takes `waitable` out of the set it is in; an event it has pending stays pending. Canonical ABI: `waitable.join`
    /// with no set.
    #[inline]
    pub fn leave(waitable: &impl Waitable) {
        builtins::waitable_join(waitable.handle().index(), 0);
    }

    /// Takes an event that is already there, or [`Event::None`]. Other threads may run meanwhile. Canonical ABI:
    /// `waitable-set.poll`.
    #[cfg_attr(target_family = "wasm", rustc_nounwind)]
    pub fn poll(&self) -> Event {
        let mut payload = MaybeUninit::<[u32; 2]>::uninit();
        // SAFETY: the built-in wants room for two words, which `payload` is; nothing else points to it.
        let code = unsafe { builtins::waitable_set_poll(self.0.index(), payload.as_mut_ptr()) };
        decode(code, payload)
    }

    /// Waits for an event. The only caller is [`crate::block`].
    #[inline]
    pub(crate) fn wait(&self) -> Event {
        let mut payload = MaybeUninit::<[u32; 2]>::uninit();
        // SAFETY: as in `poll`.
        let code = unsafe { builtins::waitable_set_wait(self.0.index(), payload.as_mut_ptr()) };
        decode(code, payload)
    }

    /// As [`WaitableSet::wait`], for who passes the event on to somebody who knows what kind it is.
    pub(crate) fn wait_for_delivery(&self) -> Delivery {
        let mut payload = MaybeUninit::<[u32; 2]>::uninit();
        // SAFETY: as in `poll`.
        unsafe { builtins::waitable_set_wait(self.0.index(), payload.as_mut_ptr()) };
        // SAFETY: as in `decode`.
        let [waitable, payload] = unsafe { payload.assume_init() };
        Delivery { waitable, payload }
    }

    /// As [`WaitableSet::poll`], for who passes the event on.
    pub(crate) fn poll_for_delivery(&self) -> Option<Delivery> {
        let mut payload = MaybeUninit::<[u32; 2]>::uninit();
        // SAFETY: as in `poll`.
        let code = unsafe { builtins::waitable_set_poll(self.0.index(), payload.as_mut_ptr()) };
        // SAFETY: as in `decode`.
        let [waitable, payload] = unsafe { payload.assume_init() };
        (code != 0).then_some(Delivery { waitable, payload })
    }
}

/// An event as it came: whose it is, and its payload.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Delivery {
    /// The waitable's index.
    pub(crate) waitable: u32,
    pub(crate) payload: u32,
}

#[inline]
fn decode(code: u32, payload: MaybeUninit<[u32; 2]>) -> Event {
    // SAFETY: `waitable-set.wait` and `waitable-set.poll` store both payload words before they return, for every event
    // code (Canonical ABI: `unpack_event`).
    let [waitable, payload] = unsafe { payload.assume_init() };
    Event::decode(code, waitable, payload)
}

impl Default for WaitableSet {
    fn default() -> WaitableSet {
        WaitableSet::new()
    }
}

impl Drop for WaitableSet {
    /// Canonical ABI: `waitable-set.drop`.
    fn drop(&mut self) {
        builtins::waitable_set_drop(self.0.index());
    }
}
