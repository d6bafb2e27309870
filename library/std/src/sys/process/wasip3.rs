//! Processes: there is this one, and it cannot start another.

use super::unsupported::Stdio;
use crate::io;
use crate::sync::OnceLock;
use crate::sys::FromInner;
use crate::sys::fs::File;
use crate::sys::pipe::Pipe;

/// WASI 0.3 has no interface for it.
pub fn unsupported<T>() -> io::Result<T> {
    Err(io::const_error!(io::ErrorKind::Unsupported, "a component cannot start another program"))
}

/// A component instance has no number, so it gives itself one: the same during a run and very likely another in the next,
/// which is what programs use it for (names of temporary files above all). Positive as an `i32`, like a process id of Unix.
pub fn getpid() -> u32 {
    static ID: OnceLock<u32> = OnceLock::new();
    *ID.get_or_init(|| {
        let (seed, _) = wasi_rt::random::insecure_seed();
        (seed as u32 & i32::MAX as u32).max(2)
    })
}

/// What a `Command` may be given; starting it is what fails.
impl From<Pipe> for Stdio {
    fn from(pipe: Pipe) -> Stdio {
        Stdio::InheritFile(File::from_inner(pipe))
    }
}
