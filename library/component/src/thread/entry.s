# The functions of threads that must not have a frame on the shadow stack: they set the stack pointer, or run before there is one.
#
# Every name here is shared with the linker (library/contract/src/symbols.rs), which renames the imports, makes each use of `__stack_pointer` and
# `__tls_base` elsewhere a use of context slots 0 and 1, and links the `__wrap_` twins into programs that cannot make a thread.
# `entry.rs` includes this file; what stands in braces are functions of Rust, and what `fatal.rs` names are functions of the crate above.

    .globaltype __stack_pointer, i32
    .globaltype __tls_base, i32, immutable

    .functype component_context_get_0 () -> (i32)
    .import_module component_context_get_0, component_built_in
    .import_name component_context_get_0, context_get_0
    .functype component_context_set_0 (i32) -> ()
    .import_module component_context_set_0, component_built_in
    .import_name component_context_set_0, context_set_0
    .functype component_context_get_1 () -> (i32)
    .import_module component_context_get_1, component_built_in
    .import_name component_context_get_1, context_get_1
    .functype component_context_set_1 (i32) -> ()
    .import_module component_context_set_1, component_built_in
    .import_name component_context_set_1, context_set_1
    .functype component_thread_new_indirect (i32, i32) -> (i32)
    .import_module component_thread_new_indirect, component_built_in
    .import_name component_thread_new_indirect, thread_new_indirect_v0
    .functype component_thread_index () -> (i32)
    .import_module component_thread_index, component_built_in
    .import_name component_thread_index, thread_index
    .functype component_thread_suspend () -> (i32)
    .import_module component_thread_suspend, component_built_in
    .import_name component_thread_suspend, thread_suspend
    .functype component_thread_resume_later (i32) -> ()
    .import_module component_thread_resume_later, component_built_in
    .import_name component_thread_resume_later, thread_resume_later

    .functype {run} (i32) -> ()
    .functype {stack_overflow} () -> ()
    .functype {deadlock} () -> ()
    .functype {task_begin} () -> (i32)
    .functype {task_end} () -> ()
    .functype {task_free} (i32) -> ()
    .functype {task_exchange} (i32, i32, i32) -> (i32)
    .functype {destructor_stack} () -> (i32)
    .functype {destructor_stack_free} (i32) -> ()
    .functype {give_way} () -> ()
    .functype {spin} () -> ()
    .functype {describe} (i32) -> (i32)
    .functype {point} () -> ()

# What Rust calls. An import that Rust declared by the name would be another one, of module `env`.
    .section .text.component_rt_thread_new_indirect,"",@
    .globl component_rt_thread_new_indirect
    .type component_rt_thread_new_indirect,@function
component_rt_thread_new_indirect:
    .functype component_rt_thread_new_indirect (i32, i32) -> (i32)
    local.get 0
    local.get 1
    call component_thread_new_indirect
    end_function

    .section .text.component_rt_thread_index,"",@
    .globl component_rt_thread_index
    .type component_rt_thread_index,@function
component_rt_thread_index:
    .functype component_rt_thread_index () -> (i32)
    call component_thread_index
    end_function

    .section .text.component_rt_thread_suspend,"",@
    .globl component_rt_thread_suspend
    .type component_rt_thread_suspend,@function
component_rt_thread_suspend:
    .functype component_rt_thread_suspend () -> (i32)
    call component_thread_suspend
    end_function

    .section .text.component_rt_thread_resume_later,"",@
    .globl component_rt_thread_resume_later
    .type component_rt_thread_resume_later,@function
component_rt_thread_resume_later:
    .functype component_rt_thread_resume_later (i32) -> ()
    local.get 0
    call component_thread_resume_later
    end_function

# (block) -> (): the first function of a thread. The block's first words: stack pointer, thread-local variables, lowest address of the stack.
    .section .text.component_thread_start,"",@
    .globl component_thread_start
    .type component_thread_start,@function
component_thread_start:
    .functype component_thread_start (i32) -> ()
    local.get 0
    i32.load 0
    call component_context_set_0
    local.get 0
    i32.load 4
    call component_context_set_1
    i32.const component_stack_limit@TLSREL
    call component_context_get_1
    i32.add
    local.get 0
    i32.load 8
    i32.store 0
    local.get 0
    call {run}
    end_function

# (new) -> (): called in place of setting the stack pointer. Below the stack's end the program ends, with a message from the reserve.
# A frame has less than 2 GiB, so the sign of the difference tells it, also where the subtraction went round the end of the address space.
    .section .text.component_set_stack_pointer,"",@
    .globl component_set_stack_pointer
    .type component_set_stack_pointer,@function
