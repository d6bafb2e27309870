//! Writing by who cannot wait: a write of nothing goes on, which ends when the reader wants something. It borrows nobody's buffer, so a future
//! that waits for it may be dropped or forgotten; and what was not written is known not to be.

use core::ptr::NonNull;
use core::task::{Context, Poll, ready};

use super::{Copying, StreamBuiltins, WritableEnd};
use crate::event::Copied;
use crate::interest::Interest;
use crate::patience::Patience;

/// A writable end that can be waited for.
pub struct WriteWhenReady<B: StreamBuiltins> {
    end: WritableEnd<B>,
    interest: Interest,
    /// What ends a write of nothing that goes on. Only polls lead to it, so that a program without executors does not contain it.
    settle: Option<extern "C" fn(&mut Self)>,
}

impl<B: StreamBuiltins> WriteWhenReady<B> {
    /// To `end`.
    pub fn new(end: WritableEnd<B>) -> Self {
        WriteWhenReady { end, interest: Interest::new(), settle: None }
    }

    /// As [`WritableEnd::write_within`].
    #[inline]
    pub fn write_within(&mut self, elements: &[B::Element], patience: impl Patience) -> Option<Copied> {
        self.settle();
        self.end.write_within(elements, patience)
    }

    /// As [`WritableEnd::write`], for who waits in an executor. Left before it is ready, it has written nothing.
    pub fn poll_write(&mut self, elements: &[B::Element], context: &mut Context<'_>) -> Poll<Copied> {
        loop {
            if self.settle.is_some() {
                let payload = ready!(self.interest.poll(self.end.handle, context));
                self.settle = None;
                Copying { end: &mut self.end, most: 0 }.ended_with(payload);
            }
            if let Some(copied) = self.end.write_at_once(elements) {
                return Poll::Ready(copied);
            }
            // SAFETY: a copy of nothing reads nothing.
            let code = unsafe { B::write(self.end.handle.index(), NonNull::dangling().as_ptr(), 0) };
            match Copied::decode(code) {
                // It is a hint, and may have been wrong a moment ago.
                Some(copied) => {
                    self.end.note(copied, 0);
                }
                None => self.settle = Some(Self::settle_now),
            }
        }
    }

    /// Waits in an executor until the reader wants something, or there is none any more.
    pub fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if self.end.has_ended() {
            return Poll::Ready(());
        }
        if self.settle.is_none() {
            // SAFETY: a copy of nothing reads nothing.
            let code = unsafe { B::write(self.end.handle.index(), NonNull::dangling().as_ptr(), 0) };
            if let Some(copied) = Copied::decode(code) {
                self.end.note(copied, 0);
                return Poll::Ready(());
            }
            self.settle = Some(Self::settle_now);
        }
        let payload = ready!(self.interest.poll(self.end.handle, context));
        self.settle = None;
        Copying { end: &mut self.end, most: 0 }.ended_with(payload);
        Poll::Ready(())
    }

    /// Ends what waits, because somebody is about to do something else; whoever waited in an executor is woken to look again.
    #[inline]
    pub fn settle(&mut self) {
        if let Some(settle) = self.settle.take() {
            settle(self);
        }
    }

    #[cold]
    extern "C" fn settle_now(&mut self) {
        let told = self.interest.withdraw();
        let copying = Copying { end: &mut self.end, most: 0 };
        match told {
            Some(payload) => {
                copying.ended_with(payload);
            }
            None => {
                copying.cancel();
            }
        }
    }
}

impl<B: StreamBuiltins> Drop for WriteWhenReady<B> {
    fn drop(&mut self) {
        // An end that copies cannot be dropped.
        self.settle();
    }
}
