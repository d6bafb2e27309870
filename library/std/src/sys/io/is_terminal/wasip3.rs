//! Whether a descriptor is a terminal.

use crate::os::fd::{AsFd, AsRawFd};

pub fn is_terminal(fd: &impl AsFd) -> bool {
    wasi_rt::descriptor::is_terminal(fd.as_fd().as_raw_fd())
}
