//! A global allocator of the program's own may take memory from the host itself, before the platform's heap has taken any.
//@ threads = true

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::UnsafeCell;
use std::thread;

/// Whole pages, one behind the other, which are never given back.
struct Pages {
    /// Where the next block may begin, and where the pages end.
    #[cfg_attr(not(target_family = "wasm"), expect(dead_code, reason = "elsewhere there are no pages to ask for"))]
    room: UnsafeCell<(usize, usize)>,
}

// SAFETY: on the target threads take turns, and nothing in here gives the turn away; elsewhere the field is not used.
unsafe impl Sync for Pages {}

// SAFETY: on the target each block lies alone in pages that nobody else was given; elsewhere it is one of `System`'s.
unsafe impl GlobalAlloc for Pages {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        #[cfg(target_family = "wasm")]
        {
            const PAGE: usize = 64 * 1024;
            // SAFETY: nobody else looks at it meanwhile.
            let (next, end) = unsafe { &mut *self.room.get() };
            let mut start = next.next_multiple_of(layout.align());
            if start + layout.size() > *end {
                let pages = layout.size().div_ceil(PAGE).max(1);
                let grown = core::arch::wasm32::memory_grow(0, pages);
                if grown == usize::MAX {
                    return std::ptr::null_mut();
                }
                start = grown * PAGE;
                *end = start + pages * PAGE;
            }
            *next = start + layout.size();
            std::ptr::with_exposed_provenance_mut(start)
        }
        #[cfg(not(target_family = "wasm"))]
        // SAFETY: the caller's promise.
        unsafe {
            System.alloc(layout)
        }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if !cfg!(target_family = "wasm") {
            // SAFETY: as in `alloc`.
            unsafe { System.dealloc(block, layout) }
        }
    }
}

#[global_allocator]
static PAGES: Pages = Pages { room: UnsafeCell::new((0, 0)) };

fn main() {
    let before: Vec<String> = (0..1000).map(|number| format!("number {number}")).collect();
    // The stack of a thread is the platform's.
    let sum = thread::spawn(|| (0..1000).map(|number| number.to_string().len()).sum::<usize>()).join().unwrap();
    println!("{sum}");
    for (number, text) in before.iter().enumerate() {
        assert_eq!(*text, format!("number {number}"));
    }
}
