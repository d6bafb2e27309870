//! Threads of the fake host: threads of the test process that take turns, exactly one at a time.
//!
//! A thread that blocks hands its turn to the next that is ready; when none is, the host's agenda goes on; when there is
//! nothing on it either, that is a deadlock, which panics in the instance's first thread. Turns are handed over in the same
//! order in every run.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::format;
use std::string::String;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::vec::Vec;

use super::host::{self, trap};
use super::instance::{Instance, current, enter};
use super::waitables;

/// Who runs, and who may.
#[derive(Default)]
pub(super) struct Turns {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// The thread whose turn it is; the instance's first one is 0.
    running: u32,
    made: u32,
    ready: VecDeque<u32>,
    /// Those that only `resume_later` makes ready.
    suspended: BTreeSet<u32>,
    /// Those that wait for an event of a set.
    waiting: BTreeMap<u32, u32>,
    /// Why the instance has ended.
    ended: Option<String>,
}

std::thread_local! {
    /// Which thread of its instance this is.
    static INDEX: core::cell::Cell<u32> = const { core::cell::Cell::new(0) };
}

/// Canonical ABI: `thread.index`.
pub(crate) fn index() -> u32 {
    INDEX.get()
}

/// Canonical ABI: `thread.yield`. Whatever is due happens; the clock does not move.
pub(crate) fn thread_yield() -> u32 {
    host::advance_to(host::now());
    block(|state| state.ready.push_back(index()));
    0
}

/// Canonical ABI: `thread.suspend`.
pub(crate) fn suspend() -> u32 {
    block(|state| {
        state.suspended.insert(index());
    });
    0
}

/// Canonical ABI: `thread.resume-later`.
pub(crate) fn resume_later(thread: u32) {
    let instance = instance();
    let mut state = instance.turns.state();
    if !state.suspended.remove(&thread) {
        drop(state);
        trap(format_args!("thread {thread} is not suspended"));
    }
    state.ready.push_back(thread);
}

/// Blocks until a waitable set has an event.
pub(super) fn wait_for_event(set: u32) {
    block(|state| {
        state.waiting.insert(index(), set);
    });
}

/// Blocks until the clock reaches `mark`.
pub fn sleep_until(mark: u64) {
    let sleeper = index();
    host::at(mark, move || {
        let instance = instance();
        let mut state = instance.turns.state();
        // Not there: it was the only thread and the whole instance has ended meanwhile.
        if state.suspended.remove(&sleeper) {
            state.ready.push_back(sleeper);
        }
    });
    suspend();
}

/// What a thread begins with.
#[repr(C)]
pub(crate) struct Start {
    pub(crate) stack_pointer: *mut u8,
    pub(crate) tls_base: *mut u8,
    pub(crate) stack_limit: *mut u8,
}

/// Canonical ABI: `thread.new-indirect`: a thread, suspended, that will run [`crate::thread::run`] with `block`. It runs on a
/// stack of the test process: what `block` says of one is not used.
///
/// # Safety
///
/// `block` is what `crate::thread::run` wants, until the thread has ended.
pub(crate) unsafe fn new(block: *mut Start) -> u32 {
    struct Given(*mut Start);
    // SAFETY: the threads of an instance take turns.
    unsafe impl Send for Given {}

    let instance = instance();
    let thread = {
        let mut state = instance.turns.state();
        state.made += 1;
        let thread = state.made;
        state.suspended.insert(thread);
        thread
    };
    let given = Given(block);
    std::thread::spawn(move || {
        // All of it, not its field.
        let given = given;
        INDEX.set(thread);
        enter(Arc::clone(&instance));
        instance.turns.await_turn(thread);
        crate::thread::run(given.0);
        hand_over(&instance);
    });
    thread
}

/// Thread-local variables are the test process's own affair.
pub(crate) fn tls_layout() -> (usize, usize) {
    (0, 1)
}

/// # Safety
///
/// None: nothing is stored.
pub(crate) unsafe fn initialize_tls(_: *mut u8) {}

/// How many threads have not ended, the first one included.
pub fn live() -> usize {
    let instance = instance();
    let state = instance.turns.state();
    1 + state.ready.len() + state.suspended.len() + state.waiting.len()
}

fn instance() -> Arc<Instance> {
    current().expect("a thread blocks before its storage ends")
}

/// Notes why the thread blocks, gives its turn away, and returns when it is its turn again.
fn block(note: impl FnOnce(&mut State)) {
    let instance = instance();
    note(&mut instance.turns.state());
    hand_over(&instance);
    instance.turns.await_turn(index());
}

/// Gives the turn to the next thread. What must happen before any is ready happens here, on this thread.
fn hand_over(instance: &Instance) {
    loop {
        let waiting: Vec<(u32, u32)> =
            instance.turns.state().waiting.iter().map(|(&thread, &set)| (thread, set)).collect();
        for (thread, set) in waiting {
            if waitables::has_event(set) {
                let mut state = instance.turns.state();
                state.waiting.remove(&thread);
                state.ready.push_back(thread);
            }
        }
        let mut state = instance.turns.state();
        if let Some(next) = state.ready.pop_front() {
            state.running = next;
            instance.turns.changed.notify_all();
            return;
        }
        drop(state);
        if !host::step(u64::MAX) {
            let report = describe_all();
            let mut state = instance.turns.state();
            state.ended = Some(format!("deadlock: every thread is blocked and no host event can wake any:{report}"));
            state.running = 0;
            instance.turns.changed.notify_all();
            return;
        }
    }
}

/// Who waits for what, as a real host asks: `component_describe_thread`.
fn describe_all() -> String {
    let mut report = String::new();
    let mut block = core::ptr::null();
    loop {
        // SAFETY: a description stays until the next is asked for, and nothing of the instance runs meanwhile.
        let thread = unsafe { &*crate::thread::describe(block) };
        let name = match (thread.block.is_null(), thread.name.is_null()) {
            (true, _) => "main",
            (_, true) => "<unnamed>",
            // SAFETY: what is not null is a C string that lives as long as the thread.
            _ => unsafe { core::ffi::CStr::from_ptr(thread.name) }.to_str().unwrap_or("<not UTF-8>"),
        };
        let why = if thread.waits_for.is_null() { "the host" } else { "another thread" };
        report.push_str(&format!(" {name} waits for {why};"));
        block = thread.next;
        if block.is_null() {
            return report;
        }
    }
}

impl Turns {
    fn state(&self) -> MutexGuard<'_, State> {
        // A thread that panicked changed nothing halfway.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn await_turn(&self, thread: u32) {
        let state = self.changed.wait_while(self.state(), |state| state.running != thread);
        let ended = state.unwrap_or_else(PoisonError::into_inner).ended.clone();
        if let Some(why) = ended {
            trap(format_args!("{why}"));
        }
    }
}
