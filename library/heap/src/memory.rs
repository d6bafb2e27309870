//! Where the heap's memory comes from.

use core::ops::Range;

/// Memory that can grow.
pub(super) trait Memory {
    /// Adds at least `bytes` of memory that was never used and is all zero. Where it begins is where the last piece ended, unless
    /// somebody else took memory in between; then it lies further up. `None` if there is no more.
    fn grow(&mut self, bytes: usize) -> Option<Range<*mut u8>>;
}

/// The linear memory of a wasm module: first what it has from the start behind the program's data, then what `memory.grow` adds.
#[cfg(target_family = "wasm")]
pub(super) struct Linear {
    pub(super) begun: bool,
}

#[cfg(target_family = "wasm")]
impl Memory for Linear {
    fn grow(&mut self, bytes: usize) -> Option<Range<*mut u8>> {
        use core::arch::wasm32::{memory_grow, memory_size};

        const PAGE: usize = 64 * 1024;
        // The stack grows down to address 0. Below that a frame wraps around to the end of memory: as long as nothing is there, it traps.
        const NOBODYS: usize = 64 << 20;
        const PAGES: usize = (usize::MAX - NOBODYS) / PAGE;
        unsafe extern "C" {
            // Made by the linker: the end of the program's data, and of the memory that it has from the start.
            safe static __heap_base: u8;
            safe static __heap_end: u8;
        }
        let end = memory_size(0) * PAGE;
        let mut start = end;
        if !self.begun {
            let first = (&raw const __heap_base).expose_provenance();
            let first_end = (&raw const __heap_end).expose_provenance();
            if first_end == end {
                start = first;
            } else if first_end - first >= bytes {
                // A global allocator of the user's has taken what follows.
                self.begun = true;
                let pointer = core::ptr::with_exposed_provenance_mut;
                return Some(pointer(first)..pointer(first_end));
            }
        }
        let pages = bytes.saturating_sub(end - start).div_ceil(PAGE);
        if pages > PAGES.saturating_sub(end / PAGE) || pages > 0 && memory_grow(0, pages) == usize::MAX {
            return None;
        }
        self.begun = true;
        let pointer = core::ptr::with_exposed_provenance_mut;
        Some(pointer(start)..pointer(end + pages * PAGE))
    }
}
