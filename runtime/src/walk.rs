//! The guest's frames on a suspended stack.
//!
//! Here because wasmtime walks the stack that runs, and no other. Where a walk has to begin, wasmtime has noted on the
//! stack itself: when it leaves a guest that waits, it keeps there by which frame and to which address the guest will
//! be returned into. To look for anything that only looks like a frame would find remains of earlier calls.
//!
//! What is relied on beyond wasmtime's documentation: that note is a structure above the guest's frames
//! (`EntryStoreContext`) whose words are the frame pointer of the piece of code by which the guest calls the host, and
//! the return address beside that frame; and compiled code keeps frame pointers. Tests show that it holds
//! (tests/outcome/threads.rs); if it did not, reports would have no backtraces.

use crate::code::Code;
use crate::stacks::Suspended;
use std::collections::HashSet;

/// How many words the two of the note lie apart at most.
const NOTE: usize = 8;

/// A stack on which the guest's frames have been found.
pub(crate) struct Walked {
    /// The return addresses, innermost first.
    pub(crate) calls: Vec<usize>,
    /// The words above the guest's frames, upwards.
    above: Vec<usize>,
}

impl Walked {
    /// `None`: the guest has not begun here, or has ended.
    pub(crate) fn new(stack: &Suspended, code: &Code<'_>) -> Option<Self> {
        let mut at = stack.exit(code)?;
        let mut calls = Vec::new();
        let end = loop {
            let (frame, back) = (*stack.words.get(at)?, *stack.words.get(at + 1)?);
            calls.push(back);
            // The guest was called by a piece of the runtime's own code.
            if !code.is_guest(back) {
                break at;
            }
            at = stack.index(frame).filter(|next| *next > at)?;
        };
        code.contains(*calls.last()?).then(|| Self { calls, above: stack.words[end..].to_vec() })
    }

    /// Which of `blocks` the thread's first function was called with. The runtime keeps that above the guest's frames,
    /// as a word of its own, and what lies between has no such numbers. (Half of an address can be one of many thousand
    /// blocks, and so can what lies further up.)
    pub(crate) fn block(&self, blocks: &HashSet<u32>) -> Option<u32> {
        self.above.iter().filter_map(|word| u32::try_from(*word).ok()).find(|word| blocks.contains(word))
    }
}

impl Suspended {
    /// Where the frame is by which the guest has called the host.
    fn exit(&self, code: &Code<'_>) -> Option<usize> {
        (0..self.words.len()).rev().find_map(|place| {
            let at = self.index(self.words[place]).filter(|at| *at < place)?;
            let back = *self.words.get(at + 1)?;
            let note = &self.words[place.saturating_sub(NOTE)..self.words.len().min(place + NOTE)];
            (code.is_guest(back) && note.contains(&back)).then_some(at)
        })
    }

    /// Which word has this address.
    fn index(&self, address: usize) -> Option<usize> {
        let distance = address.checked_sub(self.address)?;
        Some(distance / size_of::<usize>())
            .filter(|at| address.is_multiple_of(size_of::<usize>()) && *at < self.words.len())
    }
}
