# The functions of threads that must not have a frame on the shadow stack: they set the stack pointer, or run before there is one.
#
# Every name here is shared with the linker (library/contract/src/symbols.rs), which renames the imports, makes each use of
# `__stack_pointer` and `__tls_base` elsewhere a use of context slots 0 and 1, and links the `__wrap_` twins into programs that cannot
# make a thread. `entry.rs` includes this file; what stands in braces are functions of Rust, and what `fatal.rs` names are functions
# of the crate above.

# A canonical built-in, by the name that the linker gives a better one.
    .macro component_import name, field, signature:vararg
    .functype \name \signature
    .import_module \name, component_built_in
    .import_name \name, \field
    .endm

# The beginning of a function, which is linked where its name is wanted.
    .macro component_function name, signature:vararg
    .section .text.\name,"",@
    .globl \name
    .type \name,@function
\name:
    .functype \name \signature
    .endm

# The address in the block of thread-local variables where the lowest one of the stack stands.
    .macro component_stack_limit_of_thread
    i32.const component_stack_limit@TLSREL
    call component_context_get_1
    i32.add
    .endm

# The upper end of the stack for those who have none.
    .macro component_reserve_end
    i32.const component_reserve_stack+16384
    .endm

    .globaltype __stack_pointer, i32
    .globaltype __tls_base, i32, immutable

    component_import component_context_get_0, context_get_0, () -> (i32)
    component_import component_context_set_0, context_set_0, (i32) -> ()
    component_import component_context_get_1, context_get_1, () -> (i32)
    component_import component_context_set_1, context_set_1, (i32) -> ()
    component_import component_thread_new_indirect, thread_new_indirect_v0, (i32, i32) -> (i32)
    component_import component_thread_index, thread_index, () -> (i32)
    component_import component_thread_suspend, thread_suspend, () -> (i32)
    component_import component_thread_resume_later, thread_resume_later, (i32) -> ()

    .functype {run} (i32) -> ()
    .functype {stack_overflow} () -> ()
    .functype {deadlock} () -> ()
    .functype {task_begin} () -> (i32)
    .functype {task_end} () -> ()
    .functype {task_free} (i32) -> ()
    .functype {task_exchange} (i32, i32, i32) -> (i32)
    .functype {destructor_stack} () -> (i32)
    .functype {destructor_stack_free} (i32) -> ()
    .functype {describe} (i32) -> (i32)

# What Rust calls. An import that Rust declared by the name would be another one, of module `env`.
    component_function component_rt_thread_new_indirect, (i32, i32) -> (i32)
    local.get 0
    local.get 1
    call component_thread_new_indirect
    end_function

    component_function component_rt_thread_index, () -> (i32)
    call component_thread_index
    end_function

    component_function component_rt_thread_suspend, () -> (i32)
    call component_thread_suspend
    end_function

    component_function component_rt_thread_resume_later, (i32) -> ()
    local.get 0
    call component_thread_resume_later
    end_function

# (block) -> (): the first function of a thread. The block's first words: stack pointer, thread-local variables, lowest address of the stack.
    component_function component_thread_start, (i32) -> ()
    local.get 0
    i32.load 0
    call component_context_set_0
    local.get 0
    i32.load 4
    call component_context_set_1
    component_stack_limit_of_thread
    local.get 0
    i32.load 8
    i32.store 0
    local.get 0
    call {run}
    end_function

# (new) -> (): called in place of setting the stack pointer. Below the stack's end the program ends, with a message from the reserve.
# A frame has less than 2 GiB, so the sign of the difference tells it, also where the subtraction went round the end of the address space.
    component_function component_set_stack_pointer, (i32) -> ()
    local.get 0
    component_stack_limit_of_thread
    i32.load 0
    i32.sub
    i32.const 0
    i32.lt_s
    if
    component_stack_limit_of_thread
    i32.const 0
    i32.store 0
    component_reserve_end
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
    component_stack_limit_of_thread
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
    component_reserve_end
    call component_context_set_0
    component_stack_limit_of_thread
    i32.const 0
    i32.store 0
    local.get 1
    call {destructor_stack_free}
    end_block
    .endm

# (event) -> (): around every task and every allocation for the host. A task has the static stack and, until it gets some of its own,
# the first thread's variables; an allocation for a task that has no stack yet has the reserve.
    component_function __wasm_task_hook, (i32) -> ()
    .local i32
    block
    call component_context_get_0
    local.tee 1
    br_if 0
    component_reserve_end
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
    component_reserve_end
    i32.ne
    br_if 0
    i32.const 0
    call component_context_set_0
    end_block
    component_task_variables
    end_function

# (event) -> (): the same where slot 0 is the bindings' own, and stack pointers are saved around imports instead. What ran before does not
# matter, and at the end of a task or an allocation it does no harm: whoever goes on then has saved its own.
    component_function component_task_hook_saved, (i32) -> ()
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
    component_reserve_end
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
    component_function component_describe_thread, (i32) -> (i32)
    i32.const 0
    call component_context_set_0
    i32.const 12
    call __wasm_task_hook
    local.get 0
    call {describe}
    end_function

# (event) -> (): the same in a program without threads, where context slot 0 is free.
    component_function component_task_hook_single, (i32) -> ()
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
    component_function component_tls_init, (i32) -> ()
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
    component_function __wrap_component_thread_index, () -> (i32)
    i32.const 0
    end_function

    component_function __wrap_component_thread_suspend, () -> (i32)
    call {deadlock}
    unreachable
    end_function

    component_function __wrap_component_thread_resume_later, (i32) -> ()
    unreachable
    end_function

# Link-time optimisation may bring this file twice.
    .purgem component_import
    .purgem component_function
    .purgem component_stack_limit_of_thread
    .purgem component_reserve_end
