//! The destructors of a thread's variables, the newest first.
//!
//! One block each, and not a vector of them: few variables have one, and most of what a small program had of this was how a vector grows.

use crate::alloc::System;
use crate::cell::Cell;
use crate::ptr;
use crate::sys::thread_local::{guard, per_thread};

per_thread! {
    static NEWEST: Cell<*mut Destructor> = Cell::new(ptr::null_mut());
}

struct Destructor {
    variable: *mut u8,
    destroy: unsafe extern "C" fn(*mut u8),
    older: *mut Destructor,
}

/// Has `destroy` called with `variable` at the end of this thread.
///
/// # Safety
///
/// That is sound then, and panics are its own affair.
pub unsafe fn register(variable: *mut u8, destroy: unsafe extern "C" fn(*mut u8)) {
    guard::enable();
    // The program's own allocator may have such variables itself.
    let destructor = Box::new_in(Destructor { variable, destroy, older: NEWEST.get() }, System);
    NEWEST.set(Box::into_raw_with_allocator(destructor).0);
}

/// Calls them all, those too that are registered meanwhile.
///
/// # Safety
///
/// The thread ends, and nothing refers to its variables any more.
pub unsafe fn run() {
    while !NEWEST.get().is_null() {
        // SAFETY: `register` made a pointer of a box of this allocator, and it leaves the list before anything else sees that.
        let destructor = unsafe { Box::from_raw_in(NEWEST.get(), System) };
        NEWEST.set(destructor.older);
        let Destructor { variable, destroy, .. } = *destructor;
        // SAFETY: both callers' promises.
        unsafe { destroy(variable) };
    }
}
