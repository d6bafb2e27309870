//! Pipes within the program: bytes go in at one end and come out at the other.
//!
//! WASI has no pipes, and with no other process at the far end none are needed of it: a pipe is a buffer of this
//! instance. Who finds it empty, or full, waits for the other end's threads; a write ends when all of it is in, as POSIX has it.

use alloc_crate::collections::VecDeque;
use alloc_crate::rc::Rc;
use core::cell::{Cell, RefCell};
use core::mem::MaybeUninit;
use core::sync::atomic::AtomicU32;
use core::task::{Context, Poll};

use crate::descriptor::{Entry, Socket};
use component_rt::futex;
use component_rt::wakers::Wakers;

use crate::Error;

/// What a pipe holds, in bytes, as on Linux.
const CAPACITY: usize = 65_536;

/// A write of no more bytes than this goes in as a whole, as POSIX has it (`PIPE_BUF`).
const AT_ONCE: usize = 4096;

/// A new pipe: the end to read from, the end to write to.
pub fn pipe() -> (Entry, Entry) {
    let pipe = Rc::new(Pipe {
        bytes: RefCell::new(VecDeque::new()),
        has_reader: Cell::new(true),
        has_writer: Cell::new(true),
        changes: AtomicU32::new(0),
        wakers: Wakers::new(),
    });
    (Entry::Socket(Rc::new(ReadEnd(Rc::clone(&pipe)))), Entry::Socket(Rc::new(WriteEnd(pipe))))
}

struct Pipe {
    bytes: RefCell<VecDeque<u8>>,
    has_reader: Cell<bool>,
    has_writer: Cell<bool>,
    /// Counts whatever the other end may wait for.
    changes: AtomicU32,
    /// Who waits for it in an executor.
    wakers: Wakers,
}

impl Pipe {
    fn changed(&self) {
        futex::set(&self.changes, futex::value(&self.changes).wrapping_add(1));
        futex::wake_all(&self.changes);
        self.wakers.wake();
    }

    /// Blocks until something changes. Nothing has since the caller looked: threads take turns.
    fn wait(&self) {
        futex::wait(&self.changes, futex::value(&self.changes));
    }
}

/// The end to read from.
pub struct ReadEnd(Rc<Pipe>);

impl ReadEnd {
    /// As reading, for who waits in an executor.
    pub fn poll_read(&self, buffer: &mut [MaybeUninit<u8>], context: &mut Context<'_>) -> Poll<Result<usize, Error>> {
        if !buffer.is_empty() && self.0.bytes.borrow().is_empty() && self.0.has_writer.get() {
            self.0.wakers.add(context.waker());
            return Poll::Pending;
        }
        Poll::Ready(self.read(buffer))
    }
}

impl Socket for ReadEnd {
    fn read(&self, buffer: &mut [MaybeUninit<u8>]) -> Result<usize, Error> {
        let pipe = &self.0;
        if buffer.is_empty() {
            return Ok(0);
        }
        while pipe.bytes.borrow().is_empty() {
            if !pipe.has_writer.get() {
                return Ok(0);
            }
            pipe.wait();
        }
        Ok(self.read_on(buffer))
    }

    fn read_on(&self, buffer: &mut [MaybeUninit<u8>]) -> usize {
        let pipe = &self.0;
        let mut bytes = pipe.bytes.borrow_mut();
        let count = buffer.len().min(bytes.len());
        for (place, byte) in buffer.iter_mut().zip(bytes.drain(..count)) {
            place.write(byte);
        }
        drop(bytes);
        pipe.changed();
        count
    }

    fn write(&self, _bytes: &[u8]) -> Result<usize, Error> {
        Err(Error::BADF)
    }
}

impl Drop for ReadEnd {
    fn drop(&mut self) {
        self.0.has_reader.set(false);
        self.0.changed();
    }
}

/// The end to write to.
pub struct WriteEnd(Rc<Pipe>);

