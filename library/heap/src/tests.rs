//! The heap on memory of the test's own, against a model that knows what each block must hold.

use core::alloc::Layout;
use core::ops::Range;
use std::alloc::{alloc_zeroed, dealloc};
use std::vec::Vec;

use super::Heap;
use super::block::{GRAIN, SMALLEST, WORD};
use super::memory::Memory;
use super::slabs::LARGEST;

/// Memory of a fixed size that is handed out piece by piece, with holes that somebody else took.
struct Pieces {
    memory: Range<*mut u8>,
    given: *mut u8,
    /// After so many pieces a hole follows; 0 for none.
    hole_after: usize,
    pieces: usize,
}

const MEMORY: Layout = match Layout::from_size_align(64 << 20, 64 << 10) {
    Ok(layout) => layout,
    Err(_) => panic!(),
};

impl Pieces {
    fn new(limit: usize, hole_after: usize) -> Pieces {
        assert!(limit <= MEMORY.size());
        // SAFETY: the layout's size is not 0.
        let start = unsafe { alloc_zeroed(MEMORY) };
        assert!(!start.is_null());
        // SAFETY: the limit is within the allocation; the heap begins where no alignment helps it.
        let (memory, given) = unsafe { (start..start.add(limit), start.add(3)) };
        Pieces { memory, given, hole_after, pieces: 0 }
    }
}

impl Memory for Pieces {
    fn grow(&mut self, bytes: usize) -> Option<Range<*mut u8>> {
        self.pieces += 1;
        if self.hole_after != 0 && self.pieces.is_multiple_of(self.hole_after) {
            let hole = 1000.min(self.memory.end.addr() - self.given.addr());
            // SAFETY: not beyond the end. The foreign bytes are not zero and not the heap's to touch.
            unsafe {
                self.given.write_bytes(0xAA, hole);
                self.given = self.given.add(hole);
            }
        }
        if self.memory.end.addr() - self.given.addr() < bytes {
            return None;
        }
        let start = self.given;
        // SAFETY: just compared with the end.
        self.given = unsafe { start.add(bytes) };
        Some(start..self.given)
    }
}

impl Drop for Pieces {
    fn drop(&mut self) {
        // SAFETY: allocated in `new` with this layout.
        unsafe { dealloc(self.memory.start, MEMORY) };
    }
}

/// A block as the program knows it: where, how large, and with which byte it is filled.
struct Known {
    payload: *mut u8,
    layout: Layout,
    filling: u8,
}

impl Known {
    fn check(&self, size: usize) {
        let size = size.min(self.layout.size());
        // SAFETY: the block is in use and has the layout's size, which is not 0.
        let bytes = unsafe { core::slice::from_raw_parts(self.payload, size) };
        assert!(bytes[0] == self.filling && bytes[1..] == bytes[..size - 1], "{:?} holds something else", self.layout);
    }

    fn fill(&self) {
        // SAFETY: the block is in use and has the layout's size.
        unsafe { self.payload.write_bytes(self.filling, self.layout.size()) };
    }
}

/// A program that allocates at random and believes nothing.
struct Program {
    heap: Heap<Pieces>,
    known: Vec<Known>,
    random: u64,
}

impl Program {
    fn new(seed: u64, limit: usize, hole_after: usize) -> Program {
        Program { heap: Heap::new(Pieces::new(limit, hole_after)), known: Vec::new(), random: seed * 2 + 1 }
    }

