//! What threads want of a platform, where there is none but the program's own host or the page.

use component_rt::thread::{Refused, Thread};

use crate::ffi::c_char;
use crate::io;
use crate::os::component::platform;
use crate::time::Duration;

/// Has `main` called with `argument` in a thread of its own.
pub(super) fn spawn(
    stack: usize,
    name: *const c_char,
    main: extern "C" fn(*mut u8),
    argument: *mut u8,
) -> io::Result<Thread> {
    component_rt::thread::spawn(stack, name, main, argument, || None).map_err(|refused| match refused {
        Refused::NoMemory => io::const_error!(io::ErrorKind::OutOfMemory, "no memory for a thread"),
        Refused::TooMany => io::const_error!(io::ErrorKind::WouldBlock, "there are too many threads"),
    })
}

pub fn sleep(duration: Duration) {
    platform::sleep_until(platform::monotonic_now().saturating_add(duration));
}
