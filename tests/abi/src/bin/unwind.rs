//! Panics pass through frames of C, and leave the stack as they found it.

use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::process::ExitCode;

unsafe extern "C-unwind" {
    fn c_call_with_a_frame(f: extern "C-unwind" fn(*mut c_void), context: *mut c_void) -> i32;
}

/// Counts how often it was dropped.
struct Counted<'a>(&'a mut u32);

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        *self.0 += 1;
    }
}

extern "C-unwind" fn returns(context: *mut c_void) {
    // SAFETY: the caller passes a pointer to a u32 that it does not use meanwhile.
    unsafe { *context.cast::<u32>() += 1 };
}

extern "C-unwind" fn panics(context: *mut c_void) {
    // SAFETY: as in `returns`.
    let dropped = unsafe { &mut *context.cast::<u32>() };
    let _counted = Counted(dropped);
    resume_unwind(Box::new(42_u8));
}

/// C calls a function, and that calls C: the panic has C frames below and above a Rust frame with something to drop.
extern "C-unwind" fn nested(context: *mut c_void) {
    let mut own = 0;
    let _counted = Counted(&mut own);
    // SAFETY: the context is passed on as it came.
    unsafe { c_call_with_a_frame(panics, context) };
}

fn caught(f: extern "C-unwind" fn(*mut c_void), dropped: &mut u32) -> bool {
    let context: *mut c_void = std::ptr::from_mut(dropped).cast();
    // SAFETY: the callee is one of the functions above, which want a u32.
    let outcome = catch_unwind(AssertUnwindSafe(|| unsafe { c_call_with_a_frame(f, context) }));
    outcome.is_err_and(|payload| payload.downcast_ref() == Some(&42_u8))
}

fn main() -> ExitCode {
    let mut calls = 0;
    // SAFETY: `returns` wants a u32.
    let intact = unsafe { c_call_with_a_frame(returns, std::ptr::from_mut(&mut calls).cast()) };
    let mut good = true;
    let mut say = |what: &str, holds: bool| {
        println!("{what}: {}", if holds { "ok" } else { "DIFFERS" });
        good &= holds;
    };
    say("a callback that returns leaves C's frame as it was", intact == 1 && calls == 1);
    let mut dropped = 0;
    say("a panic passes C and is caught", caught(panics, &mut dropped) && dropped == 1);
    say("it passes C, Rust and C", caught(nested, &mut dropped) && dropped == 2);
    // Each time C's frame is a KiB: unless it is given back, 8 MiB do not last.
    let all = (0..100_000).all(|_| caught(nested, &mut dropped));
    say("100,000 times, with the stack given back each time", all && dropped == 100_002);
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