    fn random(&mut self, below: usize) -> usize {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random >> 16) as usize % below
    }

    /// Mostly small, now and then very large.
    fn size(&mut self) -> usize {
        match self.random(100) {
            0 => 1 + self.random(1 << 20),
            1..10 => 1 + self.random(16 * 1024),
            10..30 => 1 + self.random(2 * LARGEST),
            _ => 1 + self.random(200),
        }
    }

    fn layout(&mut self) -> Layout {
        let align = match self.random(20) {
            0 => 1 << self.random(13),
            _ => 1 << self.random(4),
        };
        Layout::from_size_align(self.size(), align).unwrap()
    }

    fn allocate(&mut self) {
        let layout = self.layout();
        let zeroed = self.random(4) == 0;
        let payload = if zeroed { self.heap.allocate_zeroed(layout) } else { self.heap.allocate(layout) };
        if payload.is_null() {
            return;
        }
        assert!(payload.addr().is_multiple_of(layout.align()));
        let block = Known { payload, layout, filling: 0 };
        if zeroed {
            block.check(layout.size());
        }
        let block = Known { filling: self.random(256) as u8, ..block };
        block.fill();
        self.known.push(block);
    }

    fn deallocate(&mut self) {
        let index = self.random(self.known.len());
        let block = self.known.swap_remove(index);
        block.check(usize::MAX);
        // SAFETY: allocated with this layout, and forgotten.
        unsafe { self.heap.deallocate(block.payload, block.layout) };
    }

    fn reallocate(&mut self) {
        let index = self.random(self.known.len());
        let size = match self.random(3) {
            0 => self.size(),
            _ => self.known[index].layout.size() * 2,
        };
        let block = self.known.swap_remove(index);
        // SAFETY: allocated with this layout; the size is not 0.
        let payload = unsafe { self.heap.reallocate(block.payload, block.layout, size) };
        if payload.is_null() {
            self.known.push(block);
            return;
        }
        let layout = Layout::from_size_align(size, block.layout.align()).unwrap();
        let moved = Known { payload, layout, ..block };
        moved.check(block.layout.size());
        moved.fill();
        self.known.push(moved);
    }

    fn run(&mut self, steps: usize, live: usize) {
        for step in 0..steps {
            match self.random(8) {
                0..2 if !self.known.is_empty() => self.reallocate(),
                2..5 if self.known.len() < live => self.allocate(),
                _ if !self.known.is_empty() => self.deallocate(),
                _ => self.allocate(),
            }
            if step % 1024 == 0 {
                check(&self.heap);
            }
        }
        check(&self.heap);
        while !self.known.is_empty() {
            self.deallocate();
        }
        check(&self.heap);
    }
}

/// What must hold of the heap between any two calls. Returns the bytes of free blocks.
fn check(heap: &Heap<Pieces>) -> usize {
    let mut free = 0;
    heap.blocks.bins.for_each(|block| {
        assert!(block.is_free() && block.free_before().is_none(), "free neighbours are one block");
        assert!(block.size() >= SMALLEST && block.size().is_multiple_of(GRAIN));
        let after = block.after();
        assert!(!after.is_free() && Some(after) != heap.blocks.top, "free neighbours are one block");
        assert!(after.free_before() == Some(block), "the block after a free one knows it");
        free += block.size();
    });
    if let Some(top) = heap.blocks.top {
        assert!(
            top.payload().addr().is_multiple_of(GRAIN)
                && top.payload() <= heap.blocks.end
                && heap.blocks.fresh >= top.payload()
        );
        // SAFETY: the fresh part is the heap's memory.
        let fresh = unsafe {
            core::slice::from_raw_parts(heap.blocks.fresh, heap.blocks.end.addr() - heap.blocks.fresh.addr())
        };
        let zero = fresh.is_empty() || fresh[0] == 0 && fresh[1..] == fresh[..fresh.len() - 1];
        assert!(zero, "what counts as fresh is zero");
    }
    free
}

#[test]
fn random_programs_find_what_they_wrote() {
    for seed in 0..20 {
        Program::new(seed, 64 << 20, 0).run(20_000, 500);
    }
}

#[test]
fn memory_that_others_take_in_between_does_no_harm() {
    for seed in 0..20 {
        Program::new(seed, 64 << 20, 3).run(10_000, 500);
    }
}

#[test]
fn a_program_goes_on_when_memory_is_refused() {
    for seed in 0..20 {
        let mut program = Program::new(seed, 1 << 20, 5);
        program.run(20_000, 2_000);
    }
}

