//! Subtasks and waitable sets: calls with a deadline, and what a cancellation comes to.

mod common;

use std::cell::Cell;
use std::rc::Rc;

use common::must_panic;
use common::time::Mark;
use component_rt::abi::fake::host::{self, live_handles};
use component_rt::abi::fake::waitables::{
    CANCELLED_BEFORE_RETURNED, RETURNED, begin_cancellable_subtask, begin_subtask,
};
use component_rt::call;
use component_rt::event::Event;
use component_rt::waitable_set::WaitableSet;

/// Calls an import that returns 7 at `when`.
fn call_seven(deadline: u64, when: u64) -> Option<u32> {
    // SAFETY: the fake import stores a `u32` before it is said to have returned, and points to nothing else.
    unsafe {
        call::until(Mark(deadline), |area: *mut u32| {
            begin_subtask(when, move || {
                // The area lives until the subtask is resolved.
                area.write(7)
            })
        })
    }
}

#[test]
fn call_that_returns_at_once_makes_no_subtask() {
    assert_eq!(call_seven(0, 0), Some(7));
    assert_eq!(live_handles(), [""; 0]);
}

#[test]
fn call_that_returns_before_the_deadline() {
    assert_eq!(call_seven(1_000, 400), Some(7));
    assert_eq!(host::now(), 400);
    assert_eq!(live_handles(), ["waitable-set"]);
}

#[test]
fn call_that_is_too_slow_is_cancelled() {
    assert_eq!(call_seven(1_000, 4_000), None);
    assert_eq!(host::now(), 1_000);
    assert_eq!(live_handles(), ["waitable-set"]);
    // Its end, later on, writes nowhere.
    host::advance_to(5_000);
}

#[test]
fn cancelled_call_that_returned_all_the_same_has_its_result() {
    let returned = Rc::new(Cell::new(false));
    let seen = Rc::clone(&returned);
    // SAFETY: the fake import stores a `u32` before it is said to have returned, and points to nothing else.
    let result = unsafe {
        call::until(Mark(10), |area: *mut u32| {
            let on_cancel = move || {
                // The area lives until the subtask is resolved.
                area.write(9);
                seen.set(true);
                RETURNED
            };
            begin_cancellable_subtask(1_000, || (), Some(Box::new(on_cancel)))
        })
    };
    assert_eq!(result, Some(9));
    assert!(returned.get());
    assert_eq!(live_handles(), ["waitable-set"]);
}

#[test]
fn cancelled_call_tells_its_callee() {
    let cancelled = Rc::new(Cell::new(false));
    let seen = Rc::clone(&cancelled);
    let on_cancel = move || {
        seen.set(true);
        CANCELLED_BEFORE_RETURNED
    };
    // SAFETY: the fake import never returns, and points to nothing.
    let result: Option<u32> =
        unsafe { call::until(Mark(10), |_| begin_cancellable_subtask(1_000, || (), Some(Box::new(on_cancel)))) };
    assert_eq!(result, None);
    assert!(cancelled.get());
}

#[test]
fn poll_of_an_empty_set_is_no_event() {
    assert_eq!(WaitableSet::new().poll(), Event::None);
    assert_eq!(live_handles(), [""; 0]);
}

#[test]
fn host_that_breaks_the_abi_is_found_out() {
    let message = must_panic(|| {
        // State 9 does not exist.
        // SAFETY: the call never returns a result, and points to nothing.
        let _ = unsafe { call::until::<u32>(Mark(10), |_| 9) };
    });
    assert!(message.contains("a subtask state is at most 4"), "{message}");
}
