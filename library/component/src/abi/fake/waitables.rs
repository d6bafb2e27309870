//! Waitable sets and subtasks of the fake host.

use super::host::{self, Entry, alive, trap, with};
use super::threads;

pub(crate) fn waitable_set_new() -> u32 {
    with(|host| host.add(Entry::Set))
}

/// # Safety
///
/// `payload` is writable.
pub(crate) unsafe fn waitable_set_wait(set: u32, payload: *mut [u32; 2]) -> u32 {
    loop {
        // SAFETY: the same contract.
        let code = unsafe { waitable_set_poll(set, payload) };
        if code != 0 {
            return code;
        }
        threads::wait_for_event(set);
    }
}

/// Whether a waitable set has an event to deliver.
pub(super) fn has_event(set: u32) -> bool {
    with(|host| host.slots().any(|(_, slot)| slot.set == set && slot.event.is_some()))
}

/// # Safety
///
/// `payload` is writable.
pub(crate) unsafe fn waitable_set_poll(set: u32, payload: *mut [u32; 2]) -> u32 {
    let event = with(|host| {
        if !matches!(host.slot(set).entry, Entry::Set) {
            trap(format_args!("handle {set} is not a waitable set"));
        }
        let (index, slot) = host.slots().find(|(_, slot)| slot.set == set && slot.event.is_some())?;
        slot.event.take().map(|(code, word)| (code, index, word))
    });
    let (code, index, word) = event.unwrap_or_default();
    // SAFETY: the caller promises room for the payload.
    unsafe { payload.write([index, word]) };
    code
}

pub(crate) fn waitable_set_drop(set: u32) {
    if !alive() {
        return;
    }
    with(|host| {
        if host.slots().any(|(_, slot)| slot.set == set) {
            trap(format_args!("waitable set {set} is not empty"));
        }
        if !matches!(host.remove(set).entry, Entry::Set) {
            trap(format_args!("handle {set} is not a waitable set"));
        }
    });
}

pub(crate) fn waitable_join(waitable: u32, set: u32) {
    with(|host| {
        if set != 0 && !matches!(host.slot(set).entry, Entry::Set) {
            trap(format_args!("handle {set} is not a waitable set"));
        }
        let slot = host.slot(waitable);
        if matches!(slot.entry, Entry::Set | Entry::Resource { .. }) {
            trap(format_args!("handle {waitable} is not a waitable"));
        }
        slot.set = set;
    });
}

pub(crate) fn subtask_cancel(subtask: u32) -> u32 {
    if !alive() {
        return CANCELLED_BEFORE_RETURNED;
    }
    let (state, on_cancel) = with(|host| {
        let slot = host.slot(subtask);
        let Entry::Subtask { state, on_cancel, .. } = &mut slot.entry else {
            trap(format_args!("handle {subtask} is not a subtask"))
        };
        let undelivered = slot.event.take().is_some();
        if *state >= RETURNED && !undelivered {
            trap(format_args!("subtask {subtask} has resolved, and its event was delivered"));
        }
        (*state, on_cancel.take())
    });
    if state >= RETURNED {
        return state;
    }
    let state = on_cancel.map_or(CANCELLED_BEFORE_RETURNED, |on_cancel| on_cancel());
    assert!((RETURNED..=CANCELLED_BEFORE_RETURNED).contains(&state), "a cancelled subtask resolves");
    with(|host| {
        let slot = host.slot(subtask);
        slot.event = None;
        if let Entry::Subtask { state: current, .. } = &mut slot.entry {
            *current = state;
        }
    });
    state
}

pub(crate) fn subtask_drop(subtask: u32) {
    if !alive() {
        return;
    }
    with(|host| {
        let slot = host.remove(subtask);
        match slot.entry {
            Entry::Subtask { state, .. } if state >= RETURNED && slot.event.is_none() => {}
            Entry::Subtask { .. } => {
                trap(format_args!("subtask {subtask} has not resolved, or its event is not delivered"))
            }
            _ => trap(format_args!("handle {subtask} is not a subtask")),
        }
    });
}

/// Begins a call with the asynchronous lowering that returns at `mark`, when `complete` stores its result. Gives what the
/// import gives.
pub fn begin_subtask(mark: u64, complete: impl FnOnce() + 'static) -> u32 {
    begin_cancellable_subtask(mark, complete, None)
}

/// As [`begin_subtask`]; `on_cancel` says what a cancellation comes to, by default that there is no result.
pub fn begin_cancellable_subtask(
    mark: u64,
    complete: impl FnOnce() + 'static,
    on_cancel: Option<host::OnCancel>,
) -> u32 {
    if mark <= host::now() {
        complete();
        return RETURNED;
    }
    let (code, subtask) = OpenSubtask::begin_with(on_cancel);
    host::at(mark, move || {
        if subtask.goes_on() {
            complete();
            subtask.returns();
        }
    });
    code
}

/// A call with the asynchronous lowering that returns when the host says so.
pub struct OpenSubtask {
    index: u32,
    call: u64,
}

impl OpenSubtask {
    /// Begins the call. Gives what the import gives, and the call.
    pub fn begin() -> (u32, OpenSubtask) {
        OpenSubtask::begin_with(None)
    }

    fn begin_with(on_cancel: Option<host::OnCancel>) -> (u32, OpenSubtask) {
        let (index, call) = with(|host| {
            let call = host.new_call();
            (host.add(Entry::Subtask { state: STARTED, on_cancel, call }), call)
        });
        (STARTED | index << 4, OpenSubtask { index, call })
    }

    /// Whether nobody has cancelled it.
    pub fn goes_on(&self) -> bool {
        with(|host| {
            host.slots()
                .any(|(_, slot)| matches!(slot.entry, Entry::Subtask { state: STARTED, call, .. } if call == self.call))
        })
    }

    /// The call returns: its result is stored.
    pub fn returns(self) {
        with(|host| {
            if let Entry::Subtask { state, .. } = &mut host.slot(self.index).entry {
                *state = RETURNED;
            }
            host.notify(self.index, EVENT_SUBTASK, RETURNED);
        });
    }
}

/// Canonical ABI: `EventCode.SUBTASK`.
const EVENT_SUBTASK: u32 = 1;
/// Canonical ABI: `Subtask.State.STARTED`.
const STARTED: u32 = 1;
/// Canonical ABI: `Subtask.State.RETURNED`.
pub const RETURNED: u32 = 2;
/// Canonical ABI: `Subtask.State.CANCELLED_BEFORE_RETURNED`.
pub const CANCELLED_BEFORE_RETURNED: u32 = 4;
