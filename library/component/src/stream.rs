//! Streams: their readable and writable ends. Canonical ABI: `stream.*`.
//!
//! An end is typed by the canonical built-ins of one stream in one function of WIT ([`StreamBuiltins`]), and everything here
//! is monomorphic over them: no table of functions, and no built-in is imported that nobody calls.
//!
//! A copy that has begun must have ended before its buffer is given back. Hence no operation here returns with a copy still
//! going on: it blocks, or it cancels. Buffers need not be initialised for reading.

use core::marker::PhantomData;
use core::mem::MaybeUninit;

pub use crate::abi::ends::StreamBuiltins;
use crate::block;
use crate::contract;
use crate::deadline::Deadline;
use crate::event::{Copied, CopyResult, Event};
use crate::interruption::Interruption;
use crate::waitable::{Handle, Waitable};

/// The most elements one copy may move. Canonical ABI: `Buffer.MAX_LENGTH`, 2^28 - 1; longer buffers are copied in part.
pub const MAX_COUNT: usize = (1 << 28) - 1;

/// Makes a stream: both its ends. One of them goes to the callee of an import (`into_handle`).
pub fn new<B: StreamBuiltins>() -> (ReadableEnd<B>, WritableEnd<B>) {
    let ends = B::new();
    (ReadableEnd::from_handle(ends as u32), WritableEnd::from_handle((ends >> 32) as u32))
}

/// The end of a stream that elements come out of. Dropping it tells the writer that nobody reads any more.
pub struct ReadableEnd<B: StreamBuiltins> {
    handle: Handle,
    /// The writer has dropped its end: another copy would trap.
    ended: bool,
    builtins: PhantomData<fn() -> B>,
}

impl<B: StreamBuiltins> ReadableEnd<B> {
    /// Takes an end that an import has given to us, by its index.
    pub fn from_handle(index: u32) -> Self {
        ReadableEnd { handle: Handle::new(index), ended: false, builtins: PhantomData }
    }

    /// Gives the end to the callee of an import, by its index.
    pub fn into_handle(self) -> u32 {
        let index = self.handle.index();
        core::mem::forget(self);
        index
    }

    /// Reads at least one element, as many as are there up to the length of `buffer`; blocks while there are none.
    ///
    /// A count of zero with [`CopyResult::Dropped`] is the end of the stream. Calls after the end give it again. An empty
    /// `buffer` gives a count of zero at once.
    #[inline]
    pub fn read(&mut self, buffer: &mut [MaybeUninit<B::Element>]) -> Copied {
        match self.begin(buffer) {
            Ok(copied) => copied,
            Err(room) => {
                let event = block::on(&self.handle);
                self.ended_by(event, room)
            }
        }
    }

    /// As [`ReadableEnd::read`], but gives up when `deadline` is reached: then `None`, and no element
    /// was taken out of the stream.
    pub fn read_until(&mut self, buffer: &mut [MaybeUninit<B::Element>], deadline: impl Deadline) -> Option<Copied> {
        match self.begin(buffer) {
            Ok(copied) => Some(copied),
            Err(room) => match block::on_until(&self.handle, deadline) {
                Some(event) => Some(self.ended_by(event, room)),
                None => self.cancel(room),
            },
        }
    }

    /// As [`ReadableEnd::read`], or with a deadline as [`ReadableEnd::read_until`]; but gives up, too, when another thread
    /// interrupts it.
    pub fn read_unless(
        &mut self,
        buffer: &mut [MaybeUninit<B::Element>],
        deadline: Option<impl Deadline>,
        interruption: &Interruption,
    ) -> Option<Copied> {
        match self.begin(buffer) {
            Ok(copied) => Some(copied),
            Err(room) => match block::on_unless(&self.handle, deadline, interruption) {
                Some(event) => Some(self.ended_by(event, room)),
                None => self.cancel(room),
            },
        }
    }

    /// As [`ReadableEnd::read`], but never blocks: `None` when nothing is there.
    pub fn try_read(&mut self, buffer: &mut [MaybeUninit<B::Element>]) -> Option<Copied> {
        match self.begin(buffer) {
            Ok(copied) => Some(copied),
            Err(room) => {
                block::give_way();
                self.cancel(room)
            }
        }
    }

    /// Whether the writer has dropped its end, as far as reads have seen.
    pub fn has_ended(&self) -> bool {
        self.ended
    }

    #[inline]
    fn begin(&mut self, buffer: &mut [MaybeUninit<B::Element>]) -> Result<Copied, Room> {
        if self.ended {
            return Ok(END);
        }
        if buffer.is_empty() {
            return Ok(NOTHING);
        }
        let count = buffer.len().min(MAX_COUNT);
        // SAFETY: `buffer` has room for `count` elements; it is borrowed mutably by our callers, none of which returns or
        // unwinds before the copy has ended (they block or cancel, and broken rules trap).
        let code = unsafe { B::read(self.handle.index(), buffer.as_mut_ptr().cast(), count) };
        Copied::decode(code).map(|copied| self.note(copied, Room(count))).ok_or(Room(count))
    }

    fn ended_by(&mut self, event: Event, room: Room) -> Copied {
        match event {
            Event::StreamRead(handle, copied) if handle == self.handle => self.note(copied, room),
            _ => contract::broken("a stream.read that blocks ends with its STREAM_READ event"),
        }
    }

    #[cold]
    fn cancel(&mut self, room: Room) -> Option<Copied> {
        match Copied::decode(B::cancel_read(self.handle.index())) {
            Some(Copied { count: 0, result: CopyResult::Cancelled }) => None,
            // The race was lost, or elements had come before: they are out of the stream and must not be.
            Some(copied) => Some(self.note(copied, room)),
            None => contract::broken("stream.cancel-read with the synchronous lowering does not block"),
        }
    }

