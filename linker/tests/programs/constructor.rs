//! A command with a static constructor, as the crates `inventory` and `ctor` make them.
#![feature(no_core)]
#![no_core]
#![no_main]
extern crate mini_core;

static mut COUNT: i32 = 0;

extern "C" fn count() {
    // SAFETY: linked and looked at, never run.
    unsafe { COUNT = 1 }
}

#[used]
#[unsafe(link_section = ".init_array")]
static CONSTRUCTOR: extern "C" fn() = count;

#[unsafe(export_name = "cabi_realloc")]
extern "C" fn realloc(_: i32, _: i32, _: i32, _: i32) -> i32 {
    // SAFETY: linked and looked at, never run.
    unsafe { COUNT }
}

#[unsafe(export_name = "wasi:cli/run@0.3.0#run")]
extern "C" fn run() -> i32 {
    // SAFETY: linked and looked at, never run.
    unsafe { COUNT }
}
