//! Ending the process.

use component_rt::assert;

use crate::abi::cli::exit::exit_with_code;
use crate::stdio;

/// Ends the process with an exit code, after the standard streams have come to an orderly end. Nothing unwinds and no
/// destructor runs.
///
/// As on Unix only the low eight bits of the code leave the process: 256 is 0, -1 is 255.
pub fn exit(code: i32) -> ! {
    stdio::close();
    exit_with_code(u32::from(code as u8));
    assert::broken("exit-with-code does not return")
}

/// Ends the process at once, as a trap: the runtime tells of it. What was written before has reached the host.
pub fn abort() -> ! {
    assert::trap()
}
