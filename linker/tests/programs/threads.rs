//! A command with what the library must bring for threads, in the least form: library/contract says what each part is.
//!
//! With `--cfg spawns` it makes a thread. It is linked and looked at, not run.
#![feature(no_core, asm_experimental_arch)]
#![no_core]
#![no_main]
#[macro_use]
extern crate mini_core;

global_asm!(
    r#"
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

    .functype component_thread_main (i32) -> ()
    .functype component_stack_overflow () -> ()

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
    call component_thread_main
    end_function

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
    i32.lt_u
    if
    i32.const component_reserve_stack+16384
    call component_context_set_0
    call component_stack_overflow
    unreachable
    end_if
    local.get 0
    call component_context_set_0
    end_function

    .section .text.__wasm_task_hook,"",@
    .globl __wasm_task_hook
    .type __wasm_task_hook,@function
__wasm_task_hook:
    .functype __wasm_task_hook (i32) -> ()
    block
    call component_context_get_0
    br_if 0
    i32.const component_reserve_stack+16384
    global.get __stack_pointer
    local.get 0
    i32.const 12
    i32.eq
    i32.select
    call component_context_set_0
    global.get __tls_base
    call component_context_set_1
    end_block
    end_function

    .section .text.component_memory_init,"",@
    .type component_memory_init,@function
component_memory_init:
    .functype component_memory_init (i32, i32, i32) -> ()
    unreachable
    end_function

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

    .section .text.__wrap_component_thread_index,"",@
    .globl __wrap_component_thread_index
    .type __wrap_component_thread_index,@function
__wrap_component_thread_index:
    .functype __wrap_component_thread_index () -> (i32)
    i32.const 0
    end_function

    .section .text.__wrap_component_thread_resume_later,"",@
    .globl __wrap_component_thread_resume_later
    .type __wrap_component_thread_resume_later,@function
__wrap_component_thread_resume_later:
    .functype __wrap_component_thread_resume_later (i32) -> ()
    unreachable
    end_function

    .section .text.__wrap_component_thread_suspend,"",@
    .globl __wrap_component_thread_suspend
    .type __wrap_component_thread_suspend,@function
__wrap_component_thread_suspend:
    .functype __wrap_component_thread_suspend () -> (i32)
    unreachable
    end_function
"#
);

// As LLVM 23 compiles a function with a frame that reads a thread-local variable; and one that chooses where these are.
#[cfg(llvm_23)]
global_asm!(
    r#"
    .functype __wasm_get_stack_pointer () -> (i32)
    .functype __wasm_set_stack_pointer (i32) -> ()
    .functype __wasm_get_tls_base () -> (i32)
    .functype __wasm_set_tls_base (i32) -> ()

    .section .text.newer,"",@
    .globl newer
    .type newer,@function
newer:
    .functype newer () -> (i32)
    .local i32
    call __wasm_get_stack_pointer
    i32.const 16
    i32.sub
    local.tee 0
    call __wasm_set_stack_pointer
    call __wasm_get_tls_base
    call __wasm_set_tls_base
    local.get 0
    i32.const 16
    i32.add
    call __wasm_set_stack_pointer
    call __wasm_get_tls_base
    i32.const newer_variable@TLSREL
    i32.add
    i32.load 0
    end_function

    .section .tdata.newer_variable,"T",@
    .type newer_variable,@object
    .p2align 2
newer_variable:
    .int32 0x17171717
    .size newer_variable, 4
"#
);

#[cfg(not(llvm_23))]
global_asm!(
    r#"
    .section .text.newer,"",@
    .globl newer
    .type newer,@function
newer:
    .functype newer () -> (i32)
    i32.const 0
    end_function
"#
);

/// A static with a name that the compiler gives.
#[used]
static mut NAMED: i32 = 0x3131_3131;

// As std's thread-local variables are: a static by its name, and a mark that is added to its address.
#[unsafe(no_mangle)]
static mut __RUST_STD_INTERNAL_VAL: i32 = 0x2929_2929;

global_asm!(
    r#"
    .section .text.marked,"",@
    .globl marked
    .type marked,@function
marked:
    .functype marked () -> (i32)
    i32.const __RUST_STD_INTERNAL_VAL
    i32.const 1111577413
    i32.const 1111577413
    i32.sub
    i32.add
    i32.load 0
    end_function
"#
);

unsafe extern "C" {
    fn newer() -> i32;
    fn marked() -> i32;
    fn component_thread_index() -> i32;
    fn component_thread_suspend() -> i32;
}

#[unsafe(no_mangle)]
extern "C" fn component_thread_main(_block: i32) {}

#[unsafe(no_mangle)]
extern "C" fn component_stack_overflow() {}

#[cfg(spawns)]
fn spawn() {
    unsafe extern "C" {
        fn component_thread_new_indirect(start: extern "C" fn(i32), block: i32) -> i32;
        fn component_thread_resume_later(thread: i32);
        safe fn component_thread_start(block: i32);
        fn component_tls_init(to: i32);
    }
    // SAFETY: linked and looked at, never run.
    unsafe {
        component_tls_init(0);
        component_thread_resume_later(component_thread_new_indirect(component_thread_start, 0));
    }
}

#[cfg(not(spawns))]
fn spawn() {}

#[unsafe(export_name = "wasi:cli/run@0.3.0#run")]
extern "C" fn run() -> i32 {
    spawn();
    // SAFETY: linked and looked at, never run.
    unsafe {
        component_thread_suspend();
        newer();
        marked();
        component_thread_index()
    }
}
