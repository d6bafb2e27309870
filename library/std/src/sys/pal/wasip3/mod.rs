//! The platform abstraction layer of WASI 0.3 without libc.
//!
//! All platform behaviour is in the crates `wasi_rt` and `component_rt`; the files named `wasip3.rs` in `sys` translate between its types
//! and std's. Here stands what has no area of its own: start, end, and the one place where errors become [`io::Error`]s.

use crate::io;

pub mod futex;
pub mod libc;

/// Nothing to prepare: the platform initialises itself where it is first used.
///
/// # Safety
/// None needed; other platforms have conditions.
pub unsafe fn init(_argc: isize, _argv: *const *const u8, _sigpipe: u8) {}

/// Runs the destructors of the thread that ends the process, as a C library's `exit` does, and ends the standard streams, so
/// that everything written has arrived before the instance is gone.
///
/// # Safety
/// Called once, when nothing uses this thread's thread-local variables.
pub unsafe fn cleanup() {
    // SAFETY: the caller's promise.
    unsafe { crate::sys::thread_local::destructors::run() };
    wasi_rt::stdio::close();
}

/// What std still holds of standard output goes to its reader, and from now on it holds back nothing: the end of output for programs whose
/// `run` is made by bindings, so that nothing of std is entered or left. Their tasks may go on after `run` has returned, and write.
#[cfg(not(test))]
extern "C" fn end_output() {
    io::cleanup();
    wasi_rt::stdio::close();
}

// The symbol that the linker looks for when it supplies the call (`library/contract/src/symbols.rs`). By assembly, because `#[no_mangle]` would export it from
// every program; and not in the tests of std, which have std beside them.
#[cfg(not(test))]
core::arch::global_asm!(
    ".globl component_end_output",
    ".type component_end_output,@function",
    ".functype {end_output} () -> ()",
    "component_end_output:",
    ".functype component_end_output () -> ()",
    "call {end_output}",
    "end_function",
    end_output = sym end_output,
);

/// The value to return from `wasi:cli/run#run`, which can only tell success (0) from failure (1). Any other exit code goes to
/// the host by `exit-with-code`, and this function does not return.
pub fn run_result(code: isize) -> isize {
    match code {
        0 | 1 => code,
        _ => wasi_rt::exit::exit(code as i32),
    }
}

pub fn abort_internal() -> ! {
    wasi_rt::exit::abort()
}

/// The io::Error of a platform error. Its kind and message are decoded in `sys::io::error`.
pub(crate) fn map_error(error: wasi_rt::Error) -> io::Error {
    io::Error::from_raw_os_error(error.raw())
}
