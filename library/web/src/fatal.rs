//! How a program ends that cannot go on: it says why on standard error first.
//!
//! The crate below only names these functions (its `fatal.rs`), and so does its assembly. Each is linked if it can be reached.

use component_rt::assert;
use contract::exit::DEADLOCKED;

use crate::{console, exit};

component_rt::symbol! {
    "component_stack_overflow" "() -> ()" = stack_overflow;
    "component_deadlock" "() -> ()" = deadlock;
    "component_out_of_memory" "() -> ()" = out_of_memory;
}

/// The stack has overflowed. Runs on the reserve stack.
extern "C" fn stack_overflow() {
    console::write_stderr(b"\nthread has overflowed its stack\nfatal runtime error: stack overflow, aborting\n");
    assert::trap()
}

/// This thread waits for something that only another thread could do, and there is no other.
extern "C" fn deadlock() {
    console::write_stderr(
        b"deadlock: the only thread waits for something that only another thread could do (a lock, a join, a channel)\n",
    );
    exit::exit(DEADLOCKED.into())
}

/// There is no memory for a task's thread-local variables.
extern "C" fn out_of_memory() {
    console::write_stderr(b"fatal runtime error: no memory for a task's thread-local variables, aborting\n");
    assert::trap()
}
