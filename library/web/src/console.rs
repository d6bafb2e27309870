//! Standard output and standard error: the console of a page, the streams of a script. Who reads them puts lines together.

use crate::abi::world;

/// Whether the standard stream of that number, 0, 1 or 2, is a terminal.
pub fn is_terminal(stream: u32) -> bool {
    world::is_terminal(stream) != 0
}

/// Writes all of `text` to standard output.
pub fn write_stdout(text: &[u8]) {
    // SAFETY: so many bytes lie there during the call.
    unsafe { world::write_stdout(text.as_ptr(), text.len()) }
}

/// Writes all of `text` to standard error.
pub fn write_stderr(text: &[u8]) {
    // SAFETY: as above.
    unsafe { world::write_stderr(text.as_ptr(), text.len()) }
}
