//! The functions of threads and tasks that must not have a frame, in assembly, and those of Rust which they call.

core::arch::global_asm!(
    include_str!("entry.s"),
    deadlock = sym crate::fatal::deadlock,
    run = sym super::run,
    task_begin = sym crate::task::begin,
    task_end = sym crate::task::end,
    task_free = sym crate::task::free,
    task_exchange = sym crate::task::exchange,
    destructor_stack = sym crate::task::destructor_stack,
    destructor_stack_free = sym crate::task::destructor_stack_free,
    destructor_stack_size = const crate::task::DESTRUCTOR_STACK,
    give_way = sym super::yield_from_a_spin,
    stack_overflow = sym crate::fatal::stack_overflow,
    spin = sym super::spin,
    describe = sym super::describe,
    point = sym crate::schedule::at_atomic,
);
