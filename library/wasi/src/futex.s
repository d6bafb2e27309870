# What memory.atomic.notify, wait32 and wait64 of user code become (library/contract/src/symbols.rs, `FUTEX`).

    .functype {notify} (i32, i32) -> (i32)
    .functype {wait_32} (i32, i32, i64) -> (i32)
    .functype {wait_64} (i32, i64, i64) -> (i32)

    .section .text.component_futex_notify,"",@
    .globl component_futex_notify
    .type component_futex_notify,@function
component_futex_notify:
    .functype component_futex_notify (i32, i32) -> (i32)
    local.get 0
    local.get 1
    call {notify}
    end_function

    .section .text.component_futex_wait32,"",@
    .globl component_futex_wait32
    .type component_futex_wait32,@function
component_futex_wait32:
    .functype component_futex_wait32 (i32, i32, i64) -> (i32)
    local.get 0
    local.get 1
    local.get 2
    call {wait_32}
    end_function

    .section .text.component_futex_wait64,"",@
    .globl component_futex_wait64
    .type component_futex_wait64,@function
component_futex_wait64:
    .functype component_futex_wait64 (i32, i64, i64) -> (i32)
    local.get 0
    local.get 1
    local.get 2
    call {wait_64}
    end_function
