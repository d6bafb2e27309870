//! Reading by who cannot wait: elements come into a buffer of the stream's own, whether or not somebody still wants them by then.
//!
//! Leaving a poll leaves the copy going, and a future may be forgotten; so the buffer belongs to neither. What has come stays for whoever reads
//! next, waiting or not.

use core::mem::{ManuallyDrop, MaybeUninit};
use core::ptr;
use core::task::{Context, Poll};

use alloc_crate::vec::Vec;

use super::{Copying, ReadableEnd, StreamBuiltins};
use crate::assert;
use crate::event::Copied;
use crate::interest::Interest;
use crate::patience::Patience;

/// A readable end with a buffer of its own.
pub struct ReadAhead<B: StreamBuiltins> {
    end: ReadableEnd<B>,
    /// What has come and nobody took.
    elements: Vec<B::Element>,
    /// A copy into the room behind the elements goes on, of so many at most; 0: none does.
    coming: usize,
    interest: Interest,
    /// What ends that copy. Only polls lead to it, so that a program without executors does not contain it.
    settle: Option<extern "C" fn(&mut Self)>,
    /// The last poll found nothing: it is not worth trying without a buffer.
    had_to_wait: bool,
}

impl<B: StreamBuiltins> ReadAhead<B> {
    /// From `end`.
    pub fn new(end: ReadableEnd<B>) -> Self {
        ReadAhead { end, elements: Vec::new(), coming: 0, interest: Interest::new(), settle: None, had_to_wait: false }
    }

    /// What has come and nobody took. What still comes is not among them: [`ReadAhead::settle`].
    pub fn elements(&self) -> &[B::Element] {
        &self.elements
    }

    /// Takes what has come, as much as there is room for; how much.
    pub fn take(&mut self, buffer: &mut [MaybeUninit<B::Element>]) -> usize
    where
        B::Element: Copy,
    {
        let count = buffer.len().min(self.elements.len());
        buffer[..count].write_copy_of_slice(&self.elements[..count]);
        self.elements.drain(..count);
        count
    }

    /// Takes the first of [`ReadAhead::elements`] out, if there is one.
    pub fn take_first(&mut self) -> Option<B::Element> {
        (!self.elements.is_empty()).then(|| self.elements.remove(0))
    }

    /// Takes all that has come.
    pub fn take_all(&mut self) -> Vec<B::Element> {
        self.settle();
        core::mem::take(&mut self.elements)
    }

    /// Gives the end away. `Err`: elements have come that nobody took.
    pub fn into_handle(mut self) -> Result<u32, Self> {
        self.settle();
        if !self.elements.is_empty() {
            return Err(self);
        }
        let mut this = ManuallyDrop::new(self);
        let index = this.end.handle.index();
        // SAFETY: nothing is dropped twice: what is left of `this` is the end, whose handle goes.
        unsafe {
            ptr::drop_in_place(&mut this.elements);
            ptr::drop_in_place(&mut this.interest);
        }
        Ok(index)
    }

    /// As [`ReadableEnd::read`], past the elements that have come: for who has looked and there are none.
    #[inline]
    pub fn read(&mut self, buffer: &mut [MaybeUninit<B::Element>]) -> Copied {
        self.end.read(buffer)
    }

    /// As [`ReadableEnd::read_within`], past the elements that have come: for who has looked and there are none.
    #[inline]
    pub fn read_within(&mut self, buffer: &mut [MaybeUninit<B::Element>], patience: impl Patience) -> Option<Copied> {
        self.end.read_within(buffer, patience)
    }

    /// Takes up to `count` elements more out of the stream to those that have come, as long as patience lasts. `None`: none came.
    pub fn gather(&mut self, count: usize, patience: impl Patience) -> Option<Copied> {
        self.elements.reserve(count);
        let copied = self.end.read_within(&mut self.elements.spare_capacity_mut()[..count], patience);
        self.came(copied.map_or(0, |copied| copied.count));
        copied
    }

    /// Ends a copy that still goes on, because somebody is about to read who waits in another way; whoever waited in an executor is woken. What
    /// it came to is among the elements.
    #[inline]
    pub fn settle(&mut self) {
        if let Some(settle) = self.settle.take() {
            settle(self);
        }
    }

    #[cold]
    extern "C" fn settle_now(&mut self) {
        let told = self.interest.withdraw();
        let copying = Copying { end: &mut self.end, most: core::mem::take(&mut self.coming) };
        let copied = match told {
            Some(payload) => Some(copying.ended_with(payload)),
            None => copying.cancel(),
        };
        self.came(copied.map_or(0, |copied| copied.count));
    }

    /// Reads what is there straight into `buffer`, if it is worth trying. `None`: nothing is there, or a copy goes on.
    pub fn try_read(&mut self, buffer: &mut [MaybeUninit<B::Element>]) -> Option<Copied> {
        if self.coming > 0 || self.had_to_wait {
            return None;
        }
        let copied = self.end.read_at_once(buffer);
        self.had_to_wait = copied.is_none();
        copied
    }

    /// Waits until up to `count` elements have come, or the stream has ended: what the copy came to. For who has taken all that came before.
    pub fn poll_gather(&mut self, count: usize, context: &mut Context<'_>) -> Poll<Copied> {
        if self.coming == 0 {
            assert::holds(self.elements.is_empty(), "what has come is taken before more is waited for");
            self.elements.reserve(count);
            let room = &mut self.elements.spare_capacity_mut()[..count];
            // The copy may outlive this borrow of the room, which is ours until it has ended: there are no elements, and so nothing moves, until
            // `came`. Dropping ends it before the room goes.
            match self.end.begin_read(room) {
                Ok(copied) => {
                    self.had_to_wait = false;
                    self.came(copied.count);
                    return Poll::Ready(copied);
                }
                Err(copying) => {
                    self.coming = copying.most;
                    self.settle = Some(Self::settle_now);
                }
            }
        }
        self.interest.poll(self.end.handle, context).map(|payload| {
            self.settle = None;
            let copying = Copying { end: &mut self.end, most: core::mem::take(&mut self.coming) };
            let copied = copying.ended_with(payload);
            self.came(copied.count);
            copied
        })
    }

    fn came(&mut self, count: usize) {
        // SAFETY: a copy initialises as many elements as it counts, from the beginning of its buffer, which was the room behind the elements, and
        // not more than there is room for (`note` checks it). While elements come there are none, so none are taken out.
        unsafe { self.elements.set_len(self.elements.len() + count) };
    }
}

impl<B: StreamBuiltins> Drop for ReadAhead<B> {
    fn drop(&mut self) {
        // The buffer is the host's until then, and an end that copies cannot be dropped.
        self.settle();
    }
}
