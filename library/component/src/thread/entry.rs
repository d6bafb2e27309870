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
    stack_overflow = sym crate::fatal::stack_overflow,
    describe = sym super::describe,
);

crate::symbol! {
    // For code that spins on memory instead of waiting: the linker counts what looks like it, core's `spin_loop` calls it.
    "component_rt_give_way" "() -> ()" = super::yield_from_a_spin;
    "component_rt_spin" "() -> ()" = super::spin;
    // What the linker puts before each atomic instruction, if it is told to.
    "component_rt_schedule_point" "() -> ()" = crate::schedule::at_atomic;
}
