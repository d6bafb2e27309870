//! Streams: their readable and writable ends. Canonical ABI: `stream.*`.
//!
//! An end is typed by the canonical built-ins of one stream in one function of WIT ([`StreamBuiltins`]), and everything
//! here is monomorphic over them: no table of functions, and no built-in is imported that nobody calls.
//!
//! A copy that has begun must have ended before its buffer is given back. While it goes on it is a value, [`Copying`],
//! which nobody outside of this file has: no operation here returns before it has ended, by itself or cancelled.
//! Buffers need not be initialised for reading. Who cannot wait for the end has a buffer that stays with the stream ([`ReadAhead`]) or
//! waits without one ([`WriteWhenReady`]).

mod read_ahead;
mod write_when_ready;

use core::marker::PhantomData;
use core::mem::MaybeUninit;

pub use read_ahead::ReadAhead;
pub use write_when_ready::WriteWhenReady;

pub use crate::abi::ends::StreamBuiltins;
use crate::assert;
use crate::block;
use crate::event::{Copied, CopyResult, Event};
use crate::patience::Patience;
use crate::waitable::{Handle, Waitable};

/// The most elements one copy may move. Canonical ABI: `Buffer.MAX_LENGTH`, 2^28 - 1; longer buffers are copied in
/// part.
pub const MAX_COUNT: usize = (1 << 28) - 1;

/// The end of a stream that elements come out of. Dropping it tells the writer that nobody reads any more.
pub type ReadableEnd<B> = End<B, Readable>;

/// The end of a stream that elements go into. Dropping it tells the reader that this was all.
pub type WritableEnd<B> = End<B, Writable>;

/// Makes a stream: both its ends. One of them goes to the callee of an import (`into_handle`).
pub fn new<B: StreamBuiltins>() -> (ReadableEnd<B>, WritableEnd<B>) {
    let ends = B::new();
    (ReadableEnd::from_handle(ends as u32), WritableEnd::from_handle((ends >> 32) as u32))
}

impl<B: StreamBuiltins> ReadableEnd<B> {
    /// Reads at least one element, as many as are there up to the length of `buffer`; blocks while there are none.
    ///
    /// A count of zero with [`CopyResult::Dropped`] is the end of the stream. Calls after the end give it again. An
    /// empty `buffer` gives a count of zero at once.
    #[inline]
    pub fn read(&mut self, buffer: &mut [MaybeUninit<B::Element>]) -> Copied {
        self.begin_read(buffer).unwrap_or_else(Copying::finish)
    }

    /// As [`ReadableEnd::read`], as long as patience lasts: then `None`, and no element was taken out of the stream.
    #[inline]
    pub fn read_within(&mut self, buffer: &mut [MaybeUninit<B::Element>], patience: impl Patience) -> Option<Copied> {
        self.begin_read(buffer).map_or_else(|copying| copying.finish_within(patience), Some)
    }

    /// As [`ReadableEnd::read`], of what is there. `None`: nothing is, or nothing that the host knows of yet; it has no turn.
    #[inline]
    pub fn read_at_once(&mut self, buffer: &mut [MaybeUninit<B::Element>]) -> Option<Copied> {
        Self::at_once(self.begin_read(buffer))
    }

    #[inline]
    fn begin_read(&mut self, buffer: &mut [MaybeUninit<B::Element>]) -> Result<Copied, Copying<'_, B, Readable>> {
        self.begin(buffer.len(), |end, count| {
            // SAFETY: `buffer` has room for `count` elements, its length at most; it is borrowed mutably by our
            // callers, none of which returns or unwinds before the copy has ended (they block or cancel, and broken
            // rules trap).
            unsafe { B::read(end, buffer.as_mut_ptr().cast(), count) }
        })
    }
}

impl<B: StreamBuiltins> WritableEnd<B> {
    /// Writes at least one element of `elements`, as many as the reader takes; blocks while it takes none.
    ///
    /// When this returns, the counted elements are in the reader's hands. [`CopyResult::Dropped`] says that the reader
    /// is gone; a count above zero may come with it. Elements that own something (lists, handles) have moved if
    /// counted.
    #[inline]
    pub fn write(&mut self, elements: &[B::Element]) -> Copied {
        self.begin_write(elements).unwrap_or_else(Copying::finish)
    }

    /// As [`WritableEnd::write`], as long as patience lasts: then `None`, and no element was taken by the reader.
    #[inline]
    pub fn write_within(&mut self, elements: &[B::Element], patience: impl Patience) -> Option<Copied> {
        self.begin_write(elements).map_or_else(|copying| copying.finish_within(patience), Some)
    }

    /// As [`WritableEnd::write`], of what the reader takes now. `None`: it takes nothing; it has no turn.
    #[inline]
    pub fn write_at_once(&mut self, elements: &[B::Element]) -> Option<Copied> {
        Self::at_once(self.begin_write(elements))
    }

    #[inline]
    fn begin_write(&mut self, elements: &[B::Element]) -> Result<Copied, Copying<'_, B, Writable>> {
        self.begin(elements.len(), |end, count| {
            // SAFETY: `elements` holds `count` elements, its length at most; it is borrowed by our callers, none of
            // which returns or unwinds before the copy has ended (they block or cancel, and broken rules trap).
            unsafe { B::write(end, elements.as_ptr(), count) }
        })
    }
}

/// An end of a stream.
pub struct End<B: StreamBuiltins, D: Direction> {
    handle: Handle,
    /// The other end was dropped: another copy would trap.
    ended: bool,
    types: PhantomData<fn() -> (B, D)>,
}

