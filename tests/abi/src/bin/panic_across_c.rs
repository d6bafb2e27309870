//! A panic that would leave an `extern "C"` function ends the program: C could not know of it.

use std::ffi::c_void;

unsafe extern "C" {
    fn c_call_with_a_frame(f: extern "C" fn(*mut c_void), context: *mut c_void) -> i32;
}

extern "C" fn panics(_: *mut c_void) {
    panic!("must not reach C");
}

fn main() {
    println!("before");
    // SAFETY: the callback takes any pointer.
    let outcome = std::panic::catch_unwind(|| unsafe { c_call_with_a_frame(panics, std::ptr::null_mut()) });
    println!("went on: {}", outcome.is_err());
}
