//! Waiting for a word of memory to change: what std's locks, channels and parking are made of.
//!
//! Threads take turns, so between looking at the word and joining the queue nothing can happen, and neither needs a lock.
//! A waiter lies on its own thread's stack and is in a queue only while its thread waits. Waking never switches
//! threads; handing on does.

use core::cell::Cell;
use core::ptr;
use core::sync::atomic::AtomicU32;

use crate::abi::threads;
use crate::deadline::Deadline;
use crate::patience::Until;
use crate::unit_future::{self, Writer};
use crate::waitable::Waitable;
use crate::{block, schedule};

/// Blocks until [`wake`] or [`wake_all`] is called for `word`, unless it no longer holds `expected`.
#[cfg_attr(target_family = "wasm", rustc_nounwind)]
pub fn wait(word: &AtomicU32, expected: u32) {
    if value(word) == expected {
        let waiter = Waiter::new(word, None);
        enqueue(&waiter);
        while !waiter.woken.get() {
            block::suspend();
        }
    }
}

/// As [`wait`], but no longer than until `deadline` is reached. False: it is, and nobody woke this thread.
///
/// A suspended thread cannot wait for a clock. So it reads a future of its own, which whoever wakes it writes, and waits for
/// that and the clock.
pub fn wait_until(word: &AtomicU32, expected: u32, deadline: impl Deadline) -> bool {
    if value(word) != expected {
        return true;
    }
    let (reader, writer) = unit_future::pair();
    let waiter = Waiter::new(word, Some(writer));
    enqueue(&waiter);
    let delivered = block::within(reader.handle(), Until(deadline)).is_some();
    if !delivered && !waiter.woken.get() {
        QUEUES.with(|queues| queues.of(waiter.address).remove(&waiter));
    }
    reader.end(delivered, writer, waiter.woken.get());
    waiter.woken.get()
}

/// Wakes the thread that has waited longest for `word`. False: there is none.
#[cfg_attr(target_family = "wasm", rustc_nounwind)]
pub fn wake(word: &AtomicU32) -> bool {
    let address = ptr::from_ref(word).addr();
    let waiter = QUEUES.with(|queues| queues.of(address).take_first(address));
    match waiter {
        // SAFETY: a waiter that was in the queue until now is on the stack of a thread that waits until `woken` is true.
        Some(waiter) => unsafe { (*waiter).wake() },
        None => return false,
    }
    true
}

/// Wakes all threads that wait for `word`.
#[cfg_attr(target_family = "wasm", rustc_nounwind)]
pub fn wake_all(word: &AtomicU32) {
    while wake(word) {}
}

/// As [`wake`], and gives way to the thread it wakes. For whoever has let go of a lock that others wait for: threads take
/// turns, so without this the one that runs would have the lock again before any other could look at it, for ever.
#[cfg_attr(target_family = "wasm", rustc_nounwind)]
pub fn hand_on(word: &AtomicU32) -> bool {
    let woken = wake(word);
    if woken {
        block::give_way();
    }
    woken
}

/// As [`wake_all`], and gives way to the threads it wakes, as [`hand_on`] does.
#[cfg_attr(target_family = "wasm", rustc_nounwind)]
pub fn hand_on_all(word: &AtomicU32) {
    if wake(word) {
        wake_all(word);
        block::give_way();
    }
}

/// What a word holds. Not an atomic operation: the linker makes those points at which another thread may have its turn, and here none may.
pub fn value(word: &AtomicU32) -> u32 {
    // SAFETY: it is alive, and nobody writes it meanwhile: threads take turns.
    unsafe { word.as_ptr().read_volatile() }
}

/// Changes what a word holds, as [`value`] reads it.
pub fn set(word: &AtomicU32, value: u32) {
    // SAFETY: as in `value`; it is made for being changed through a shared reference.
    unsafe { word.as_ptr().write_volatile(value) };
}

/// Puts the waiters in order for [`waits_for`]. Nobody can be woken any more: it is for when no thread will ever run again.
pub(crate) fn order_by_thread() {
    QUEUES.with(|queues| {
        let mut all = Queue { first: ptr::null(), last: ptr::null() };
        for queue in &mut queues.0 {
            while let Some(waiter) = queue.take() {
                all.push(waiter);
            }
        }
        while let Some(waiter) = all.take() {
            queues.of_thread(waiter.thread).push(waiter);
        }
    });
}

