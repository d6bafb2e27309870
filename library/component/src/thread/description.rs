//! What the host is told of each thread when all of them wait and none can ever go on: for its report of the deadlock.
//!
//! The host walks along the threads by calling [`describe`] (`component_describe_thread` in `entry.s`) with 0, then with
//! the `next` it was given, until that is 0. It reads the description out of linear memory.
//!
//! Left out: who holds a lock. std's locks do not know it.

use core::ffi::c_char;
use core::ptr;

use super::{Block, THREADS};
use crate::futex;

/// One thread. The runtime reads it: five words, in this order.
#[repr(C)]
pub(crate) struct Description {
    /// Which thread is described: its block; null for the first thread.
    pub(crate) block: *const Block,
    /// The thread to ask for next; null after the last.
    pub(crate) next: *const Block,
    /// Its name as a C string, or null. The first thread has none here.
    pub(crate) name: *const c_char,
    /// The word of memory whose change it waits for; null if it waits for the host.
    pub(crate) waits_for: *const u8,
    /// The word that whoever joins it waits for; null for the first thread, which nobody joins.
    pub(crate) ends_at: *const u8,
}

impl Description {
    pub(super) const NONE: Description = Description {
        block: ptr::null(),
        next: ptr::null(),
        name: ptr::null(),
        waits_for: ptr::null(),
        ends_at: ptr::null(),
    };
}

/// Describes the thread of `block`, or the first one if that is null, with which the host begins.
pub(crate) extern "C" fn describe(block: *const Block) -> *const Description {
    THREADS.with(|threads| {
        // SAFETY: the host passes on what it was given here, and no thread has ended since.
        threads.description = match unsafe { block.as_ref() } {
            None => {
                futex::order_by_thread();
                Description { next: threads.youngest, waits_for: futex::waits_for(threads.first), ..Description::NONE }
            }
            Some(thread) => Description {
                block,
                next: thread.next,
                name: thread.name,
                waits_for: futex::waits_for(thread.index),
                ends_at: (&raw const thread.state).cast(),
            },
        };
        &raw const threads.description
    })
}
