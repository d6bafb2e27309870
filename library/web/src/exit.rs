//! Ending the program.

use component_rt::assert;

use crate::abi::world;

/// Ends the program with an exit code. Nothing unwinds and no destructor runs: the page is told the code, and then the program traps.
///
/// As on Unix only the low eight bits of the code leave the program: 256 is 0, -1 is 255.
pub fn exit(code: i32) -> ! {
    world::exit(u32::from(code as u8));
    assert::trap()
}