impl<B: StreamBuiltins, D: Direction> End<B, D> {
    /// Takes an end that an import has given to us, by its index.
    pub fn from_handle(index: u32) -> Self {
        End { handle: Handle::new(index), ended: false, types: PhantomData }
    }

    /// Gives the end to the callee of an import, by its index.
    pub fn into_handle(self) -> u32 {
        let index = self.handle.index();
        core::mem::forget(self);
        index
    }

    /// As [`ReadableEnd::write_at_once`] and its kin: a copy of what can be copied now. `None`: nothing can.
    #[inline]
    fn at_once(begun: Result<Copied, Copying<'_, B, D>>) -> Option<Copied> {
        begun.map_or_else(Copying::cancel, Some)
    }

    /// Whether the other end was dropped, as far as copies have seen.
    pub fn has_ended(&self) -> bool {
        self.ended
    }

    /// Begins a copy of up to `length` elements: `copy` gets the end and how many at most.
    #[inline]
    fn begin(&mut self, length: usize, copy: impl FnOnce(u32, usize) -> u32) -> Result<Copied, Copying<'_, B, D>> {
        if self.ended {
            return Ok(END);
        }
        if length == 0 {
            return Ok(NOTHING);
        }
        let most = length.min(MAX_COUNT);
        match Copied::decode(copy(self.handle.index(), most)) {
            Some(copied) => Ok(self.note(copied, most)),
            None => Err(Copying { end: self, most }),
        }
    }

    #[inline]
    fn note(&mut self, copied: Copied, most: usize) -> Copied {
        assert::holds(copied.count <= most, "a copy stays within its buffer");
        self.ended = copied.result == CopyResult::Dropped;
        copied
    }
}

impl<B: StreamBuiltins, D: Direction> Waitable for End<B, D> {
    fn handle(&self) -> Handle {
        self.handle
    }
}

impl<B: StreamBuiltins, D: Direction> Drop for End<B, D> {
    fn drop(&mut self) {
        D::drop::<B>(self.handle.index());
    }
}

/// A copy that goes on, of so many elements at most. Its buffer is the host's until one of these has returned.
#[must_use]
struct Copying<'a, B: StreamBuiltins, D: Direction> {
    end: &'a mut End<B, D>,
    most: usize,
}

impl<B: StreamBuiltins, D: Direction> Copying<'_, B, D> {
    /// Waits for its end.
    fn finish(self) -> Copied {
        let event = block::on(self.end);
        self.ended_by(event)
    }

    /// Waits for its end as long as patience lasts, and then cancels it. `None`: nothing was copied.
    fn finish_within(self, patience: impl Patience) -> Option<Copied> {
        match patience.wait(self.end.handle) {
            Some(event) => Some(self.ended_by(event)),
            None => self.cancel(),
        }
    }

    /// Its end has been told to somebody else, by this payload.
    fn ended_with(self, payload: u32) -> Copied {
        self.end.note(Copied::expect(payload), self.most)
    }

    fn ended_by(self, event: Event) -> Copied {
        match D::copied(event) {
            Some((handle, copied)) if handle == self.end.handle => self.end.note(copied, self.most),
            _ => assert::broken("a copy that blocks ends with the event of its end"),
        }
    }

    /// Ends it now. `None`: nothing was copied.
    #[cold]
    fn cancel(self) -> Option<Copied> {
        match Copied::decode(D::cancel::<B>(self.end.handle.index())) {
            Some(Copied { count: 0, result: CopyResult::Cancelled }) => None,
            // The race was lost, or elements had moved before: they have, and that must be told.
            Some(copied) => Some(self.end.note(copied, self.most)),
            None => assert::broken("cancelling a copy with the synchronous lowering does not block"),
        }
    }
}

/// Which way elements move at an end.
pub trait Direction {
    /// Canonical ABI: `stream.cancel-read` or `stream.cancel-write`.
    fn cancel<B: StreamBuiltins>(end: u32) -> u32;
    /// Canonical ABI: `stream.drop-readable` or `stream.drop-writable`.
    fn drop<B: StreamBuiltins>(end: u32);
    /// Whose copy has ended by this event, if it is one of this way.
    fn copied(event: Event) -> Option<(Handle, Copied)>;
}

/// Elements come out.
pub enum Readable {}

impl Direction for Readable {
    #[inline]
    fn cancel<B: StreamBuiltins>(end: u32) -> u32 {
        B::cancel_read(end)
    }

    #[inline]
    fn drop<B: StreamBuiltins>(end: u32) {
        B::drop_readable(end);
    }

    #[inline]
    fn copied(event: Event) -> Option<(Handle, Copied)> {
        if let Event::StreamRead(handle, copied) = event { Some((handle, copied)) } else { None }
    }
}

/// Elements go in.
pub enum Writable {}

impl Direction for Writable {
    #[inline]
    fn cancel<B: StreamBuiltins>(end: u32) -> u32 {
        B::cancel_write(end)
    }

    #[inline]
    fn drop<B: StreamBuiltins>(end: u32) {
        B::drop_writable(end);
    }

    #[inline]
    fn copied(event: Event) -> Option<(Handle, Copied)> {
        if let Event::StreamWrite(handle, copied) = event { Some((handle, copied)) } else { None }
    }
}

/// What every copy after the end comes to.
const END: Copied = Copied { count: 0, result: CopyResult::Dropped };

/// What a copy of no elements comes to: the host is not asked.
const NOTHING: Copied = Copied { count: 0, result: CopyResult::Completed };
