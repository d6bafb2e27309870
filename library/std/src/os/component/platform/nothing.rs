//! The component model alone: what a program has that gives std nothing.

use crate::ffi::OsString;
use crate::io;
use crate::time::Duration;

/// Whether what is written to standard error reaches anybody.
pub(crate) const HAS_OUTPUT: bool = false;

pub(crate) macro unsupported_message() {
    "a component without WASI has no such thing"
}

pub(in super::super) fn args() -> Vec<OsString> {
    Vec::new()
}

pub(in super::super) fn write_stdout(text: &[u8]) -> io::Result<usize> {
    Ok(text.len())
}

pub(in super::super) fn write_stderr(text: &[u8]) -> io::Result<usize> {
    Ok(text.len())
}

pub(in super::super) fn monotonic_now() -> Duration {
    no_clock()
}

pub(in super::super) fn system_now() -> Duration {
    no_clock()
}

pub(in super::super) fn sleep_until(mark: Duration, now: &dyn Fn() -> Duration) {
    while now() < mark {
        component_rt::thread::give_way();
    }
}

pub(in super::super) fn fill_random(buffer: &mut [u8]) -> bool {
    let _ = buffer;
    false
}

pub(in super::super) fn exit(code: i32) {
    let _ = code;
}

#[cold]
fn no_clock() -> ! {
    panic!("a component without WASI has no clock; give std one by `std::os::component::set_host`")
}
