//! The program as a whole: its end, `errno`, and what the system is like.

use core::ffi::{c_int, c_long};

use component_rt::block;
use wasi_rt::{Error, errno, exit};

use crate::abi::*;

c! {
    "exit" "(i32) -> ()" 0 = self::exit;
    "_exit" "(i32) -> ()" 0 = exit_now;
    "_Exit" "(i32) -> ()" 0 = exit_now;
    "abort" "() -> ()" = abort;
    "__errno_location" "() -> (i32)" = errno_location;
    "sched_yield" "() -> (i32)" = sched_yield;
    "sysconf" "(i32) -> (i32)" 0 = sysconf;
    "getpagesize" "() -> (i32)" = getpagesize;
}

/// C: `exit`. What std still holds of its output is written first, as it is when a program of Rust ends.
pub extern "C" fn exit(code: c_int) {
    exit::exit(code)
}

/// C: `_Exit`.
pub extern "C" fn exit_now(code: c_int) {
    exit::exit(code)
}

/// C: `abort`.
pub extern "C" fn abort() {
    exit::abort()
}

/// Where this thread's `errno` is.
pub extern "C" fn errno_location() -> *mut c_int {
    errno::location()
}

/// POSIX: `sched_yield`.
pub extern "C" fn sched_yield() -> c_int {
    block::give_way();
    0
}

/// A page of linear memory.
const PAGE: c_int = 65_536;

/// POSIX: `sysconf`. Of what is not told here it knows nothing, which is -1 and `EINVAL`.
pub extern "C" fn sysconf(name: c_int) -> c_long {
    match name {
        _SC_PAGESIZE => c_long::from(PAGE),
        _SC_NPROCESSORS_CONF | _SC_NPROCESSORS_ONLN => 1,
        _SC_IOV_MAX => crate::descriptors::MOST_SLICES as c_long,
        // There is no limit that is known, for which there is no error.
        _SC_OPEN_MAX => -1,
        _ => {
            errno::set(Error::INVAL);
            -1
        }
    }
}

/// `getpagesize`, of the BSDs.
pub extern "C" fn getpagesize() -> c_int {
    PAGE
}
