//! The fake host itself: handle table, virtual time, what happens when.

use std::boxed::Box;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::string::String;
use std::vec::Vec;

use super::futures::Future;
use super::instance::per_instance;
use super::streams::Channel;
use super::unit_futures::UnitFuture;

/// What an index of the handle table names.
pub(super) enum Entry {
    Set,
    Subtask { state: u32, on_cancel: Option<OnCancel>, call: u64 },
    Readable(Rc<RefCell<Channel>>),
    Writable(Rc<RefCell<Channel>>),
    Future(Rc<RefCell<Future>>),
    UnitReadable(Rc<UnitFuture>),
    UnitWritable(Rc<UnitFuture>),
    Resource { kind: &'static str, value: Rc<dyn core::any::Any> },
}

/// What a subtask does when it is cancelled: gives the state it ends in.
pub type OnCancel = Box<dyn FnOnce() -> u32>;

/// A slot of the handle table.
pub(super) struct Slot {
    pub entry: Entry,
    /// The waitable set it has joined; 0 for none.
    pub set: u32,
    /// The event that waits to be delivered: its code and payload.
    pub event: Option<(u32, u32)>,
}

/// A host in memory.
#[derive(Default)]
pub(super) struct Host {
    table: BTreeMap<u32, Slot>,
    /// Nanoseconds of the monotonic clock.
    pub now: u64,
    /// What happens when: by time and then by order of request.
    agenda: BTreeMap<(u64, u64), Box<dyn FnOnce()>>,
    requests: u64,
}

per_instance! {
    static HOST: RefCell<Host> = RefCell::new(Host::default());
}

per_instance! {
    static TRAPPED: Cell<bool> = Cell::new(false);
}

/// Runs `f` on this thread's host. After the end of the thread's own storage there is none: then `default`.
pub(super) fn with<R: Default>(f: impl FnOnce(&mut Host) -> R) -> R {
    HOST.try_with(|host| f(&mut host.borrow_mut())).unwrap_or_default()
}

impl Host {
    /// A number that no other call has: indices are used again.
    pub fn new_call(&mut self) -> u64 {
        self.requests += 1;
        self.requests
    }

    /// Adds an entry; the lowest free index, so that a stale handle soon names something else, as in a real host.
    pub fn add(&mut self, entry: Entry) -> u32 {
        let index = (1..).find(|index| !self.table.contains_key(index)).expect("u32 is not used up");
        self.table.insert(index, Slot { entry, set: 0, event: None });
        index
    }

    pub fn slot(&mut self, index: u32) -> &mut Slot {
        match self.table.get_mut(&index) {
            Some(slot) => slot,
            None => trap(format_args!("handle {index} is not in the table")),
        }
    }

    pub fn remove(&mut self, index: u32) -> Slot {
        let Some(slot) = self.table.remove(&index) else { trap(format_args!("handle {index} is not in the table")) };
        slot
    }

    pub fn slots(&mut self) -> impl Iterator<Item = (u32, &mut Slot)> {
        self.table.iter_mut().map(|(&index, slot)| (index, slot))
    }

    /// Sets the event of a waitable.
    pub fn notify(&mut self, index: u32, code: u32, payload: u32) {
        self.slot(index).event = Some((code, payload));
    }
}

/// A trap: the test did what a real host ends the instance for. Destructors that run on the way out find no host any more.
#[track_caller]
pub fn trap(why: core::fmt::Arguments<'_>) -> ! {
    TRAPPED.with(|trapped| trapped.set(true));
    panic!("trap: {why}")
}

/// Whether there is a host to call: not after a trap, nor after the end of the thread's own storage. Asked by what
/// destructors call.
pub fn alive() -> bool {
    TRAPPED.try_with(|trapped| !trapped.get()).unwrap_or(false)
}

/// Has `action` happen when the monotonic clock reaches `mark`, during whatever wait is going on then.
pub fn at(mark: u64, action: impl FnOnce() + 'static) {
    with(|host| {
        host.requests += 1;
        host.agenda.insert((mark.max(host.now), host.requests), Box::new(action));
    });
}

/// The monotonic clock, in nanoseconds from the host's beginning. It moves only in waits.
pub fn now() -> u64 {
    with(|host| host.now)
}

/// Lets the next thing on the agenda happen, if it is due by `limit`, and moves the clock there. False: nothing was.
pub fn step(limit: u64) -> bool {
    let action = with(|host| {
        let (&(mark, request), _) = host.agenda.first_key_value()?;
        if mark > limit {
            return None;
        }
        host.now = host.now.max(mark);
        host.agenda.remove(&(mark, request))
    });
    match action {
        Some(action) => {
            action();
            true
        }
        None => false,
    }
}

/// Lets everything happen that is due by `mark`, and moves the clock there.
pub fn advance_to(mark: u64) {
    while step(mark) {}
    with(|host| host.now = host.now.max(mark));
}

/// Adds a resource of a kind (its WIT name) to the table.
pub fn add_resource<T: 'static>(kind: &'static str, value: Rc<T>) -> u32 {
    with(|host| host.add(Entry::Resource { kind, value }))
}

/// The resource of an index.
///
/// # Panics
///
/// As a trap, unless the index names a resource of that kind.
#[track_caller]
pub fn resource<T: 'static>(kind: &'static str, index: u32) -> Rc<T> {
    let value = with(|host| match &host.slot(index).entry {
        Entry::Resource { kind: actual, value } if *actual == kind => Some(Rc::clone(value)),
        _ => None,
    });
    match value.map(Rc::downcast) {
        Some(Ok(value)) => value,
        _ => trap(format_args!("handle {index} is not a {kind}")),
    }
}

/// Drops a resource's handle.
pub fn drop_resource(kind: &'static str, index: u32) {
    if !alive() {
        return;
    }
    let slot = with(|host| {
        if !matches!(host.slot(index).entry, Entry::Resource { kind: actual, .. } if actual == kind) {
            trap(format_args!("handle {index} is not a {kind}"));
        }
        Some(host.remove(index))
    });
    drop(slot);
}

/// What is in the handle table, one word per entry, in order: for tests that count leaks.
pub fn live_handles() -> Vec<String> {
    with(|host| {
        host.slots()
            .map(|(_, slot)| {
                String::from(match slot.entry {
                    Entry::Set => "waitable-set",
                    Entry::Subtask { .. } => "subtask",
                    Entry::Readable(_) => "stream-readable",
                    Entry::Writable(_) => "stream-writable",
                    Entry::Future(_) | Entry::UnitReadable(_) => "future-readable",
                    Entry::UnitWritable(_) => "future-writable",
                    Entry::Resource { kind, .. } => kind,
                })
            })
            .collect()
    })
}
