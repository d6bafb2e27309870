//! A library without std to which a string is passed, with an allocator as rustc makes its symbols; with `--cfg own` it brings its own function
//! for what the host passes in, and with `--cfg bare` it has no allocator.
#![feature(no_core)]
#![no_core]
#![crate_type = "cdylib"]
extern crate mini_core;

#[cfg(not(bare))]
#[unsafe(export_name = "_RNvCs1234_7___rustc12___rust_alloc")]
pub extern "C" fn allocate(_size: i32, _align: i32) -> i32 {
    8
}

#[cfg(not(bare))]
#[unsafe(export_name = "_RNvCs1234_7___rustc14___rust_realloc")]
pub extern "C" fn reallocate(_block: i32, _size: i32, _align: i32, _new_size: i32) -> i32 {
    16
}

#[cfg(own)]
#[unsafe(no_mangle)]
pub extern "C" fn cabi_realloc(_: i32, _: i32, _: i32, _: i32) -> i32 {
    24
}

#[unsafe(export_name = "greet")]
pub extern "C" fn greet(_name: i32, length: i32) -> i32 {
    length
}
