//! An allocator and a panic handler that take the place of the target's.

use core::alloc::{GlobalAlloc, Layout};
use core::sync::atomic::{AtomicU32, AtomicUsize, Ordering::Relaxed};

struct Own;

#[global_allocator]
static OWN: Own = Own;
pub static COUNTED: AtomicU32 = AtomicU32::new(0);
static NEXT: AtomicUsize = AtomicUsize::new(0);
static mut ROOM: [u64; 8192] = [0; 8192];

// SAFETY: each allocation is a part of the room of its own, aligned to eight bytes, which is all that this program asks for.
unsafe impl GlobalAlloc for Own {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNTED.fetch_add(1, Relaxed);
        let size = layout.size().next_multiple_of(8);
        // SAFETY: the program allocates less than there is room for.
        unsafe { (&raw mut ROOM).cast::<u8>().add(NEXT.fetch_add(size, Relaxed)) }
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[panic_handler]
fn panicked(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}
