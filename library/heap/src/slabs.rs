//! Slabs: pieces of memory that hold small objects of one size, without headers.
//!
//! A slab begins at a multiple of its size, so the address of an object tells its slab. Free objects of a slab are a list, the last
//! one freed first. The slabs of one size that have a free object are a list as well: allocation takes from its first.

use core::hint::assert_unchecked;
use core::ptr::{NonNull, null_mut};

use super::block::{Block, GRAIN, WORD};
use super::blocks::Blocks;
use super::memory::Memory;

/// The size of a slab, with the header that its block has in front.
pub(super) const SLAB: usize = 1024 * GRAIN;
/// The largest object.
pub(super) const LARGEST: usize = 64 * GRAIN;
const SIZES: usize = LARGEST / GRAIN;

/// What a slab begins with. Objects follow.
pub(super) struct Slab {
    /// The first free object, which begins with a pointer to the next.
    free: *mut u8,
    /// How many objects may be freed before something is to be done: for a slab in the list, how many are in use; for the first of
    /// the list, which is kept when it is empty, one more; for a full one, which is not in the list, 1.
    frees: u16,
    /// Where the objects end that were ever in use, from the slab's begin.
    untouched: u16,
    next: Option<NonNull<Slab>>,
    previous: Option<NonNull<Slab>>,
}

const FIRST: usize = size_of::<Slab>();
/// Where objects end: behind them is the header of the next block.
pub(super) const END: usize = SLAB - WORD;

/// Slabs by the size of their objects.
pub(super) struct Slabs {
    /// The slabs with a free object, by size in grains less one.
    pub(super) first: [Option<NonNull<Slab>>; SIZES],
}

/// A size that objects of slabs have.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Size(usize);

impl Size {
    /// The size for a layout, if that is small.
    #[inline(always)]
    pub(super) fn of(size: usize, align: usize) -> Option<Size> {
        // Objects of twice a grain's multiple are aligned to that, since what is in front of them is.
        if align > 2 * GRAIN {
            return None;
        }
        let size = if align > GRAIN { (size + 2 * GRAIN - 1) & !(2 * GRAIN - 1) } else { size };
        let grains = size.wrapping_sub(1) / GRAIN;
        (grains < SIZES).then_some(Size(grains))
    }

    /// Its place among the sizes.
    #[inline(always)]
    fn index(self) -> usize {
        // SAFETY: `of` makes no larger one, and nor does anything here. (A check could panic, and then everything that allocates could.)
        unsafe { assert_unchecked(self.0 < SIZES) };
        self.0
    }

    fn bytes(self) -> usize {
        (self.0 + 1) * GRAIN
    }

    /// How many objects a slab holds.
    fn capacity(self) -> u16 {
        ((END - FIRST) / self.bytes()) as u16
    }
}

impl Slabs {
    pub(super) const fn new() -> Slabs {
        // Each size has at least two objects in a slab, so one that was full does not become empty at once.
        assert!(FIRST.is_multiple_of(2 * GRAIN) && SLAB <= u16::MAX as usize && 2 * LARGEST <= END - FIRST);
        Slabs { first: [None; SIZES] }
    }

    /// An object of this size, if a slab has one that was in use before.
    #[inline(always)]
    pub(super) fn allocate(&mut self, size: Size) -> *mut u8 {
        let Some(mut slab) = self.first[size.index()] else { return null_mut() };
        // SAFETY: what is in the list is a slab, and only the heap has references to slabs.
        let slab = unsafe { slab.as_mut() };
        let object = slab.free;
        if !object.is_null() {
            // SAFETY: a free object begins with a pointer to the next.
            slab.free = unsafe { object.cast::<*mut u8>().read() };
            slab.frees += 1;
        }
        object
    }

    /// An object of this size, if there is memory for it.
    pub(super) fn allocate_slowly<M: Memory>(&mut self, size: Size, blocks: &mut Blocks<M>) -> *mut u8 {
        loop {
            let Some(mut first) = self.first[size.index()] else {
                // With its header a slab is as large as it is aligned: the next one fits behind it without a gap.
                let Some(block) = blocks.allocate(END, SLAB) else { return null_mut() };
                self.add(size, block);
                continue;
            };
            // SAFETY: as in `allocate`.
            let slab = unsafe { first.as_mut() };
            if !slab.free.is_null() {
                return self.allocate(size);
            }
            let begin = slab.untouched as usize;
            if begin + size.bytes() <= END {
                slab.untouched = (begin + size.bytes()) as u16;
                slab.frees += 1;
                // SAFETY: within the slab.
                return unsafe { first.cast::<u8>().as_ptr().add(begin) };
            }
            // Full: the next object freed puts it back.
            slab.frees = 1;
            self.unlink(size, first);
        }
    }