/// The word that a thread waits for; null if it waits for none. [`order_by_thread`] comes first.
pub(crate) fn waits_for(thread: u32) -> *const u8 {
    QUEUES.with(|queues| {
        // SAFETY: what is in a queue is alive.
        let next = |waiter: &&Waiter| unsafe { waiter.next.get().as_ref() };
        // SAFETY: as above.
        let mut waiters = core::iter::successors(unsafe { queues.of_thread(thread).first.as_ref() }, next);
        let waiter = waiters.find(|waiter| waiter.thread == thread);
        waiter.map_or(ptr::null(), |waiter| ptr::without_provenance(waiter.address))
    })
}

/// A thread that waits.
struct Waiter {
    address: usize,
    thread: u32,
    /// The end by which it is woken if it waits for a clock as well; else it is suspended.
    by_future: Option<Writer>,
    woken: Cell<bool>,
    next: Cell<*const Waiter>,
    previous: Cell<*const Waiter>,
}

impl Waiter {
    #[cfg_attr(target_family = "wasm", rustc_nounwind)]
    fn new(word: &AtomicU32, by_future: Option<Writer>) -> Waiter {
        Waiter {
            address: ptr::from_ref(word).addr(),
            thread: threads::index(),
            by_future,
            woken: Cell::new(false),
            next: Cell::new(ptr::null()),
            previous: Cell::new(ptr::null()),
        }
    }

    #[cfg_attr(target_family = "wasm", rustc_nounwind)]
    fn wake(&self) {
        self.woken.set(true);
        match self.by_future {
            None => schedule::resume_later(self.thread),
            Some(writer) => writer.complete(),
        }
    }
}

#[cfg_attr(target_family = "wasm", rustc_nounwind)]
fn enqueue(waiter: &Waiter) {
    QUEUES.with(|queues| queues.of(waiter.address).push(waiter));
}

crate::instance_state! {
    static QUEUES: Queues = Queues([const { Queue { first: ptr::null(), last: ptr::null() } }; QUEUE_COUNT]);
}

const QUEUE_COUNT: usize = 64;

/// The waiters, by a hash of the address they wait for.
struct Queues([Queue; QUEUE_COUNT]);

impl Queues {
    fn of(&mut self, address: usize) -> &mut Queue {
        &mut self.0[(address >> 2).wrapping_mul(0x9e37_79b1) as u32 as usize >> 26]
    }

    fn of_thread(&mut self, thread: u32) -> &mut Queue {
        &mut self.0[thread as usize % QUEUE_COUNT]
    }
}

/// Waiters in the order they came. Each is alive while it is in here.
struct Queue {
    first: *const Waiter,
    last: *const Waiter,
}

impl Queue {
    fn push(&mut self, waiter: &Waiter) {
        waiter.previous.set(self.last);
        // SAFETY: `last` is in the queue, so it is alive.
        match unsafe { self.last.as_ref() } {
            Some(last) => last.next.set(waiter),
            None => self.first = waiter,
        }
        self.last = waiter;
    }

    fn take<'a>(&mut self) -> Option<&'a Waiter> {
        // SAFETY: what is in the queue is alive, and goes on waiting for ever when this is called.
        let waiter = unsafe { self.first.as_ref()? };
        self.remove(waiter);
        waiter.next.set(ptr::null());
        Some(waiter)
    }

    fn take_first(&mut self, address: usize) -> Option<*const Waiter> {
        let mut waiter = self.first;
        // SAFETY: what is in the queue is alive.
        while let Some(candidate) = unsafe { waiter.as_ref() } {
            if candidate.address == address {
                self.remove(candidate);
                return Some(waiter);
            }
            waiter = candidate.next.get();
        }
        None
    }

    fn remove(&mut self, waiter: &Waiter) {
        // SAFETY: the neighbours are in the queue, so they are alive.
        match unsafe { waiter.previous.get().as_ref() } {
            Some(previous) => previous.next.set(waiter.next.get()),
            None => self.first = waiter.next.get(),
        }
        // SAFETY: as above.
        match unsafe { waiter.next.get().as_ref() } {
            Some(next) => next.previous.set(waiter.previous.get()),
            None => self.last = waiter.previous.get(),
        }
    }
}
