//! A block: one piece of the heap, its size in front of it.
//!
//! ```text
//!           header                  payload
//! in use    size | flags            the program's                                          (in a quick list: the next one)
//! free      size | flags            next block of the bin | previous one | ... | size
//! ```
//!
//! A header is one word; sizes count it in and are multiples of [`GRAIN`], which leaves the low bits for flags. The size at the
//! end of a free block lets the block after it find where it begins, so that neighbours grow together.
//!
//! Methods are safe because a [`Block`] is only made, and only kept, where a header of the heap is: see [`Block::at`].

use core::ptr::NonNull;

/// The size of a header.
pub(super) const WORD: usize = size_of::<usize>();
/// What payloads are aligned to, and sizes are multiples of.
pub(super) const GRAIN: usize = 2 * WORD;
/// The smallest block: room for what a free one holds.
pub(super) const SMALLEST: usize = 4 * WORD;

/// This block is free.
const FREE: usize = 1;
/// The block before this one is free.
const AFTER_FREE: usize = 2;
const FLAGS: usize = FREE | AFTER_FREE;

/// The size of the block for a payload of `size` bytes (at most `isize::MAX`).
pub(super) const fn needed(size: usize) -> usize {
    let size = (size + WORD + GRAIN - 1) & !(GRAIN - 1);
    if size < SMALLEST { SMALLEST } else { size }
}

/// Where the header of a block is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Block(NonNull<usize>);

impl Block {
    /// # Safety
    /// `header` is where a block of the heap begins, or is about to begin, and the value is dropped before that changes.
    pub(super) unsafe fn at(header: *mut u8) -> Block {
        // SAFETY: no block begins at address zero.
        Block(unsafe { NonNull::new_unchecked(header.cast()) })
    }

    /// # Safety
    /// As [`Block::at`], for the block whose payload begins here.
    pub(super) unsafe fn of(payload: *mut u8) -> Block {
        // SAFETY: a header stands in front of each payload; the rest is the caller's promise.
        unsafe { Block::at(payload.sub(WORD)) }
    }

    /// What the program sees of it.
    pub(super) fn payload(self) -> *mut u8 {
        self.word(1).cast()
    }

    /// The address of the header.
    pub(super) fn start(self) -> *mut u8 {
        self.0.as_ptr().cast()
    }

    /// Bytes, the header included.
    pub(super) fn size(self) -> usize {
        self.header() & !FLAGS
    }

    pub(super) fn is_free(self) -> bool {
        self.header() & FREE != 0
    }

    /// The block in front of this one, if that is free.
    pub(super) fn free_before(self) -> Option<Block> {
        if self.header() & AFTER_FREE == 0 {
            return None;
        }
        // SAFETY: the flag says that a free block ends here; its last word is its size, by which it begins earlier.
        Some(unsafe { Block::at(self.start().sub(*self.0.as_ptr().sub(1))) })
    }

    /// The block that begins where this one ends. The heap's last block has a header after it as well.
    pub(super) fn after(self) -> Block {
        self.offset(self.size())
    }

    /// The block that begins, or is about to, `size` bytes on.
    pub(super) fn offset(self, size: usize) -> Block {
        // SAFETY: callers stay within a block or at its end, where the next header is.
        unsafe { Block::at(self.start().add(size)) }
    }

    /// Writes the header of a block in use behind another one in use.
    pub(super) fn begin(self, size: usize) {
        self.set_header(size);
    }

    /// Gives a block in use another size; what is in front of it stays.
    pub(super) fn resize(self, size: usize) {
        self.set_header(size | self.header() & AFTER_FREE);
    }

    /// Makes this `size` bytes of free memory; neither neighbour is free.
    pub(super) fn make_free(self, size: usize) {
        self.set_header(size | FREE);
        let after = self.offset(size);
        // SAFETY: the last word of a free block is the heap's.
        unsafe { after.0.as_ptr().sub(1).write(size) };
        after.set_header(after.header() | AFTER_FREE);
    }

    /// Takes a free block into use; neither neighbour is free.
    pub(super) fn make_used(self) {
        self.set_header(self.size());
        let after = self.after();
        after.set_header(after.header() & !AFTER_FREE);
    }

    /// The links of a free block.
    pub(super) fn links(self) -> *mut Links {
        self.word(1).cast()
    }

    fn header(self) -> usize {
        // SAFETY: a block's first word is its header, and no one but the heap refers to it.
        unsafe { *self.0.as_ptr() }
    }

    fn set_header(self, header: usize) {
        // SAFETY: as in `header`.
        unsafe { self.0.as_ptr().write(header) }
    }

    fn word(self, index: usize) -> *mut usize {
        // SAFETY: no block is smaller than `SMALLEST`, four words.
        unsafe { self.0.as_ptr().add(index) }
    }
}

/// Where a free block stands in the list of its bin.
pub(super) struct Links {
    pub(super) next: Option<Block>,
    pub(super) previous: Option<Block>,
}
