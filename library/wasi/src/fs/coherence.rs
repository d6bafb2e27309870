//! What one open file must know of the others, because several may be the same file.
//!
//! A host may read ahead: bytes that it took from the file before our next `stream.read` asks for them. If the file was
//! written in between, they are old. So each open file notes when it was last written, and a reader that finds a later
//! write to its own file, through whatever descriptor, reads from a new stream.
//!
//! What is left out: writes of other programs. There, reading ahead looks like having read a little earlier, which
//! nobody can tell without a second channel.

use alloc_crate::rc::{Rc, Weak};
use alloc_crate::vec::Vec;
use core::cell::Cell;

use crate::abi::filesystem::Descriptor;

component_rt::instance_state! {
    static WRITES: Writes = Writes { clock: 0, closed: 0, writers: Vec::new() };
}

/// A descriptor, and the time of the last write through it.
pub(super) struct Opened {
    pub(super) descriptor: Descriptor,
    /// On the clock of `WRITES`; zero: never written.
    written: Cell<u64>,
}

struct Writes {
    /// Counts writes.
    clock: u64,
    /// When a file that is now closed was last written: it may have been any file.
    closed: u64,
    /// The open files that were written.
    writers: Vec<Weak<Opened>>,
}

impl Opened {
    pub(super) fn new(descriptor: Descriptor) -> Rc<Opened> {
        Rc::new(Opened { descriptor, written: Cell::new(0) })
    }

    /// Notes that the file's contents have changed through this descriptor.
    pub(super) fn wrote(self: &Rc<Self>) {
        WRITES.with(|writes| {
            writes.clock += 1;
            if self.written.replace(writes.clock) == 0 {
                writes.writers.push(Rc::downgrade(self));
            }
        });
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        let written = self.written.get();
        if written != 0 {
            WRITES.with(|writes| {
                writes.closed = writes.closed.max(written);
                writes.writers.retain(|writer| writer.strong_count() != 0);
            });
        }
    }
}

/// The moment a read stream was opened, and what has been found out since.
pub(super) struct Since {
    clock: u64,
    /// Written files that are known to be other files.
    others: Vec<Weak<Opened>>,
}

impl Since {
    /// Now.
    #[inline]
    pub(super) fn now() -> Since {
        Since { clock: WRITES.with(|writes| writes.clock), others: Vec::new() }
    }

    /// Whether nobody has written `file` since. Asks the host (`descriptor.is-same-object`) once for each file that is
    /// written meanwhile.
    #[inline]
    pub(super) fn is_unwritten(&mut self, file: &Rc<Opened>) -> bool {
        let clock = WRITES.with(|writes| writes.clock);
        clock == self.clock || self.look(file, clock)
    }

    #[cold]
    fn look(&mut self, file: &Rc<Opened>, clock: u64) -> bool {
        let since = self.clock;
        let suspects: Option<Vec<Rc<Opened>>> = WRITES.with(|writes| {
            let later = |writer: &Rc<Opened>| writer.written.get() > since;
            (writes.closed <= since).then(|| writes.writers.iter().filter_map(Weak::upgrade).filter(later).collect())
        });
        let Some(suspects) = suspects else { return false };
        for suspect in suspects {
            if Rc::ptr_eq(&suspect, file) {
                return false;
            }
            // A `Weak` keeps the allocation, so that its address is nobody else's.
            if self.others.iter().any(|other| core::ptr::eq(other.as_ptr(), &*suspect)) {
                continue;
            }
            if suspect.descriptor.is_same_object(&file.descriptor) {
                return false;
            }
            self.others.push(Rc::downgrade(&suspect));
        }
        self.clock = clock;
        true
    }
}
