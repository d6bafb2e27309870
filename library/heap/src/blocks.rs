//! Memory in blocks of any size, each with a header: for what is too large for slabs, and for slabs themselves.
//!
//! Free memory is in two places, tried in this order: the *bins* hold free blocks by size, and free neighbours are always one
//! block; the *top* is what lies behind the last block, up to the end of memory. A block grows where it stands if what follows it
//! is free, so a `Vec` that is pushed to is rarely copied.

use core::cmp::max;

use super::bins::Bins;
use super::block::{Block, GRAIN, SMALLEST, WORD, needed};
use super::memory::Memory;

/// Memory is asked for in pieces of at least this size.
const PIECE: usize = 64 * 1024;

/// Blocks on some memory.
pub(super) struct Blocks<M> {
    pub(super) bins: Bins,
    /// Where the next block at the end would begin: a header of size 0.
    pub(super) top: Option<Block>,
    /// The end of the top.
    pub(super) end: *mut u8,
    /// From here to the end all is zero.
    pub(super) fresh: *mut u8,
    pub(super) memory: M,
}

impl<M: Memory> Blocks<M> {
    pub(super) const fn new(memory: M) -> Blocks<M> {
        Blocks { bins: Bins::new(), top: None, end: core::ptr::null_mut(), fresh: core::ptr::null_mut(), memory }
    }

    /// A block with a payload of `size` bytes and this alignment, from memory that is there.
    pub(super) fn allocate(&mut self, size: usize, align: usize) -> Option<Block> {
        if align > GRAIN {
            return self.allocate_aligned(size, align);
        }
        let need = needed(size);
        let block = self.find(need)?;
        self.trim(block, need);
        Some(block)
    }

    /// Gives a block in use another size where it stands, if what follows it allows that.
    pub(super) fn resize(&mut self, block: Block, size: usize) -> bool {
        let (need, size) = (needed(size), block.size());
        if need > size && !self.extend(block, need) {
            return false;
        }
        self.trim(block, need);
        true
    }

    /// Makes a block in use part of the free memory around it.
    pub(super) fn release(&mut self, mut block: Block) {
        let (mut size, after) = (block.size(), block.after());
        if let Some(before) = block.free_before() {
            self.bins.remove(before);
            size += before.size();
            block = before;
        }
        if Some(after) == self.top {
            self.set_top(block);
            return;
        }
        if after.is_free() {
            self.bins.remove(after);
            size += after.size();
        }
        block.make_free(size);
        self.bins.insert(block);
    }

    /// Gets memory for a payload of `size` bytes with this alignment.
    pub(super) fn grow_for(&mut self, size: usize, align: usize) -> bool {
        self.grow(needed(if align > GRAIN { room_for(size, align) } else { size }))
    }

    /// Bytes of the top.
    pub(super) fn room(&self) -> usize {
        self.top.map_or(0, |top| self.end.addr() - top.start().addr())
    }

    /// A block whose payload is aligned more strictly than headers see to.
    fn allocate_aligned(&mut self, size: usize, align: usize) -> Option<Block> {
        if let Some(block) = self.bins.take_aligned(needed(size), align) {
            return Some(block);
        }
        let mut block = self.find(needed(room_for(size, align)))?;
        // Not `align_offset`, which panics should this be no power of two: nothing can come out of an allocator that has no panics in it,
        // and the linker sees that, in every loop that allocates.
        let mut gap = block.payload().addr().wrapping_neg() & (align - 1);
        if gap > 0 {
            // In front of the payload a free block comes to be.
            if gap < SMALLEST {
                gap += align;
            }
            let (front, size) = (block, block.size());
            block = front.offset(gap);
            block.begin(size - gap);
            front.resize(gap);
            self.release(front);
        }
        self.trim(block, needed(size));
        Some(block)
    }

    /// A block in use of at least `need` bytes.
    fn find(&mut self, need: usize) -> Option<Block> {
        if let Some(block) = self.bins.take(need) {
            return Some(block);
        }
        let block = self.top.filter(|_| self.room() >= need + WORD)?;
        block.begin(need);
        self.set_top(block.offset(need));
        Some(block)
    }

    /// Makes a block larger by what follows it.
    fn extend(&mut self, block: Block, need: usize) -> bool {
        let (size, after) = (block.size(), block.after());
        if Some(after) == self.top {
            let more = need - size;
            // Memory that is free elsewhere comes before memory that would be new.
            if self.room() < more + WORD && (self.bins.hold(need) || !self.grow_at_end(more)) {
                return false;
            }
            block.resize(need);
            self.set_top(block.offset(need));
            return true;
        }
        if !after.is_free() || size + after.size() < need {
            return false;
        }
        self.bins.remove(after);
        after.make_used();
        block.resize(size + after.size());
        true
    }

    /// Frees what a block in use has beyond `need`, if that makes a block.
    fn trim(&mut self, block: Block, need: usize) {
        let size = block.size();
        if size - need >= SMALLEST {
            let rest = block.offset(need);
            block.resize(need);
            rest.begin(size - need);
            self.release(rest);
        }
    }

    /// Lets the top begin here; all before is blocks.
    fn set_top(&mut self, top: Block) {
        top.begin(0);
        self.top = Some(top);
        self.fresh = max(self.fresh, top.payload());
    }

    /// Makes the top larger by at least `more`, if memory grows where it ended.
    fn grow_at_end(&mut self, more: usize) -> bool {
        let end = self.end;
        self.grow(more) && self.top.is_some_and(|top| top.start() < end)
    }

    /// Makes room for a block of this size at the top.
    fn grow(&mut self, need: usize) -> bool {
        // A header before it, a header after it, and the way to an address that suits.
        let least = need + 2 * GRAIN;
        let Some(memory) = self.memory.grow(least.max(PIECE)).or_else(|| self.memory.grow(least)) else { return false };
        if self.top.is_none() || memory.start != self.end {
            self.close_top();
            let payload = memory.start.wrapping_add(WORD).map_addr(|address| (address + GRAIN - 1) & !(GRAIN - 1));
            // SAFETY: the memory is more than two grains, and the heap goes on here.
            self.set_top(unsafe { Block::of(payload) });
        }
        self.end = memory.end;
        true
    }

    /// Makes what is left of the top a block, because memory goes on elsewhere.
    fn close_top(&mut self) {
        let room = self.room();
        let Some(top) = self.top.take() else { return };
        if room >= SMALLEST + WORD {
            top.begin((room - WORD) / GRAIN * GRAIN);
            // A header of size 0 in use: what is freed before it stops here.
            top.after().begin(0);
            self.release(top);
        }
    }
}

/// A payload in which one of `size` bytes finds its alignment, a free block in front of it.
fn room_for(size: usize, align: usize) -> usize {
    // A layout's size and alignment leave the upper half of the address space.
    size + align + SMALLEST
}
