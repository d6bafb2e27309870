//! The platform abstraction layer of a component without WASI.
//!
//! Threads, the heap and panics are the crate `component_rt`'s. Files, sockets and processes are upstream's `unsupported`
//! files. What a program may bring itself, streams, clocks and random numbers, is asked of its
//! [`Host`](crate::os::component::Host); the files named `component.rs` in `sys` say what is so without one.

use crate::io;

pub mod futex;

/// Nothing to prepare.
///
/// # Safety
/// None needed; other platforms have conditions.
pub unsafe fn init(_argc: isize, _argv: *const *const u8, _sigpipe: u8) {}

/// Runs the destructors of the thread that ends the program.
///
/// # Safety
/// Called once, when nothing uses this thread's thread-local variables.
pub unsafe fn cleanup() {
    // SAFETY: the caller's promise.
    unsafe { crate::sys::thread_local::destructors::run() };
}

/// The value to return from `wasi:cli/run#run`, which can only tell success (0) from failure (1).
pub fn run_result(code: isize) -> isize {
    match code {
        0 | 1 => code,
        // A panic of main: `lang_start` has caught it only to end the program.
        101 if crate::os::component::host().is_none() => {
            core::component::LastWords::recall();
            abort_internal()
        }
        _ => crate::sys::exit::exit(code as i32),
    }
}

pub fn abort_internal() -> ! {
    core::arch::wasm32::unreachable()
}

pub fn unsupported<T>() -> io::Result<T> {
    Err(unsupported_err())
}

pub fn unsupported_err() -> io::Error {
    io::const_error!(io::ErrorKind::Unsupported, "a component without WASI has no such thing")
}
