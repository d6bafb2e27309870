//! A crate that ends a program's output, as std does.
#![feature(no_core)]
#![no_core]
#![crate_type = "rlib"]
extern crate mini_core;

static mut HELD: i32 = 1;

#[unsafe(no_mangle)]
pub extern "C" fn component_end_output() {
    // SAFETY: linked and looked at, never run.
    unsafe { HELD = 0 }
}
