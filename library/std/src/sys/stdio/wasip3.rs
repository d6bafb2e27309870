//! The standard streams. std buffers above this; below, each write returns when the host has taken the data.

use wasi_rt::stdio;

use crate::io::{self, BorrowedCursor, IoSlice, Read, Write};
use crate::sys::map_error;

pub const STDIN_BUF_SIZE: usize = crate::sys::io::DEFAULT_BUF_SIZE;

pub struct Stdin;
pub struct Stdout;
pub struct Stderr;

impl Stdin {
    pub const fn new() -> Stdin {
        Stdin
    }
}

impl Stdout {
    pub const fn new() -> Stdout {
        Stdout
    }
}

impl Stderr {
    pub const fn new() -> Stderr {
        Stderr
    }
}

impl Read for Stdin {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        stdio::read_stdin(buffer).map_err(map_error)
    }

    fn read_buf(&mut self, mut cursor: BorrowedCursor<'_>) -> io::Result<()> {
        // SAFETY: the platform writes initialised bytes only.
        let count = stdio::read_stdin_uninit(unsafe { cursor.as_mut() }).map_err(map_error)?;
        // SAFETY: the platform has initialised that many bytes.
        unsafe { cursor.advance(count) };
        Ok(())
    }
}

impl Write for Stdout {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        stdio::write_stdout(buffer).map_err(map_error)
    }

    fn write_vectored(&mut self, buffers: &[IoSlice<'_>]) -> io::Result<usize> {
        one_after_the_other(buffers, stdio::write_stdout)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Write for Stderr {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        stdio::write_stderr(buffer).map_err(map_error)
    }

    fn write_vectored(&mut self, buffers: &[IoSlice<'_>]) -> io::Result<usize> {
        one_after_the_other(buffers, stdio::write_stderr)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes buffer after buffer, as the ABI knows only single ones, up to the first that is not taken whole.
fn one_after_the_other(
    buffers: &[IoSlice<'_>],
    write: fn(&[u8]) -> Result<usize, wasi_rt::Error>,
) -> io::Result<usize> {
    let mut written = 0;
    for buffer in buffers.iter().filter(|buffer| !buffer.is_empty()) {
        match write(buffer) {
            Ok(count) => {
                written += count;
                if count < buffer.len() {
                    break;
                }
            }
            Err(error) if written == 0 => return Err(map_error(error)),
            Err(_) => break,
        }
    }
    Ok(written)
}

/// Whether an error of a standard stream means that the host gave none. std then reads nothing and writes to nowhere.
pub fn is_ebadf(error: &io::Error) -> bool {
    error.raw_os_error() == Some(wasi_rt::Error::BADF.raw())
}

pub fn panic_output() -> Option<impl Write> {
    Some(Stderr::new())
}
