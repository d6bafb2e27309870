//! The platform abstraction layer of a component without WASI.
//!
//! Threads, the heap and panics are the crate `component_rt`'s. Files, sockets and processes are upstream's `unsupported`
//! files. What a program may bring itself, streams, clocks and random numbers, is asked of its
//! [`Host`](crate::os::component::Host), or of the page in a browser; the files named `component.rs` in `sys` say what is so without either.

use core::component::LastWords;

use crate::io;
use crate::os::component::platform;

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

/// The value to return from the program's `run`, which can only tell success (0) from failure (1).
pub fn run_result(code: isize) -> isize {
    match code {
        0 | 1 => code,
        // A panic of main: `lang_start` has caught it only to end the program.
        101 if !platform::HAS_OUTPUT && crate::os::component::host().is_none() => {
            LastWords::recall();
            abort_internal()
        }
        _ => crate::sys::exit::exit(code as i32),
    }
}

/// Says why the program ends, which it does next: to whoever reads, or as its last words.
pub fn say_last(text: &[u8]) {
    if platform::HAS_OUTPUT {
        let _ = platform::write_stderr(text);
        let _ = platform::write_stderr(b"\n");
    } else {
        LastWords::of(text);
    }
}

pub fn abort_internal() -> ! {
    core::arch::wasm32::unreachable()
}

pub fn unsupported<T>() -> io::Result<T> {
    Err(unsupported_err())
}

pub fn unsupported_err() -> io::Error {
    io::const_error!(io::ErrorKind::Unsupported, platform::unsupported_message!())
}
