//! What one open file must know of the others, because several may be the same file.
//!
//! A host may read ahead: bytes that it took from the file before our next `stream.read` asks for them. If the file was
//! written in between, they are old. So each open file notes when it was last written, and a reader that finds a later
//! write to its own file, through whatever descriptor, reads from a new stream.
//!
//! A position behind an append is the end of the file, as long as nobody else writes it. So whoever is about to write
//! has those who stand there ask where that is ([`Opened::before_writing`]).
//!
//! What is left out: writes of other programs. There, reading ahead looks like having read a little earlier, which
//! nobody can tell without a second channel.

use alloc_crate::rc::{Rc, Weak};
use alloc_crate::vec::Vec;
use core::cell::{Cell, RefCell};

use super::file::Cursor;
use crate::abi::filesystem::Descriptor;

component_rt::instance_state! {
    static WRITES: Writes = Writes { clock: 0, closed: 0, writers: Vec::new(), appends: 0, appended: Vec::new() };
}

/// A descriptor with its position and streams, and the time of its last write.
pub(super) struct Opened {
    /// Borrowed for the length of one call: the calls on one file are one after the other, as a kernel's are.
    pub(super) cursor: RefCell<Cursor>,
    pub(super) descriptor: Descriptor,
    /// On the clock of `WRITES`; zero: never written.
    written: Cell<u64>,
    /// All that came to stand behind an append up to here (`Writes::appends`) are other files, or have asked.
    others_until: Cell<u64>,
}

struct Writes {
    /// Counts writes.
    clock: u64,
    /// When a file that is now closed was last written: it may have been any file.
    closed: u64,
    /// The open files that were written.
    writers: Vec<Weak<Opened>>,
    /// How often a position came to be the one behind an append.
    appends: u64,
    /// Those whose position is, with the count when it came to be, in that order.
    appended: Vec<(u64, Weak<Opened>)>,
}

impl Opened {
    pub(super) fn new(descriptor: Descriptor) -> Rc<Opened> {
        let cursor = RefCell::new(Cursor::default());
        Rc::new(Opened { cursor, descriptor, written: Cell::new(0), others_until: Cell::new(0) })
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

impl Opened {
    /// Notes that the position is now the one behind an append.
    pub(super) fn appended(self: &Rc<Self>) {
        WRITES.with(|writes| {
            writes.appends += 1;
            let own = Rc::as_ptr(self);
            writes.appended.retain(|(_, other)| other.strong_count() != 0 && other.as_ptr() != own);
            writes.appended.push((writes.appends, Rc::downgrade(self)));
        });
    }

    /// Those that stand behind what they appended to this file, through another descriptor, are told where that is
    /// before the file changes.
    #[inline]
    pub(super) fn before_writing(&self, locate: fn(&Opened)) {
        let appends = WRITES.with(|writes| writes.appends);
        if self.others_until.get() != appends {
            self.look_for_appended(appends, locate);
        }
    }

    /// The same before a file is emptied by opening it: `open` opens it as it is, if there is something in it.
    pub(super) fn before_truncating(open: impl FnOnce() -> Option<Descriptor>, locate: fn(&Opened)) {
        let appended: Vec<Rc<Opened>> = WRITES.with(|writes| {
            let opened = writes.appended.iter().filter_map(|(_, opened)| opened.upgrade());
            // One that is in a call is asked after that.
            opened.filter(|opened| opened.cursor.try_borrow().map_or(true, |cursor| cursor.is_appended())).collect()
        });
        if appended.is_empty() {
            return;
        }
        if let Some(file) = open() {
            appended.iter().filter(|opened| opened.descriptor.is_same_object(&file)).for_each(|opened| locate(opened));
        }
    }

    #[cold]
    fn look_for_appended(&self, appends: u64, locate: fn(&Opened)) {
        let known = self.others_until.replace(appends);
        let later: Vec<Rc<Opened>> = WRITES.with(|writes| {
            let first = writes.appended.partition_point(|&(count, _)| count <= known);
            writes.appended[first..].iter().filter_map(|(_, opened)| opened.upgrade()).collect()
        });
        for other in later {
            if !core::ptr::eq(&*other, self) && other.descriptor.is_same_object(&self.descriptor) {
                locate(&other);
            }
        }
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
