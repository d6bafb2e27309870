//! What a future waits for: a waitable that is registered with whoever polls, and the wakers of those who want its event.
//!
//! It belongs to the thing that is waited for (a socket, a call), not to the future that asked: when a future is dropped its event is not lost,
//! and the next one gets it. A thing that nobody polls leads to nothing of this (as in [`crate::wakers`]).

use core::cell::Cell;
use core::ffi::c_void;
use core::ptr;
use core::task::{Context, Poll};

use alloc_crate::boxed::Box;

use crate::published::Registration;
use crate::waitable::Handle;
use crate::wakers::Wakers;

/// Interest in one waitable's next event.
pub struct Interest {
    /// From a box, or null.
    slot: *mut Slot,
    free: Option<extern "C" fn(&mut Interest)>,
}

/// On the heap, because the executor keeps its address.
#[derive(Default)]
struct Slot {
    /// The payload of an event that has come.
    payload: Cell<Option<u32>>,
    registration: Cell<Option<Registration>>,
    wakers: Wakers,
}

impl Interest {
    /// In nothing yet.
    pub const fn new() -> Interest {
        Interest { slot: ptr::null_mut(), free: None }
    }

    /// The payload of the waitable's next event. Until it comes the waitable is in the set of the executor that polls, and must neither be
    /// waited for nor cancelled: [`Interest::withdraw`] comes first.
    ///
    /// # Panics
    ///
    /// If no executor polls.
    pub fn poll(&mut self, waitable: Handle, context: &mut Context<'_>) -> Poll<u32> {
        if self.slot.is_null() {
            self.slot = Box::into_raw(Box::default());
            self.free = Some(Interest::free_now);
        }
        let Some(slot) = self.slot() else { return Poll::Pending };
        if let Some(payload) = slot.payload.take() {
            return Poll::Ready(payload);
        }
        slot.wakers.add(context.waker());
        // One that is somebody else's is dropped first: a waitable is in one set.
        let registration = slot.registration.take().filter(Registration::is_with_current);
        let registration = registration.or_else(|| {
            // SAFETY: the slot stays where it is until it is freed, and its registration before it; `happened` wants a slot.
            unsafe { Registration::of(waitable.index(), happened, self.slot.cast()) }
        });
        if registration.is_none() {
            nobody_polls();
        }
        slot.registration.set(registration);
        Poll::Pending
    }

    /// Takes the waitable out of the executor's set, because somebody is about to do something with it that wakes nobody. Gives the payload
    /// of an event that has come. Who had waited is woken, to look again.
    pub fn withdraw(&mut self) -> Option<u32> {
        let slot = self.slot()?;
        drop(slot.registration.take());
        let payload = slot.payload.take();
        slot.wakers.wake();
        payload
    }

    fn slot(&self) -> Option<&Slot> {
        // SAFETY: null, or from the box in `poll`, which only `free_now` frees.
        unsafe { self.slot.as_ref() }
    }

    extern "C" fn free_now(&mut self) {
        // SAFETY: `poll` has left the pointer, and this is called once. The registration goes first: it is a field of the slot, and its drop
        // is the last that the executor hears of the address.
        drop(unsafe { Box::from_raw(self.slot) });
    }
}

impl Default for Interest {
    fn default() -> Interest {
        Interest::new()
    }
}

impl Drop for Interest {
    fn drop(&mut self) {
        if let Some(free) = self.free.take() {
            free(self);
        }
    }
}

/// The executor's call.
///
/// # Safety
///
/// `data` is a [`Slot`].
unsafe extern "C" fn happened(data: *mut c_void, payload: u32) {
    // SAFETY: the caller's promise; a slot that is registered is alive.
    let slot = unsafe { &*data.cast::<Slot>() };
    slot.payload.set(Some(payload));
    if let Some(registration) = slot.registration.take() {
        registration.called();
    }
    slot.wakers.wake();
}

#[cold]
fn nobody_polls() -> ! {
    panic!(
        "something asynchronous of the platform was polled where no executor of the component model runs; run it in \
         `std::os::component::block_on`, in an `async fn main` with `#[std::os::component::main]`, or in an async export of bindings"
    )
}
