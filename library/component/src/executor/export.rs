//! Exports that are lifted `async` with a callback: a task of the component model is an executor that the host runs. Canonical ABI:
//! `canon_lift`, "callback".
//!
//! Where [`super::block_on`] would wait, a callback returns and is called again with the event. In between the executor belongs to the task: it
//! stands in a variable of the task's own thread ([`crate::task`]). It ends when nothing is left to poll; what the export has spawned goes on
//! after it has returned.

use core::future::Future;
use core::ptr;

use alloc_crate::boxed::Box;

use super::task::{self, JoinHandle};
use super::{Core, CoreRef};
use crate::abi::builtins;
use crate::per_thread::ThreadPointer;
use crate::published;
use crate::waitable_set::Delivery;

/// What a callback gives. Canonical ABI: `CallbackCode`.
const EXIT: u32 = 0;
const YIELD: u32 = 1;
const WAIT: u32 = 2;
/// Where the set stands in it.
const SET: u32 = 4;

/// The events that are not a waitable's. Canonical ABI: `EventCode`.
const NONE: u32 = 0;
const TASK_CANCELLED: u32 = 6;

/// A task of the component model while it is not being run.
struct Task {
    core: CoreRef,
    root: JoinHandle<()>,
    /// The future by which it is woken while it waits.
    wakeup: Option<u32>,
    /// Its caller does not want the result any more.
    is_cancelled: bool,
}

/// Named so for the linker, which gives each thread its own.
static __RUST_STD_INTERNAL_VAL: ThreadPointer = ThreadPointer::NULL;

crate::symbol! {
    "component_callback" "(i32, i32, i32) -> (i32)" "0" "1" "2" = callback;
}

/// Begins the task of an export: `future` gives its result back.
pub fn begin_task<F: Future<Output = ()> + 'static>(future: F) -> u32 {
    let core = Core::make();
    core.root_is_ready.set(false);
    let root = task::spawn(&core, future);
    run(Box::new(Task { core, root, wakeup: None, is_cancelled: false }))
}

/// Goes on with the task.
extern "C" fn callback(event: u32, waitable: u32, payload: u32) -> u32 {
    let task = __RUST_STD_INTERNAL_VAL.replace(ptr::null_mut());
    // SAFETY: `run` has left it there for this call, which the host makes once for each time that it returned.
    let mut task = unsafe { Box::from_raw(task.cast::<Task>()) };
    let is_for_waitable = event != NONE && event != TASK_CANCELLED;
    if let Some(wakeup) = task.wakeup.take() {
        let woken = is_for_waitable && wakeup == waitable;
        task.core.end_waiting(woken);
        if is_for_waitable && !woken {
            task.core.deliver(Delivery { waitable, payload });
        }
    }
    if event == TASK_CANCELLED && !task.root.is_finished() {
        // It is dropped when its turn comes, which is next.
        task.root.cancel();
        task.is_cancelled = true;
    }
    run(task)
}

/// Polls until nothing can go on.
fn run(mut task: Box<Task>) -> u32 {
    let core = &*task.core;
    let before = published::replace((&raw const core.published).cast_mut());
    let is_idle = core.poll_tasks();
    core.polled.set(0);
    if task.is_cancelled && task.root.is_finished() {
        task.is_cancelled = false;
        builtins::task_cancel();
    }
    let code = if core.tasks.first().is_none() {
        core.end();
        EXIT
    } else if is_idle {
        task.wakeup = Some(core.begin_waiting());
        WAIT | core.set.index() << SET
    } else {
        YIELD
    };
    published::replace(before);
    if code != EXIT {
        __RUST_STD_INTERNAL_VAL.replace(Box::into_raw(task).cast());
    }
    code
}
