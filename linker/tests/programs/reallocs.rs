//! A command with two functions that give memory for what the host passes: the platform's own, and the one for bindings.
#![feature(asm_experimental_arch, no_core)]
#![no_core]
#![no_main]
#[macro_use]
extern crate mini_core;

global_asm!(
    ".globl component_realloc",
    ".type component_realloc,@function",
    "component_realloc:",
    ".functype component_realloc (i32, i32, i32, i32) -> (i32)",
    "local.get 0",
    "end_function",
    ".globl cabi_realloc",
    ".weak cabi_realloc",
    ".type cabi_realloc,@function",
    "cabi_realloc:",
    ".functype cabi_realloc (i32, i32, i32, i32) -> (i32)",
    "local.get 1",
    "end_function",
);

/// What bindings leave in their objects.
#[cfg(bindings)]
#[used]
#[unsafe(link_section = "component-type:bindings")]
static TYPE: u8 = 0;

#[link(wasm_import_module = "wasi:random/random@0.3.0")]
unsafe extern "C" {
    /// What it gives lies in memory.
    #[link_name = "get-random-bytes"]
    fn random_bytes(count: u64, list: u32);
}

#[unsafe(export_name = "wasi:cli/run@0.3.0#run")]
extern "C" fn run() -> i32 {
    // SAFETY: nobody runs it.
    unsafe { random_bytes(1, 8) };
    0
}
