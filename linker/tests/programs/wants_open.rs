//! A crate that binds a function of the C library.
#![feature(no_core)]
#![no_core]
#![crate_type = "rlib"]
extern crate mini_core;

unsafe extern "C" {
    fn open() -> i32;
}

pub mod files {
    pub fn first() -> i32 {
        // SAFETY: linked and looked at, never run.
        unsafe { crate::open() }
    }
}