impl WriteEnd {
    /// As writing, for who waits in an executor: what there is room for, and [`AT_ONCE`] bytes or fewer as a whole.
    pub fn poll_write(&self, bytes: &[u8], context: &mut Context<'_>) -> Poll<Result<usize, Error>> {
        let room = CAPACITY - self.0.bytes.borrow().len();
        if !self.0.has_reader.get() {
            return Poll::Ready(self.write(bytes));
        }
        if room < bytes.len().min(AT_ONCE) {
            self.0.wakers.add(context.waker());
            return Poll::Pending;
        }
        Poll::Ready(self.write(&bytes[..bytes.len().min(room)]))
    }
}

impl Socket for WriteEnd {
    fn read(&self, _buffer: &mut [MaybeUninit<u8>]) -> Result<usize, Error> {
        Err(Error::BADF)
    }

    fn write(&self, bytes: &[u8]) -> Result<usize, Error> {
        let pipe = &self.0;
        let mut rest = bytes;
        while !rest.is_empty() {
            if !pipe.has_reader.get() {
                return if rest.len() < bytes.len() { Ok(bytes.len() - rest.len()) } else { Err(Error::PIPE) };
            }
            let room = CAPACITY - pipe.bytes.borrow().len();
            if room >= rest.len().min(AT_ONCE) {
                let (taken, left) = rest.split_at(rest.len().min(room));
                pipe.bytes.borrow_mut().extend(taken);
                pipe.changed();
                rest = left;
            } else {
                pipe.wait();
            }
        }
        Ok(bytes.len())
    }
}

impl Drop for WriteEnd {
    fn drop(&mut self) {
        self.0.has_writer.set(false);
        self.0.changed();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::descriptor;

    fn read(fd: i32) -> Result<alloc_crate::vec::Vec<u8>, Error> {
        let mut buffer = [MaybeUninit::uninit(); 8];
        let count = descriptor::read(fd, &mut buffer)?;
        // SAFETY: that many bytes are initialised now.
        Ok(buffer[..count].iter().map(|byte| unsafe { byte.assume_init() }).collect())
    }

    #[test]
    fn bytes_come_out_in_order_and_the_end_is_seen() {
        let (reader, writer) = pipe();
        let (reader, writer) = (descriptor::insert(reader).unwrap(), descriptor::insert(writer).unwrap());
        let second = descriptor::duplicate(writer).unwrap();
        assert_eq!(descriptor::write(writer, b"first "), Ok(6));
        assert_eq!(descriptor::write(second, b"second"), Ok(6));
        assert_eq!(read(reader).unwrap(), b"first se");
        assert_eq!(read(reader).unwrap(), b"cond");
        assert_eq!(read(writer), Err(Error::BADF));
        assert_eq!(descriptor::write(reader, b"x"), Err(Error::BADF));
        descriptor::close(writer).unwrap();
        assert_eq!(descriptor::write(second, b"!"), Ok(1));
        descriptor::close(second).unwrap();
        assert_eq!(read(reader).unwrap(), b"!");
        assert_eq!(read(reader).unwrap(), b"", "nobody is left to write");
    }

    #[test]
    fn writing_to_nobody_is_a_broken_pipe() {
        let (reader, writer) = pipe();
        let writer = descriptor::insert(writer).unwrap();
        drop(reader);
        assert_eq!(descriptor::write(writer, b"x"), Err(Error::PIPE));
        assert_eq!(descriptor::write(writer, b""), Ok(0), "nothing needs no reader");
    }

    #[test]
    fn a_vectored_read_takes_what_is_there_and_waits_for_no_more() {
        let (reader, writer) = pipe();
        let (reader, writer) = (descriptor::insert(reader).unwrap(), descriptor::insert(writer).unwrap());
        assert_eq!(descriptor::write(writer, b"abcd"), Ok(4));
        let (mut first, mut second) = ([0_u8; 1], [0_u8; 8]);
        assert_eq!(descriptor::read_vectored(reader, &mut [&mut first[..], &mut second[..]]), Ok(4));
        assert_eq!((&first, &second[..3]), (b"a", &b"bcd"[..]));
    }
}
