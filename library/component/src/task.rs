//! Thread-local variables of tasks whose calls overlap. Canonical ABI: a task's code runs in a thread of its own.
//!
//! Bindings for `target_env = "p3"` rely on it: they keep what belongs to one call of an export lifted `async` in a
//! thread-local variable. The host announces each such task through a hook around the program's functions
//! (`thread/entry.s`); here each gets variables of its own, with first values, and they are dropped at its end.
//!
//! Where the program makes threads, a task's variables are found through its context slot. Elsewhere there is one place for
//! them all, and the contents are exchanged whenever a task stops or goes on: those tasks never stop in the middle.
//!
//! Left out: tasks of exports lifted without `async`. They come one after the other, and share the first thread's variables.

use core::alloc::{Layout, LayoutError};
use core::ptr;

use component_heap as heap;

use crate::abi::threads;
use crate::fatal;

crate::instance_state! {
    static AT_END: Option<fn()> = None;
}

/// Has `end` called at the end of every task that has variables of its own, while it still has them.
pub fn at_end(end: fn()) {
    AT_END.with(|at_end| *at_end = Some(end));
}

/// Thread-local variables with their first values, for a task that begins.
pub(crate) extern "C" fn begin() -> *mut u8 {
    let Ok(layout) = layout() else { fatal::out_of_memory() };
    // SAFETY: the layout has a size.
    let variables = unsafe { heap::allocate(layout) };
    if variables.is_null() {
        fatal::out_of_memory();
    }
    // SAFETY: they were allocated for it just now.
    unsafe { threads::initialize_tls(variables) };
    variables
}

/// The task ends; its variables are still in force.
pub(crate) extern "C" fn end() {
    if let Some(end) = AT_END.with(|at_end| *at_end) {
        end();
    }
}

/// The task has ended, and its variables are not in force any more.
pub(crate) extern "C" fn free(variables: *mut u8) {
    if let Ok(layout) = layout() {
        // SAFETY: allocated in `begin`, with this layout; the hook calls this once for each.
        unsafe { heap::deallocate(variables, layout) };
    }
}

/// How large the stack for destructors is that another component calls, or the host. Pages that are never reached cost nothing.
pub(crate) const DESTRUCTOR_STACK: usize = 256 * 1024;

/// Makes that stack: gives its upper end.
pub(crate) extern "C" fn destructor_stack() -> *mut u8 {
    // SAFETY: the layout has a size.
    let stack = unsafe { heap::allocate(DESTRUCTOR_STACK_LAYOUT) };
    if stack.is_null() {
        fatal::out_of_memory();
    }
    // SAFETY: the end of what was allocated.
    unsafe { stack.add(DESTRUCTOR_STACK) }
}

/// Gives it back.
pub(crate) extern "C" fn destructor_stack_free(end: *mut u8) {
    // SAFETY: allocated in `destructor_stack` with this layout; the hook calls this once for each, on another stack.
    unsafe { heap::deallocate(end.sub(DESTRUCTOR_STACK), DESTRUCTOR_STACK_LAYOUT) };
}

const DESTRUCTOR_STACK_LAYOUT: Layout = match Layout::from_size_align(DESTRUCTOR_STACK, 16) {
    Ok(layout) => layout,
    Err(_) => unreachable!(),
};

/// An event of a program without threads: `base` is where the variables are that are in force, `kept` what the task's context
/// slot holds. Gives what it is to hold.
pub(crate) extern "C" fn exchange(event: u32, base: *mut u8, kept: *mut u8) -> *mut u8 {
    let swap = |variables: *mut u8| {
        let (size, _) = threads::tls_layout();
        // SAFETY: two different allocations of that size, made for the same variables; nobody refers into them while the host
        // changes from task to task.
        unsafe { ptr::swap_nonoverlapping(base, variables, size) };
    };
    match event {
        ASYNC_START => {
            let variables = begin();
            swap(variables);
            variables
        }
        ASYNC_RESUME | ASYNC_BLOCK => {
            swap(kept);
            kept
        }
        ASYNC_FINISH => {
            end();
            swap(kept);
            free(kept);
            ptr::null_mut()
        }
        _ => kept,
    }
}

/// Events of wit-component's task hook.
const ASYNC_START: u32 = 2;
const ASYNC_RESUME: u32 = 3;
const ASYNC_BLOCK: u32 = 4;
const ASYNC_FINISH: u32 = 5;

/// Never empty, so that it can be allocated.
fn layout() -> Result<Layout, LayoutError> {
    let (size, alignment) = threads::tls_layout();
    Layout::from_size_align(size.max(1), alignment.max(1))
}
