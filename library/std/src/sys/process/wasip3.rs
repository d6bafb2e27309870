//! The identity of the process: a component instance has no number, so it gives itself one.

use crate::sync::OnceLock;

/// A number that stays the same during a run and is very likely another one in the next, which is what programs use it
/// for (names of temporary files above all). Positive as an `i32`, like a process id of Unix.
pub fn getpid() -> u32 {
    static ID: OnceLock<u32> = OnceLock::new();
    *ID.get_or_init(|| {
        let (seed, _) = component_rt::random::insecure_seed();
        (seed as u32 & 0x7fff_ffff).max(2)
    })
}