#[test]
fn everything_given_back_is_one_piece_again() {
    let mut program = Program::new(1, 64 << 20, 0);
    program.run(20_000, 500);
    let given = program.heap.blocks.memory.given.addr() - program.heap.blocks.memory.memory.start.addr();
    let Program { heap, .. } = &mut program;
    heap.slabs.release_empty(&mut heap.blocks);
    assert_eq!(check(&program.heap), 0, "nothing is free but the top");
    assert!(program.heap.blocks.room() + 2 * GRAIN + WORD >= given);
}

#[test]
fn a_vector_that_is_pushed_to_is_not_moved_once_it_is_large() {
    let mut heap = Heap::new(Pieces::new(64 << 20, 0));
    let layout = |size| Layout::from_size_align(size, 1).unwrap();
    let first = heap.allocate(layout(2 * LARGEST));
    for doubling in 1..10 {
        // SAFETY: allocated with this layout.
        let same = unsafe { heap.reallocate(first, layout(LARGEST << doubling), LARGEST << (doubling + 1)) };
        assert_eq!(same, first);
    }
    // SAFETY: as above.
    unsafe { heap.deallocate(first, layout(LARGEST << 10)) };
    let again = heap.allocate(layout(2 * LARGEST));
    assert_eq!(again, first);
    // Now what follows is free memory, but not the top.
    let (hole, barrier) = (heap.allocate(layout(LARGEST << 10)), heap.allocate(layout(2 * LARGEST)));
    // SAFETY: as above.
    unsafe { heap.deallocate(hole, layout(LARGEST << 10)) };
    // SAFETY: as above.
    let grown = unsafe { heap.reallocate(again, layout(2 * LARGEST), LARGEST << 9) };
    assert!(grown == again && grown < barrier);
    check(&heap);
}

#[test]
fn free_memory_comes_before_new_memory() {
    let mut heap = Heap::new(Pieces::new(64 << 20, 0));
    let small = Layout::new::<[usize; 4]>();
    let blocks: Vec<_> = (0..10_000).map(|_| heap.allocate(small)).collect();
    let pieces = heap.blocks.memory.pieces;
    for block in blocks {
        // SAFETY: allocated with this layout.
        unsafe { heap.deallocate(block, small) };
    }
    let large = Layout::from_size_align(10_000 * small.size(), 1).unwrap();
    assert!(!heap.allocate(large).is_null());
    assert_eq!(heap.blocks.memory.pieces, pieces);
}

#[test]
fn too_much_is_refused_and_costs_nothing() {
    let mut heap = Heap::new(Pieces::new(64 << 10, 0));
    let small = Layout::new::<u64>();
    let block = heap.allocate(small);
    let large = Layout::from_size_align(isize::MAX as usize - 7, 8).unwrap();
    assert!(heap.allocate(large).is_null());
    assert!(heap.allocate(Layout::from_size_align(1 << 20, 1 << 16).unwrap()).is_null());
    // SAFETY: allocated with this layout.
    assert!(unsafe { heap.reallocate(block, small, large.size()) }.is_null());
    check(&heap);
}

#[test]
fn blocks_that_live_and_die_in_no_order_waste_little() {
    let mut program = Program::new(1, 64 << 20, 0);
    let mut live = std::vec![None; 4096];
    for _ in 0..500_000 {
        let size = match program.random(16) {
            0 => 1024 + program.random(3072),
            1 | 2 => 256 + program.random(768),
            _ => 8 + program.random(248),
        };
        // What is a block's waste is counted in words.
        let layout = Layout::from_size_align(size * WORD / 4, 1).unwrap();
        let new = (program.heap.allocate(layout), layout);
        let index = program.random(live.len());
        if let Some((memory, layout)) = live[index].replace(new) {
            // SAFETY: allocated with this layout.
            unsafe { program.heap.deallocate(memory, layout) };
        }
    }
    let used: usize = live.iter().flatten().map(|(_, layout)| layout.size()).sum();
    let taken = program.heap.blocks.end.addr() - program.heap.blocks.memory.memory.start.addr();
    assert!(taken < used * 3 / 2, "{taken} bytes of memory for {used} in use");
}
