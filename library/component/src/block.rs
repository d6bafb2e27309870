//! Blocking: the one place where a thread stops until the host has something for it.
//!
//! While a thread is here, the instance's other threads run. So nobody may come here with a borrow of shared state
//! ([`crate::instance`] checks it), and whoever returns from here looks at shared state again.
//!
//! Left out: functions of WASI that are asynchronous in WIT and take no timeout are imported with the synchronous
//! lowering, and then it is the host that stops the thread inside the call. Cancelling is the nouns' affair: only they
//! know what a lost race gives back.

use crate::assert;
use crate::deadline::Deadline;
use crate::event::Event;
use crate::instance;
use crate::patience::Patience;
use crate::schedule;
use crate::waitable::{Handle, Waitable};
use crate::waitable_set::{Delivery, WaitableSet};

/// Blocks until `waitable` has an event, and takes it.
#[inline]
pub fn on(waitable: &impl Waitable) -> Event {
    // One copy of the code for all kinds of waitables.
    #[inline(never)]
    #[cfg_attr(target_family = "wasm", rustc_nounwind)]
    fn on(waitable: Handle) -> Event {
        let set = spare_set();
        set.join(&waitable);
        let event = wait(&set);
        WaitableSet::leave(&waitable);
        keep_spare(set);
        event
    }
    on(waitable.handle())
}

/// As [`on`], as long as patience lasts: then `None`, and what had begun goes on.
#[inline(never)]
pub fn within(waitable: Handle, patience: impl Patience) -> Option<Event> {
    let set = spare_set();
    set.join(&waitable);
    let event = patience.wait_in(&set);
    WaitableSet::leave(&waitable);
    keep_spare(set);
    event
}

/// Gives the host and the instance's other threads a turn. Canonical ABI: `thread.yield`.
#[cfg_attr(target_family = "wasm", rustc_nounwind)]
pub fn give_way() {
    instance::assert_nothing_borrowed();
    schedule::give_way();
}

/// Blocks until another thread resumes this one. Canonical ABI: `thread.suspend`.
#[cfg_attr(target_family = "wasm", rustc_nounwind)]
pub(crate) fn suspend() {
    instance::assert_nothing_borrowed();
    schedule::suspend();
}

/// Has `stops` called whenever a thread of the instance stops: when it blocks, gives way or ends. There is one such function.
pub fn watch(stops: extern "C" fn()) {
    schedule::watch(stops);
}

/// Makes a call in which the host stops the thread: an import with the synchronous lowering that takes its time.
pub fn in_call<R>(call: impl FnOnce() -> R) -> R {
    instance::assert_nothing_borrowed();
    schedule::outside(call)
}

/// The function that blocks.
#[cfg_attr(target_family = "wasm", rustc_nounwind)]
pub(crate) fn wait(set: &WaitableSet) -> Event {
    in_call(|| set.wait())
}

/// As [`wait`], for who passes the event on to somebody who knows what kind it is.
pub(crate) fn wait_for_delivery(set: &WaitableSet) -> Delivery {
    in_call(|| set.wait_for_delivery())
}

/// Waits for an event of the set, or until `deadline` is reached.
pub(crate) fn wait_until(set: &WaitableSet, deadline: impl Deadline) -> Option<Event> {
    match set.poll() {
        Event::None => {}
        event => return Some(event),
    }
    let clock = deadline.begin()?;
    set.join(&clock);
    let event = wait(set);
    WaitableSet::leave(&clock);
    match event {
        Event::Subtask(handle, state) if handle == clock.handle() => {
            assert::holds(state.is_resolved(), "a wait that has started only returns");
            clock.resolved();
            None
        }
        event => {
            clock.cancel();
            Some(event)
        }
    }
}

crate::instance_state! {
    /// An empty set kept between waits: making and dropping one costs more than an `Option`.
    static SPARE: Option<WaitableSet> = None;
}

#[cfg_attr(target_family = "wasm", rustc_nounwind)]
fn spare_set() -> WaitableSet {
    SPARE.with(Option::take).unwrap_or_default()
}

/// Keeps `set`, whose members have all left, for the next wait. A second one (threads that wait at the same time) is
/// dropped.
#[cfg_attr(target_family = "wasm", rustc_nounwind)]
fn keep_spare(set: WaitableSet) {
    let surplus = SPARE.with(|spare| spare.replace(set));
    drop(surplus);
}
