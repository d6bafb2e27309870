//! Wants a function of a C library that is here, and one that is not.

use std::ffi::{c_char, c_int, c_void};

unsafe extern "C" {
    safe fn isatty(fd: c_int) -> c_int;
    fn fopen(name: *const c_char, mode: *const c_char) -> *const c_void;
}

fn main() {
    if std::env::args().count() > 9 {
        // SAFETY: strings of C; it is never called.
        unsafe { fopen(c"a".as_ptr(), c"r".as_ptr()) };
    }
    println!("{}", isatty(1));
}
