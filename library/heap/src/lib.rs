//! The heap of a component instance: what Rust's global allocator is when a program names none.
//!
//! The crate `alloc` stands on it, so that a program without std has it, too.
//!
//! Rust tells size and alignment of memory when it gives it back, so they alone decide where it comes from and goes to:
//!
//! - *slabs* (`slabs.rs`) hold small objects of one size each: a few instructions to take one or give it back, no header, and
//!   large memory is not cut up by small objects that stay;
//! - *blocks* (`blocks.rs`) are of any size; free neighbours join, and a block grows where it stands if it can.
//!
//! Memory grows only when neither has any. Left out: giving memory back to the host (wasm cannot), and locks (an instance's
//! threads are cooperative, and nothing here blocks).

#![no_std]
#![deny(unsafe_op_in_unsafe_fn)]
#![deny(clippy::undocumented_unsafe_blocks)]
#![warn(missing_docs)]
#![cfg_attr(not(any(target_family = "wasm", test)), allow(dead_code, reason = "there is no instance to have one"))]

#[cfg(test)]
extern crate std;

use core::alloc::Layout;
use core::cmp::min;
use core::ptr::{copy_nonoverlapping, null_mut};

mod bins;
mod block;
mod blocks;
mod memory;
mod slabs;
#[cfg(test)]
mod tests;

use block::Block;
use blocks::Blocks;
use memory::Memory;
use slabs::{Size, Slabs};

#[cfg(target_family = "wasm")]
pub use instance::{allocate, allocate_zeroed, deallocate, reallocate};

/// The one heap of the component instance.
#[cfg(target_family = "wasm")]
mod instance {
    use core::alloc::Layout;
    use core::cell::UnsafeCell;

    use super::Heap;
    use super::memory::Linear;

    struct Instance(UnsafeCell<Heap<Linear>>);

    // SAFETY: an instance's threads are cooperative and switch only in calls out of the instance, of which the heap makes none.
    unsafe impl Sync for Instance {}

    static HEAP: Instance = Instance(UnsafeCell::new(Heap::new(Linear { begun: false })));

    /// Memory for this layout; null if there is none.
    ///
    /// # Safety
    /// The layout's size is not 0.
    #[inline]
    pub unsafe fn allocate(layout: Layout) -> *mut u8 {
        // SAFETY: nobody else has a reference: see `Sync` above, and the heap calls nobody who allocates.
        let memory = unsafe { (*HEAP.0.get()).allocate_quickly(layout) };
        if memory.is_null() { allocate_slowly(layout.size(), layout.align()) } else { memory }
    }

    /// Memory for this layout, all zero; null if there is none.
    ///
    /// # Safety
    /// The layout's size is not 0.
    #[inline]
    pub unsafe fn allocate_zeroed(layout: Layout) -> *mut u8 {
        zeroed(layout.size(), layout.align())
    }

    /// Gives memory back.
    ///
    /// # Safety
    /// The memory came from here for this layout and is not used any more.
    #[inline]
    pub unsafe fn deallocate(memory: *mut u8, layout: Layout) {
        // SAFETY: as in `allocate`; the rest is the caller's promise.
        if unsafe { !(*HEAP.0.get()).deallocate_quickly(memory, layout) } {
            // SAFETY: the caller's promise, and what `deallocate_quickly` said.
            unsafe { deallocate_slowly(memory, layout.size(), layout.align()) }
        }
    }

    /// Memory of another size with the same bytes, instead of this; null if there is none, and then this stays.
    ///
    /// # Safety
    /// The memory came from here for this layout; the size is not 0 and with the layout's alignment makes a layout.
    #[inline]
    pub unsafe fn reallocate(memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller's promise.
        unsafe { resized(memory, layout.size(), layout.align(), size) }
    }

    // `extern "C"` says that these do not unwind. std's `__rust_alloc` and its like may not unwind either: if what they call could,
    // they would catch it, and for that save and restore every register each time.

    #[inline(never)]
    extern "C" fn allocate_slowly(size: usize, align: usize) -> *mut u8 {
        // SAFETY: as in `allocate`; size and alignment are those of a layout.
        unsafe { (*HEAP.0.get()).allocate_slowly(Layout::from_size_align_unchecked(size, align)) }
    }

    #[inline(never)]
    extern "C" fn zeroed(size: usize, align: usize) -> *mut u8 {
        // SAFETY: as in `allocate_slowly`.
        unsafe { (*HEAP.0.get()).allocate_zeroed(Layout::from_size_align_unchecked(size, align)) }
    }

    #[inline(never)]
    unsafe extern "C" fn deallocate_slowly(memory: *mut u8, size: usize, align: usize) {
        // SAFETY: as in `allocate_slowly`; the rest is the caller's promise.
        unsafe { (*HEAP.0.get()).deallocate_slowly(memory, Layout::from_size_align_unchecked(size, align)) }
    }

