//! Processes: there is this one, and it cannot start another.

use crate::io;
use crate::sync::OnceLock;

/// WASI 0.3 has no interface for it.
pub fn unsupported<T>() -> io::Result<T> {
    Err(io::const_error!(io::ErrorKind::Unsupported, "a component cannot start another program"))
}

/// A component instance has no number, so it gives itself one: the same during a run and very likely another in the next,
/// which is what programs use it for (names of temporary files above all). Positive as an `i32`, like a process id of Unix.
pub fn getpid() -> u32 {
    static ID: OnceLock<u32> = OnceLock::new();
    *ID.get_or_init(|| {
        let (seed, _) = component_rt::random::insecure_seed();
        (seed as u32 & i32::MAX as u32).max(2)
    })
}
