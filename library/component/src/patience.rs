//! Patience: how long a wait may last. Each kind is a type, so that nobody contains, or imports, more than the kinds
//! that are used: no clock without a deadline.

use core::sync::atomic::AtomicU32;

use crate::block;
use crate::deadline::Deadline;
use crate::event::Event;
use crate::futex;
use crate::interruption::Interruption;
use crate::waitable::{Handle, Waitable};
use crate::waitable_set::WaitableSet;

/// How long a wait may last.
pub trait Patience: Copy {
    /// Waits for an event of the set, and takes it. `None`: patience has ended.
    fn wait_in(self, set: &WaitableSet) -> Option<Event>;

    /// Waits for the end of what `waitable` does, which the caller cancels when patience ends: then this is `None`.
    #[inline]
    fn wait(self, waitable: Handle) -> Option<Event> {
        block::within(waitable, self)
    }

    /// Waits until another thread wakes this one with that word. False: patience has ended.
    fn wait_on(self, word: &AtomicU32, expected: u32) -> bool;
}

/// Until it is done.
#[derive(Clone, Copy, Debug)]
pub struct Forever;

/// Until a deadline is reached. An event that is there already wins over a deadline that has passed.
#[derive(Clone, Copy, Debug)]
pub struct Until<D>(pub D);

/// Not at all: the host and the other threads have a turn, without which a loop around this would never see anything
/// change.
#[derive(Clone, Copy, Debug)]
pub struct Never;

/// As long as another patience lasts, and until another thread interrupts it.
#[derive(Clone, Copy)]
pub struct Unless<'a, P>(pub &'a Interruption, pub P);

impl Patience for Forever {
    #[inline]
    fn wait_in(self, set: &WaitableSet) -> Option<Event> {
        Some(block::wait(set))
    }

    #[inline]
    fn wait(self, waitable: Handle) -> Option<Event> {
        Some(block::on(&waitable))
    }

    #[inline]
    fn wait_on(self, word: &AtomicU32, expected: u32) -> bool {
        futex::wait(word, expected);
        true
    }
}

impl<D: Deadline> Patience for Until<D> {
    fn wait_in(self, set: &WaitableSet) -> Option<Event> {
        block::wait_until(set, self.0)
    }

    fn wait_on(self, word: &AtomicU32, expected: u32) -> bool {
        futex::wait_until(word, expected, self.0)
    }
}

impl Patience for Never {
    fn wait_in(self, set: &WaitableSet) -> Option<Event> {
        block::give_way();
        Some(set.poll()).filter(|event| *event != Event::None)
    }

    /// Cancelling takes an event that is there, so nobody has to look.
    #[inline]
    fn wait(self, _waitable: Handle) -> Option<Event> {
        block::give_way();
        None
    }

    #[inline]
    fn wait_on(self, _word: &AtomicU32, _expected: u32) -> bool {
        false
    }
}

impl<P: Patience> Patience for Unless<'_, P> {
    fn wait_in(self, set: &WaitableSet) -> Option<Event> {
        let Unless(interruption, patience) = self;
        let (reader, writer) = interruption.begin();
        set.join(&reader);
        let event = patience.wait_in(set);
        WaitableSet::leave(&reader);
        let interrupted = matches!(event, Some(Event::FutureRead(handle, _)) if handle == reader.handle());
        interruption.end(reader, writer, interrupted);
        event.filter(|_| !interrupted)
    }

    /// Without interruptions: the word is what another thread ends this with.
    fn wait_on(self, word: &AtomicU32, expected: u32) -> bool {
        self.1.wait_on(word, expected)
    }
}