    #[inline(never)]
    unsafe extern "C" fn resized(memory: *mut u8, old_size: usize, align: usize, size: usize) -> *mut u8 {
        // SAFETY: as in `allocate_slowly`; the rest is the caller's promise.
        unsafe { (*HEAP.0.get()).reallocate(memory, Layout::from_size_align_unchecked(old_size, align), size) }
    }
}

/// A heap on some memory.
struct Heap<M> {
    slabs: Slabs,
    blocks: Blocks<M>,
}

impl<M: Memory> Heap<M> {
    const fn new(memory: M) -> Heap<M> {
        Heap { slabs: Slabs::new(), blocks: Blocks::new(memory) }
    }

    /// Memory for this layout, whose size is not 0; null if there is none.
    fn allocate(&mut self, layout: Layout) -> *mut u8 {
        let memory = self.allocate_quickly(layout);
        if memory.is_null() { self.allocate_slowly(layout) } else { memory }
    }

    /// Memory for this layout; null if that would take more than a few instructions.
    #[inline(always)]
    fn allocate_quickly(&mut self, layout: Layout) -> *mut u8 {
        match Size::of(layout.size(), layout.align()) {
            Some(size) => self.slabs.allocate(size),
            None => null_mut(),
        }
    }

    fn allocate_slowly(&mut self, layout: Layout) -> *mut u8 {
        let (size, align) = (layout.size(), layout.align());
        loop {
            let memory = match Size::of(size, align) {
                Some(size) => self.slabs.allocate_slowly(size, &mut self.blocks),
                None => self.blocks.allocate(size, align).map_or(null_mut(), Block::payload),
            };
            if !memory.is_null() || !self.make_room(layout) {
                return memory;
            }
        }
    }

    /// As [`allocate`](Heap::allocate), filled with zeros.
    fn allocate_zeroed(&mut self, layout: Layout) -> *mut u8 {
        let fresh = self.blocks.fresh;
        let memory = self.allocate(layout);
        if !memory.is_null() {
            let used_before = min(layout.size(), fresh.addr().saturating_sub(memory.addr()));
            // SAFETY: the memory has the layout's size.
            unsafe { memory.write_bytes(0, used_before) };
        }
        memory
    }

    /// # Safety
    /// The memory came from this heap for this layout and is not used any more.
    unsafe fn deallocate(&mut self, memory: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise.
        if unsafe { !self.deallocate_quickly(memory, layout) } {
            // SAFETY: the same, and what `deallocate_quickly` said.
            unsafe { self.deallocate_slowly(memory, layout) }
        }
    }

    /// Takes memory back. Returns whether that was all; if not, `deallocate_slowly` is to be called next.
    ///
    /// # Safety
    /// As [`deallocate`](Heap::deallocate).
    #[inline(always)]
    unsafe fn deallocate_quickly(&mut self, memory: *mut u8, layout: Layout) -> bool {
        // SAFETY: for a small layout the memory is an object of a slab.
        Size::of(layout.size(), layout.align()).is_some_and(|_| unsafe { self.slabs.deallocate(memory) })
    }

    /// # Safety
    /// As [`deallocate`](Heap::deallocate), of which this is the second half.
    unsafe fn deallocate_slowly(&mut self, memory: *mut u8, layout: Layout) {
        match Size::of(layout.size(), layout.align()) {
            // SAFETY: for a small layout the memory is an object of a slab.
            Some(size) => unsafe { self.slabs.reconsider(memory, size, &mut self.blocks) },
            // SAFETY: for another it is the payload of a block.
            None => self.blocks.release(unsafe { Block::of(memory) }),
        }
    }

    /// Memory of another size, which is not 0, with the same bytes; null if there is none, and then the old memory stays.
    ///
    /// # Safety
    /// The memory came from this heap for this layout; if the result is not null, that is used instead.
    unsafe fn reallocate(&mut self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let align = layout.align();
        let stays = match (Size::of(layout.size(), align), Size::of(size, align)) {
            (Some(old), Some(new)) => old == new,
            // SAFETY: memory that is not for a small layout is the payload of a block.
            (None, None) => self.blocks.resize(unsafe { Block::of(memory) }, size),
            _ => false,
        };
        if stays {
            return memory;
        }
        // SAFETY: the alignment is the old one's; the caller promises a size that is one.
        let new = self.allocate_slowly(unsafe { Layout::from_size_align_unchecked(size, align) });
        if !new.is_null() {
            // SAFETY: both have at least that many bytes and are not the same memory; the old one is given up.
            unsafe {
                copy_nonoverlapping(memory, new, min(size, layout.size()));
                self.deallocate(memory, layout);
            }
        }
        new
    }

    /// Finds memory for a layout that there was none for: what is free in another form, else new memory.
    fn make_room(&mut self, layout: Layout) -> bool {
        let (size, align) = match Size::of(layout.size(), layout.align()) {
            Some(_) => (slabs::END, slabs::SLAB),
            None => (layout.size(), layout.align()),
        };
        self.slabs.release_empty(&mut self.blocks) || self.blocks.grow_for(size, align)
    }
}