component_set_stack_pointer:
    .functype component_set_stack_pointer (i32) -> ()
    local.get 0
    i32.const component_stack_limit@TLSREL
    call component_context_get_1
    i32.add
    i32.load 0
    i32.sub
    i32.const 0
    i32.lt_s
    if
    i32.const component_stack_limit@TLSREL
    call component_context_get_1
    i32.add
    i32.const 0
    i32.store 0
    i32.const component_reserve_stack+16384
    call component_context_set_0
    call {stack_overflow}
    unreachable
    end_if
    local.get 0
    call component_context_set_0
    end_function

# What becomes of the thread-local variables at an event: a task lifted async has some of its own.
    .macro component_task_variables
# 2: such a task begins.
    block
    local.get 0
    i32.const 2
    i32.ne
    br_if 0
    call {task_begin}
    call component_context_set_1
    end_block
# 5: it has ended.
    block
    local.get 0
    i32.const 5
    i32.ne
    br_if 0
    call {task_end}
    call component_context_get_1
    local.set 1
    global.get __tls_base
    call component_context_set_1
    local.get 1
    call {task_free}
    end_block
    .endm

# A destructor that another component calls, or the host, runs while a task may have stopped in the middle, with its frames on the static stack,
# which nobody knows the end of. It gets a stack of its own. One that the program calls itself, by dropping what it owns, stays where it is.
# Local 1: whether the caller has a stack here.
    .macro component_task_destructors
# 8: it begins.
    block
    local.get 0
    i32.const 8
    i32.ne
    br_if 0
    block
    local.get 1
    br_if 0
    call {destructor_stack}
    local.tee 1
    call component_context_set_0
    i32.const component_stack_limit@TLSREL
    call component_context_get_1
    i32.add
    local.get 1
    i32.const {destructor_stack_size}
    i32.sub
    i32.store 0
    i32.const component_destructors
    local.get 1
    i32.store 0
    i32.const component_destructors
    i32.const 0
    i32.store 4
    br 1
    end_block
    i32.const component_destructors
    i32.const component_destructors
    i32.load 4
    i32.const 1
    i32.add
    i32.store 4
    end_block
# 9: it has ended. The first one that does so on that stack with no other in it was the first.
    block
    local.get 0
    i32.const 9
    i32.ne
    br_if 0
    i32.const component_destructors
    i32.load 0
    local.tee 1
    i32.eqz
    br_if 0
    block
    i32.const component_destructors
    i32.load 4
    i32.eqz
    br_if 0
    i32.const component_destructors
    i32.const component_destructors
    i32.load 4
    i32.const 1
    i32.sub
    i32.store 4
    br 1
    end_block
    i32.const component_destructors
    i32.const 0
    i32.store 0
    i32.const component_reserve_stack+16384
    call component_context_set_0
    i32.const component_stack_limit@TLSREL
    call component_context_get_1
    i32.add
    i32.const 0
    i32.store 0
    local.get 1
    call {destructor_stack_free}
    end_block
    .endm

# (event) -> (): around every task and every allocation for the host. A task has the static stack and, until it gets some of its own,
# the first thread's variables; an allocation for a task that has no stack yet has the reserve.
    .section .text.__wasm_task_hook,"",@
    .globl __wasm_task_hook
    .type __wasm_task_hook,@function
__wasm_task_hook:
    .functype __wasm_task_hook (i32) -> ()
    .local i32
    block
    call component_context_get_0
    local.tee 1
    br_if 0
    i32.const component_reserve_stack+16384
    global.get __stack_pointer
    local.get 0
    i32.const -5
    i32.and
    i32.const 8
    i32.eq
    i32.select
    call component_context_set_0
    global.get __tls_base
    call component_context_set_1
    end_block
    component_task_destructors
# 13: the allocation is over.
    block
    local.get 0
    i32.const 13
    i32.ne
    br_if 0
    call component_context_get_0
    i32.const component_reserve_stack+16384
    i32.ne
    br_if 0
    i32.const 0
    call component_context_set_0
    end_block
    component_task_variables
    end_function

# (event) -> (): the same where slot 0 is the bindings' own, and stack pointers are saved around imports instead. What ran before does not
# matter, and at the end of a task or an allocation it does no harm: whoever goes on then has saved its own.
    .section .text.component_task_hook_saved,"",@
    .globl component_task_hook_saved
    .type component_task_hook_saved,@function
