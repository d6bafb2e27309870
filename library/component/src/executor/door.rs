//! `wasip3_task_set`: the function by which bindings find, and publish, who polls.
//!
//! Theirs is weak and gives way to this one, which knows each thread's own.

use crate::published::{self, Task};

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

// In assembly, so that rustc does not take it for something that the program exports.
core::arch::global_asm!(
    ".globl wasip3_task_set",
    ".section .text.wasip3_task_set,\"\",@",
    ".type wasip3_task_set,@function",
    ".functype {set} (i32) -> (i32)",
    "wasip3_task_set:",
    ".functype wasip3_task_set (i32) -> (i32)",
    "local.get 0",
    "call {set}",
    "end_function",
    set = sym set,
);
