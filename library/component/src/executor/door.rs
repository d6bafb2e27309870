//! `wasip3_task_set`: the function by which bindings find, and publish, who polls.
//!
//! Theirs is weak and gives way to this one, which knows each thread's own.

use crate::published::{self, Task};

crate::symbol! {
    "wasip3_task_set" "(i32) -> (i32)" "0" = set;
}

extern "C" fn set(task: *mut Task) -> *mut Task {
    let before = published::replace(task);
    // SAFETY: what was published is valid until the one who published it takes it back; nobody reads it in the middle of this.
    if let Some(before) = unsafe { before.as_mut() }
        && super::is_ours(before)
    {
        before.functions = &super::FUNCTIONS_FOR_BINDINGS;
    }
    before
}
