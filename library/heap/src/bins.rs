//! The bins: free blocks by size, so that one that fits is found in a few steps.
//!
//! Eight bins for each doubling of the size; below sixteen grains each size has its own. A bin is a doubly linked list, since a
//! block leaves from anywhere when its neighbour is freed.

use core::hint::assert_unchecked;

use super::block::{Block, GRAIN, Links};

/// Bits of a size that choose among the bins of one doubling.
const FINE: u32 = 3;
/// The doublings from `1 << FINE` grains to the whole address space, and one row of bins for the sizes below.
const ROWS: usize = (usize::BITS - GRAIN.trailing_zeros() - FINE) as usize + 1;
/// How many blocks of a bin that may hold some that will not do are looked at.
const LOOKS: usize = 8;

/// Free blocks by size.
pub(super) struct Bins {
    /// A bit for each bin that is not empty.
    filled: [u8; ROWS],
    first: [[Option<Block>; 1 << FINE]; ROWS],
}

impl Bins {
    pub(super) const fn new() -> Bins {
        Bins { filled: [0; ROWS], first: [[None; 1 << FINE]; ROWS] }
    }

    /// Puts in a free block.
    pub(super) fn insert(&mut self, block: Block) {
        let (row, column) = place(block.size());
        let next = self.first[row][column].replace(block);
        // SAFETY: the payload of a free block is the heap's, and large enough for the links.
        unsafe { block.links().write(Links { next, previous: None }) };
        if let Some(next) = next {
            // SAFETY: what is in a bin is free.
            unsafe { (*next.links()).previous = Some(block) };
        }
        self.filled[row] |= 1 << column;
    }

    /// Takes out a free block that is in a bin.
    pub(super) fn remove(&mut self, block: Block) {
        // SAFETY: the block is in a bin, where `insert` wrote its links.
        let Links { next, previous } = unsafe { block.links().read() };
        if let Some(next) = next {
            // SAFETY: what is in a bin is free.
            unsafe { (*next.links()).previous = previous };
        }
        match previous {
            // SAFETY: as above.
            Some(previous) => unsafe { (*previous.links()).next = next },
            None => {
                let (row, column) = place(block.size());
                self.first[row][column] = next;
                if next.is_none() {
                    self.filled[row] &= !(1 << column);
                }
            }
        }
    }

    /// Takes out a block of at least `size`, the smallest or nearly so.
    pub(super) fn take(&mut self, size: usize) -> Option<Block> {
        let block = self.fitting(size)?;
        self.remove(block);
        block.make_used();
        Some(block)
    }

    /// Takes out a block of hardly more than `size` whose payload happens to be aligned.
    pub(super) fn take_aligned(&mut self, size: usize, align: usize) -> Option<Block> {
        let (row, column) = place(size);
        let aligned = |block: Block| block.size() >= size && block.payload().addr() & (align - 1) == 0;
        let block = look(self.first[row][column], aligned)?;
        self.remove(block);
        block.make_used();
        Some(block)
    }

    /// Whether there is a block of at least `size`.
    pub(super) fn hold(&self, size: usize) -> bool {
        self.fitting(size).is_some()
    }

    /// Shows every free block.
    #[cfg(test)]
    pub(super) fn for_each(&self, mut see: impl FnMut(Block)) {
        for first in self.first.as_flattened() {
            let mut block = *first;
            while let Some(this) = block {
                see(this);
                // SAFETY: what is in a bin is free.
                block = unsafe { (*this.links()).next };
            }
        }
    }

    fn fitting(&self, size: usize) -> Option<Block> {
        let (row, column) = place(size);
        // This bin's blocks may be a little smaller.
        if let Some(block) = look(self.first[row][column], |block| block.size() >= size) {
            return Some(block);
        }
        // All other bins' blocks are larger.
        let mut larger = self.filled[row] & (!1 << column);
        let mut rows = row + 1..ROWS;
        let mut row = row;
        while larger == 0 {
            row = rows.next()?;
            larger = self.filled[row];
        }
        self.first[row][larger.trailing_zeros() as usize & ((1 << FINE) - 1)]
    }
}

/// The first block of a bin that will do, if it is one of the first few.
fn look(mut candidate: Option<Block>, will_do: impl Fn(Block) -> bool) -> Option<Block> {
    for _ in 0..LOOKS {
        let block = candidate?;
        if will_do(block) {
            return Some(block);
        }
        // SAFETY: the block is in a bin.
        candidate = unsafe { (*block.links()).next };
    }
    None
}

/// The bin for blocks of this size.
#[inline(always)]
fn place(size: usize) -> (usize, usize) {
    let (row, column) = row_and_column(size);
    // SAFETY: there is a row for every size. (A check could panic, and then everything that allocates could.)
    unsafe { assert_unchecked(row < ROWS && column < 1 << FINE) };
    (row, column)
}

/// The row by the size's magnitude, the column by the bits that follow the highest.
fn row_and_column(size: usize) -> (usize, usize) {
    let grains = size / GRAIN;
    let row = (grains >> FINE).checked_ilog2().map_or(0, |magnitude| magnitude as usize + 1);
    let column = if row == 0 { grains } else { grains >> (row - 1) };
    (row, column & ((1 << FINE) - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_grow_with_the_size_and_small_sizes_have_their_own() {
        let bin = |grains: usize| {
            let (row, column) = place(grains * GRAIN);
            row * (1 << FINE) + column
        };
        for grains in 0..16 {
            assert_eq!(bin(grains), grains);
        }
        for grains in 16..100_000 {
            assert!(bin(grains) == bin(grains - 1) || bin(grains) == bin(grains - 1) + 1, "{grains}");
        }
        let (row, _) = place(isize::MAX as usize);
        assert!(row < ROWS);
    }
}