component_task_hook_saved:
    .functype component_task_hook_saved (i32) -> ()
    .local i32
    call component_context_get_1
    local.set 1
    block
    local.get 0
    i32.const -2
    i32.and
    i32.const 8
    i32.eq
    local.get 1
    i32.const 0
    i32.ne
    i32.and
    br_if 0
    i32.const component_reserve_stack+16384
    global.get __stack_pointer
    local.get 0
    i32.const -5
    i32.and
    i32.const 8
    i32.eq
    i32.select
    call component_context_set_0
    end_block
    block
    local.get 1
    br_if 0
    global.get __tls_base
    call component_context_set_1
    end_block
    component_task_destructors
    component_task_variables
    end_function

# The upper end of the destructors' stack while it is in use, and how many more have begun on it.
    .section .bss.component_destructors,"",@
    .type component_destructors,@object
    .p2align 2
component_destructors:
    .skip 8
    .size component_destructors, 8

# (block) -> (description): what a host asks once no thread can ever run again. It has no stack then, and gets the reserve.
    .section .text.component_describe_thread,"",@
    .globl component_describe_thread
    .type component_describe_thread,@function
component_describe_thread:
    .functype component_describe_thread (i32) -> (i32)
    i32.const 0
    call component_context_set_0
    i32.const 12
    call __wasm_task_hook
    local.get 0
    call {describe}
    end_function

# (event) -> (): the same in a program without threads, where context slot 0 is free.
    .section .text.component_task_hook_single,"",@
    .globl component_task_hook_single
    .type component_task_hook_single,@function
component_task_hook_single:
    .functype component_task_hook_single (i32) -> ()
    local.get 0
    global.get __tls_base
    call component_context_get_0
    call {task_exchange}
    call component_context_set_0
    end_function

# (to, from, length) -> (): the linker makes the call of it a memory.init.
    .section .text.component_memory_init,"",@
    .type component_memory_init,@function
component_memory_init:
    .functype component_memory_init (i32, i32, i32) -> ()
    unreachable
    end_function

# (to) -> (): gives the thread-local variables at `to` their first values.
    .section .text.component_tls_init,"",@
    .globl component_tls_init
    .type component_tls_init,@function
component_tls_init:
    .functype component_tls_init (i32) -> ()
    local.get 0
    i32.const 0
    i32.const 0
    i32.load component_tls
    call component_memory_init
    end_function

# Size and alignment of the thread-local variables; the linker fills them in.
    .section .data.component_tls,"",@
    .globl component_tls
    .type component_tls,@object
    .p2align 2
component_tls:
    .int32 0xffffffff
    .int32 0xffffffff
    .size component_tls, 8

    .section .bss.component_reserve_stack,"",@
    .type component_reserve_stack,@object
    .p2align 4
component_reserve_stack:
    .skip 16384
    .size component_reserve_stack, 16384

    .section .tbss.component_stack_limit,"T",@
    .type component_stack_limit,@object
    .p2align 2
component_stack_limit:
    .skip 4
    .size component_stack_limit, 4

# In a program that cannot make a thread: there is one thread, nobody else will ever resume it, and nobody is there to be resumed.
    .section .text.__wrap_component_thread_index,"",@
    .globl __wrap_component_thread_index
    .type __wrap_component_thread_index,@function
__wrap_component_thread_index:
    .functype __wrap_component_thread_index () -> (i32)
    i32.const 0
    end_function

    .section .text.__wrap_component_thread_suspend,"",@
    .globl __wrap_component_thread_suspend
    .type __wrap_component_thread_suspend,@function
__wrap_component_thread_suspend:
    .functype __wrap_component_thread_suspend () -> (i32)
    call {deadlock}
    unreachable
    end_function

    .section .text.__wrap_component_thread_resume_later,"",@
    .globl __wrap_component_thread_resume_later
    .type __wrap_component_thread_resume_later,@function
__wrap_component_thread_resume_later:
    .functype __wrap_component_thread_resume_later (i32) -> ()
    unreachable
    end_function

# For code that spins on memory instead of waiting: the linker counts what looks like it, core's `spin_loop` calls it.
    .section .text.component_rt_give_way,"",@
    .globl component_rt_give_way
    .type component_rt_give_way,@function
component_rt_give_way:
    .functype component_rt_give_way () -> ()
    call {give_way}
    end_function

    .section .text.component_rt_spin,"",@
    .globl component_rt_spin
    .type component_rt_spin,@function
component_rt_spin:
    .functype component_rt_spin () -> ()
    call {spin}
    end_function

# What the linker puts before each atomic instruction, if it is told to.
    .section .text.component_rt_schedule_point,"",@
    .globl component_rt_schedule_point
    .type component_rt_schedule_point,@function
component_rt_schedule_point:
    .functype component_rt_schedule_point () -> ()
    call {point}
    end_function