    /// Takes an object back. Returns whether that was all; if not, `reconsider` is to be called next.
    ///
    /// # Safety
    /// The object came from here and is not used any more.
    #[inline(always)]
    pub(super) unsafe fn deallocate(&mut self, object: *mut u8) -> bool {
        // SAFETY: an object lies in a slab and is large enough for a pointer.
        unsafe {
            let slab = slab_of(object).as_mut();
            object.cast::<*mut u8>().write(slab.free);
            slab.free = object;
            slab.frees -= 1;
            slab.frees != 0
        }
    }

    /// A slab that was full has a free object, or one in the list behind the first has no object in use any more.
    ///
    /// # Safety
    /// The object, of this size, is the one that `deallocate` said this about just now.
    pub(super) unsafe fn reconsider<M: Memory>(&mut self, object: *mut u8, size: Size, blocks: &mut Blocks<M>) {
        // SAFETY: an object lies in a slab.
        let mut slab = unsafe { slab_of(object) };
        // SAFETY: no other reference is alive.
        let state = unsafe { slab.as_mut() };
        if state.previous.is_some() {
            self.release(size, slab, blocks);
        } else {
            // It was full.
            state.frees = size.capacity() - 1;
            self.link(size, slab);
        }
    }

    /// Gives back the slabs without an object in use. Returns whether there was one.
    pub(super) fn release_empty<M: Memory>(&mut self, blocks: &mut Blocks<M>) -> bool {
        let mut released = false;
        for grains in 0..SIZES {
            let mut next = self.first[grains];
            while let Some(slab) = next {
                // SAFETY: what is in the list is a slab.
                let Slab { frees, next: after, previous, .. } = unsafe { slab.read() };
                next = after;
                if frees == u16::from(previous.is_none()) {
                    self.release(Size(grains), slab, blocks);
                    released = true;
                }
            }
        }
        released
    }

    fn add(&mut self, size: Size, block: Block) {
        let slab: *mut Slab = block.payload().cast();
        // SAFETY: the block is ours, aligned and large enough.
        unsafe {
            slab.write(Slab { free: null_mut(), frees: 0, untouched: FIRST as u16, next: None, previous: None });
            self.link(size, NonNull::new_unchecked(slab));
        }
    }

    fn release<M: Memory>(&mut self, size: Size, slab: NonNull<Slab>, blocks: &mut Blocks<M>) {
        self.unlink(size, slab);
        // SAFETY: a slab is the payload of a block, and no object of this one is in use.
        blocks.release(unsafe { Block::of(slab.cast().as_ptr()) });
    }

    /// Puts a slab behind the first of its list: the first is used up before another is begun.
    fn link(&mut self, size: Size, mut slab: NonNull<Slab>) {
        // SAFETY: the caller's slab and those of the list are slabs; no other reference is alive.
        unsafe {
            let Some(mut first) = self.first[size.index()] else {
                self.set_first(size, Some(slab));
                return;
            };
            let next = first.as_mut().next.replace(slab);
            slab.as_mut().previous = Some(first);
            slab.as_mut().next = next;
            if let Some(mut next) = next {
                next.as_mut().previous = Some(slab);
            }
        }
    }

    fn set_first(&mut self, size: Size, slab: Option<NonNull<Slab>>) {
        self.first[size.index()] = slab;
        if let Some(mut slab) = slab {
            // SAFETY: as in `link`.
            unsafe { slab.as_mut().frees += 1 };
        }
    }

    fn unlink(&mut self, size: Size, mut slab: NonNull<Slab>) {
        // SAFETY: as in `link`.
        unsafe {
            let (next, previous) = (slab.as_mut().next.take(), slab.as_mut().previous.take());
            match previous {
                Some(mut previous) => previous.as_mut().next = next,
                None => self.set_first(size, next),
            }
            if let Some(mut next) = next {
                next.as_mut().previous = previous;
            }
        }
    }
}

/// The slab in which an object lies.
///
/// # Safety
/// The pointer is to an object of a slab.
#[inline(always)]
unsafe fn slab_of(object: *mut u8) -> NonNull<Slab> {
    // SAFETY: slabs begin at multiples of their size, none of them at 0.
    unsafe { NonNull::new_unchecked(object.map_addr(|address| address & !(SLAB - 1)).cast()) }
}
