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
    let reader = ReadEnd { pipe: Rc::clone(&pipe), nonblocking: Cell::new(false) };
    (Entry::Socket(Rc::new(reader)), Entry::Socket(Rc::new(WriteEnd { pipe, nonblocking: Cell::new(false) })))
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
pub struct ReadEnd {
    pipe: Rc<Pipe>,
    nonblocking: Cell<bool>,
}

impl ReadEnd {
    /// As reading, for who waits in an executor.
    pub fn poll_read(&self, buffer: &mut [MaybeUninit<u8>], context: &mut Context<'_>) -> Poll<Result<usize, Error>> {
        if !buffer.is_empty() && self.pipe.bytes.borrow().is_empty() && self.pipe.has_writer.get() {
            self.pipe.wakers.add(context.waker());
            return Poll::Pending;
        }
        Poll::Ready(self.read(buffer))
    }
}

impl ReadEnd {
    /// Whether a read answers `AGAIN` instead of waiting.
    pub fn nonblocking(&self) -> &Cell<bool> {
        &self.nonblocking
    }

    /// How many bytes there are to be read.
    pub fn bytes_here(&self) -> usize {
        self.pipe.bytes.borrow().len()
    }

    /// Whether there are bytes to be read, and whether nobody writes any more. If neither, the context's waker is woken when that changes.
    pub fn poll_readable(&self, context: &mut Context<'_>) -> (bool, bool) {
        let (readable, hung_up) = (self.bytes_here() > 0, !self.pipe.has_writer.get());
        if !readable && !hung_up {
            self.pipe.wakers.add(context.waker());
        }
        (readable, hung_up)
    }
}

impl Socket for ReadEnd {
    fn read(&self, buffer: &mut [MaybeUninit<u8>]) -> Result<usize, Error> {
        let pipe = &self.pipe;
        if buffer.is_empty() {
            return Ok(0);
        }
        while pipe.bytes.borrow().is_empty() {
            if !pipe.has_writer.get() {
                return Ok(0);
            }
            if self.nonblocking.get() {
                return Err(Error::AGAIN);
            }
            pipe.wait();
        }
        Ok(self.read_on(buffer))
    }

    fn read_on(&self, buffer: &mut [MaybeUninit<u8>]) -> usize {
        let pipe = &self.pipe;
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
        self.pipe.has_reader.set(false);
        self.pipe.changed();
    }
}

/// The end to write to.
pub struct WriteEnd {
    pipe: Rc<Pipe>,
    nonblocking: Cell<bool>,
}

impl WriteEnd {
    /// As writing, for who waits in an executor: what there is room for, and [`AT_ONCE`] bytes or fewer as a whole.
    pub fn poll_write(&self, bytes: &[u8], context: &mut Context<'_>) -> Poll<Result<usize, Error>> {
        let room = CAPACITY - self.pipe.bytes.borrow().len();
        if !self.pipe.has_reader.get() {
            return Poll::Ready(self.write(bytes));
        }
        if room < bytes.len().min(AT_ONCE) {
            self.pipe.wakers.add(context.waker());
            return Poll::Pending;
        }
        Poll::Ready(self.write(&bytes[..bytes.len().min(room)]))
    }
}

impl WriteEnd {
    /// Whether a write answers `AGAIN` instead of waiting.
    pub fn nonblocking(&self) -> &Cell<bool> {
        &self.nonblocking
    }

    /// Whether there is room for a write of [`AT_ONCE`] bytes, and whether nobody reads any more. If neither, the context's waker is woken
    /// when that changes.
    pub fn poll_writable(&self, context: &mut Context<'_>) -> (bool, bool) {
        let (room, broken) = (CAPACITY - self.pipe.bytes.borrow().len() >= AT_ONCE, !self.pipe.has_reader.get());
        if !room && !broken {
            self.pipe.wakers.add(context.waker());
        }
        (room || broken, broken)
    }
}

impl Socket for WriteEnd {
    fn read(&self, _buffer: &mut [MaybeUninit<u8>]) -> Result<usize, Error> {
        Err(Error::BADF)
    }

    fn write(&self, bytes: &[u8]) -> Result<usize, Error> {
        let pipe = &self.pipe;
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
            } else if !self.nonblocking.get() {
                pipe.wait();
            } else if rest.len() == bytes.len() && (room == 0 || rest.len() <= AT_ONCE) {
                return Err(Error::AGAIN);
            } else {
                // As much as there is room for.
                let taken = &rest[..room.min(rest.len())];
                pipe.bytes.borrow_mut().extend(taken);
                pipe.changed();
                return Ok(bytes.len() - rest.len() + taken.len());
            }
        }
        Ok(bytes.len())
    }
}

impl Drop for WriteEnd {
    fn drop(&mut self) {
        self.pipe.has_writer.set(false);
        self.pipe.changed();
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
