//! An open file description: what duplicates of a descriptor share.

use core::cell::Cell;

use alloc_crate::rc::Rc;
use component_rt::exclusive::Exclusive;

use super::coherence::Opened;
use super::cursor::{Cursor, Writer};
use crate::abi::filesystem::Descriptor;

/// A file that is open, with its position and streams.
pub(super) struct Description {
    pub(super) opened: Rc<Opened>,
    /// In use for the length of one call: the calls on one file are one after the other, as a kernel's are.
    pub(super) cursor: Exclusive<Cursor>,
    /// All that came to stand behind an append up to here ([`super::appended`]) are other files, or have asked.
    pub(super) others_until: Cell<u64>,
}

impl Description {
    pub(super) fn new(descriptor: Descriptor) -> Description {
        Description {
            opened: Opened::new(descriptor),
            cursor: Exclusive::new(Cursor::default()),
            others_until: Cell::new(0),
        }
    }

    /// Finds out where a position behind an append is. What fails at that is the error of the file's own next call.
    pub(super) fn locate(&self) {
        let mut cursor = self.cursor.take();
        if let Err(error) = cursor.locate(&self.opened.descriptor) {
            cursor.writer = Some(Writer::Failed(error));
        }
    }
}
