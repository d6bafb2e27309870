//! A line goes out in one write, unless something is out of the ordinary. That is done within the function that wants
//! it: after a call of the kernel, each return to a caller is one that the processor has not foreseen.

use super::BufWriter;
use crate::io::{self, ErrorKind, Write};

impl<W: ?Sized + Write> BufWriter<W> {
    /// As `flush_buf`.
    #[inline(always)]
    pub(in crate::io::buffered) fn flush_line(&mut self) -> io::Result<()> {
        if self.buf.is_empty() {
            return Ok(());
        }
        self.panicked = true;
        let written = self.inner.write(&self.buf);
        self.panicked = false;
        match written {
            Ok(count) if count == self.buf.len() => {
                self.buf.clear();
                Ok(())
            }
            written => self.flush_on(written),
        }
    }

    /// Goes on with a flush that has not written everything at once.
    #[cold]
    fn flush_on(&mut self, written: io::Result<usize>) -> io::Result<()> {
        match written {
            Ok(0) => {
                return Err(io::const_error!(ErrorKind::WriteZero, "failed to write the buffered data"));
            }
            Ok(count) => drop(self.buf.drain(..count)),
            Err(ref error) if error.is_interrupted() => {}
            Err(error) => return Err(error),
        }
        self.flush_buf()
    }
}
