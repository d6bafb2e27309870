# The names by which library/component calls the functions of fatal.rs. They are no exports of Rust, because a
# `no_mangle` function is exported from every program.

    .functype {stack_overflow} () -> ()
    .functype {deadlock} () -> ()
    .functype {out_of_memory} () -> ()

    .section .text.component_stack_overflow,"",@
    .globl component_stack_overflow
    .type component_stack_overflow,@function
component_stack_overflow:
    .functype component_stack_overflow () -> ()
    call {stack_overflow}
    end_function

    .section .text.component_deadlock,"",@
    .globl component_deadlock
    .type component_deadlock,@function
component_deadlock:
    .functype component_deadlock () -> ()
    call {deadlock}
    end_function

    .section .text.component_out_of_memory,"",@
    .globl component_out_of_memory
    .type component_out_of_memory,@function
component_out_of_memory:
    .functype component_out_of_memory () -> ()
    call {out_of_memory}
    end_function
