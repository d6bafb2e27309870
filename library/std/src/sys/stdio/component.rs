//! The standard streams: the program's host or the page has them, or what is written goes nowhere. A panic's text is then the last
//! words of the component (the crate core's component.rs).

use core::component::LastWords;

use crate::io;
use crate::os::component::{host, platform};

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

impl io::Read for Stdin {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        platform::read_stdin(buffer)
    }
}

impl io::Write for Stdout {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        platform::write_stdout(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl io::Write for Stderr {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        platform::write_stderr(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub fn is_ebadf(_error: &io::Error) -> bool {
    false
}

/// Where a panic's text goes.
pub enum PanicOutput {
    Stderr(Stderr),
    LastWords(LastWords),
}

impl io::Write for PanicOutput {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        match self {
            PanicOutput::Stderr(stderr) => stderr.write(buffer),
            PanicOutput::LastWords(words) => {
                words.add(buffer);
                Ok(buffer.len())
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub fn panic_output() -> Option<impl io::Write> {
    let is_read = platform::HAS_OUTPUT || host().is_some();
    Some(if is_read { PanicOutput::Stderr(Stderr) } else { PanicOutput::LastWords(LastWords::begin()) })
}
