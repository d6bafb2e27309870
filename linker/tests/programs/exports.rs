//! A library with functions for whoever can call them.
#![feature(no_core)]
#![no_core]
#![crate_type = "cdylib"]
extern crate mini_core;

#[unsafe(no_mangle)]
pub extern "C" fn first_of_two() -> i32 {
    1
}

#[unsafe(no_mangle)]
pub extern "C" fn second_of_two() -> i32 {
    2
}

#[cfg(memory)]
#[unsafe(no_mangle)]
pub extern "C" fn memory() -> i32 {
    3
}

#[unsafe(no_mangle)]
pub extern "C" fn cabi_realloc(_: i32, _: i32, _: i32, _: i32) -> i32 {
    0
}
