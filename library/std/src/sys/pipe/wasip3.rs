//! Pipes: within the program, as there is no other process.

use crate::io;
use crate::sys::fd::FileDesc;

pub type Pipe = FileDesc;

pub fn pipe() -> io::Result<(Pipe, Pipe)> {
    let (reader, writer) = wasi_rt::pipe::pipe();
    Ok((FileDesc::new(reader)?, FileDesc::new(writer)?))
}