    #[inline]
    fn note(&mut self, copied: Copied, room: Room) -> Copied {
        contract::holds(copied.count <= room.0, "a copy stays within its buffer");
        self.ended = copied.result == CopyResult::Dropped;
        copied
    }
}

impl<B: StreamBuiltins> Waitable for ReadableEnd<B> {
    fn handle(&self) -> Handle {
        self.handle
    }
}

impl<B: StreamBuiltins> Drop for ReadableEnd<B> {
    fn drop(&mut self) {
        B::drop_readable(self.handle.index());
    }
}

/// The end of a stream that elements go into. Dropping it tells the reader that this was all.
pub struct WritableEnd<B: StreamBuiltins> {
    handle: Handle,
    /// The reader has dropped its end: another copy would trap.
    ended: bool,
    builtins: PhantomData<fn() -> B>,
}

impl<B: StreamBuiltins> WritableEnd<B> {
    /// Takes an end that an import has given to us, by its index.
    pub fn from_handle(index: u32) -> Self {
        WritableEnd { handle: Handle::new(index), ended: false, builtins: PhantomData }
    }

    /// Gives the end to the callee of an import, by its index.
    pub fn into_handle(self) -> u32 {
        let index = self.handle.index();
        core::mem::forget(self);
        index
    }

    /// Writes at least one element of `elements`, as many as the reader takes; blocks while it takes none.
    ///
    /// When this returns, the counted elements are in the reader's hands. [`CopyResult::Dropped`] says that the reader is
    /// gone; a count above zero may come with it. Elements that own something (lists, handles) have moved if counted.
    #[inline]
    pub fn write(&mut self, elements: &[B::Element]) -> Copied {
        match self.begin(elements) {
            Ok(copied) => copied,
            Err(room) => {
                let event = block::on(&self.handle);
                self.ended_by(event, room)
            }
        }
    }

    /// As [`WritableEnd::write`], but gives up when `deadline` is reached: then `None`, and no element
    /// was taken by the reader.
    pub fn write_until(&mut self, elements: &[B::Element], deadline: impl Deadline) -> Option<Copied> {
        match self.begin(elements) {
            Ok(copied) => Some(copied),
            Err(room) => match block::on_until(&self.handle, deadline) {
                Some(event) => Some(self.ended_by(event, room)),
                None => self.cancel(room),
            },
        }
    }

    /// As [`WritableEnd::write`], or with a deadline as [`WritableEnd::write_until`]; but gives up, too, when another thread
    /// interrupts it.
    pub fn write_unless(
        &mut self,
        elements: &[B::Element],
        deadline: Option<impl Deadline>,
        interruption: &Interruption,
    ) -> Option<Copied> {
        match self.begin(elements) {
            Ok(copied) => Some(copied),
            Err(room) => match block::on_unless(&self.handle, deadline, interruption) {
                Some(event) => Some(self.ended_by(event, room)),
                None => self.cancel(room),
            },
        }
    }

    /// As [`WritableEnd::write`], but never blocks: `None` when the reader takes nothing now.
    pub fn try_write(&mut self, elements: &[B::Element]) -> Option<Copied> {
        match self.begin(elements) {
            Ok(copied) => Some(copied),
            Err(room) => {
                block::give_way();
                self.cancel(room)
            }
        }
    }

    /// Whether the reader has dropped its end, as far as writes have seen.
    pub fn has_ended(&self) -> bool {
        self.ended
    }

    #[inline]
    fn begin(&mut self, elements: &[B::Element]) -> Result<Copied, Room> {
        if self.ended {
            return Ok(END);
        }
        if elements.is_empty() {
            return Ok(NOTHING);
        }
        let count = elements.len().min(MAX_COUNT);
        // SAFETY: `elements` holds `count` elements; it is borrowed by our callers, none of which returns or unwinds before
        // the copy has ended (they block or cancel, and broken rules trap).
        let code = unsafe { B::write(self.handle.index(), elements.as_ptr(), count) };
        Copied::decode(code).map(|copied| self.note(copied, Room(count))).ok_or(Room(count))
    }

    fn ended_by(&mut self, event: Event, room: Room) -> Copied {
        match event {
            Event::StreamWrite(handle, copied) if handle == self.handle => self.note(copied, room),
            _ => contract::broken("a stream.write that blocks ends with its STREAM_WRITE event"),
        }
    }

    #[cold]
    fn cancel(&mut self, room: Room) -> Option<Copied> {
        match Copied::decode(B::cancel_write(self.handle.index())) {
            Some(Copied { count: 0, result: CopyResult::Cancelled }) => None,
            // The race was lost, or elements had gone before: the reader has them.
            Some(copied) => Some(self.note(copied, room)),
            None => contract::broken("stream.cancel-write with the synchronous lowering does not block"),
        }
    }

    #[inline]
    fn note(&mut self, copied: Copied, room: Room) -> Copied {
        contract::holds(copied.count <= room.0, "a copy stays within its buffer");
        self.ended = copied.result == CopyResult::Dropped;
        copied
    }
}

impl<B: StreamBuiltins> Waitable for WritableEnd<B> {
    fn handle(&self) -> Handle {
        self.handle
    }
}

impl<B: StreamBuiltins> Drop for WritableEnd<B> {
    fn drop(&mut self) {
        B::drop_writable(self.handle.index());
    }
}

/// How many elements a copy that goes on may move.
#[derive(Clone, Copy)]
struct Room(usize);

/// What every copy after the end comes to.
const END: Copied = Copied { count: 0, result: CopyResult::Dropped };

/// What a copy of no elements comes to: the host is not asked.
const NOTHING: Copied = Copied { count: 0, result: CopyResult::Completed };
