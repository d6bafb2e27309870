//! Memory for what the host hands over: `cabi_realloc`, through which lists and strings arrive.
//!
//! The host calls it in the middle of a call, when the instance may not call out: an allocator of the user's that prints, or looks at the clock,
//! would trap there. So there are two of them, and the linker exports one as `cabi_realloc` (`library/contract/src/symbols.rs`):
//!
//! - `component_realloc`, in a program in which std alone receives anything: memory of the platform's heap, whoever the global allocator is. It
//!   moves to the global allocator when std takes it over;
//! - `cabi_realloc`, in a program with bindings: memory of the global allocator, for bindings give it back there. Nobody can tell whom a list is
//!   for, so std's come from there as well. The crate alloc has it, for programs without std (library/alloc/src/component.rs).

use core::alloc::Layout;
use core::ptr::NonNull;
#[cfg(target_family = "wasm")]
use core::sync::atomic::{AtomicBool, Ordering};

use alloc_crate::alloc::{alloc, handle_alloc_error};

use crate::assert;

// Not `no_mangle`, because that would export it from every program. Whatever lifts a list calls `received`, which is in this
// module and so in the same object file: that is how the linker comes to see it.
crate::symbol! {
    hidden "component_realloc" "(i32, i32, i32, i32) -> (i32)" 0 1 2 3 = reallocate_own;
}

/// What the fake host asks `cabi_realloc` for: memory of the global allocator for a list.
#[cfg(not(target_family = "wasm"))]
pub(crate) fn allocate(layout: Layout) -> *mut u8 {
    if layout.size() == 0 {
        // An empty list: no block, but a pointer that is aligned and not null.
        return core::ptr::without_provenance_mut(layout.align());
    }
    // SAFETY: the size is not zero.
    let block = unsafe { alloc(layout) };
    if block.is_null() {
        out_of_memory(layout.size(), layout.align())
    }
    block
}

/// Allocates (`old_size` 0) or grows a block of the platform's heap. Canonical ABI: the `realloc` option.
///
/// # Safety
///
/// Either `old_size` is 0, or `old` is a block of that size and alignment from here; `align` is a power of two.
#[cfg(target_family = "wasm")]
unsafe extern "C" fn reallocate_own(old: *mut u8, old_size: usize, align: usize, new_size: usize) -> *mut u8 {
    IS_OWN.store(true, Ordering::Relaxed);
    if new_size == 0 {
        return core::ptr::without_provenance_mut(align);
    }
    let block = if old_size == 0 {
        // SAFETY: the size is not zero, and the caller promises an alignment.
        unsafe { __rdl_alloc(new_size, align) }
    } else {
        // SAFETY: the caller promises a block from here of that size and alignment; the new size is not zero.
        unsafe { __rdl_realloc(old, old_size, align, new_size) }
    };
    if block.is_null() {
        out_of_memory(new_size, align)
    }
    block
}

/// `extern "C"` says that this does not unwind, and so what calls it need not clean up.
#[cold]
#[inline(never)]
extern "C" fn out_of_memory(size: usize, align: usize) -> ! {
    // SAFETY: the size and alignment of what was asked for.
    handle_alloc_error(unsafe { Layout::from_size_align_unchecked(size, align) })
}

/// Whether lists lie in the platform's heap. If they do, the first one has said so.
#[cfg(target_family = "wasm")]
static IS_OWN: AtomicBool = AtomicBool::new(false);

#[cfg(target_family = "wasm")]
unsafe extern "C" {
    // the default allocator, which is the crate `component-heap`: most programs have these functions, and need no second copy of what they do.
    #[rustc_std_internal_symbol]
    fn __rdl_alloc(size: usize, align: usize) -> *mut u8;
    #[rustc_std_internal_symbol]
    fn __rdl_dealloc(block: *mut u8, size: usize, align: usize);
    #[rustc_std_internal_symbol]
    fn __rdl_realloc(block: *mut u8, old_size: usize, align: usize, new_size: usize) -> *mut u8;
}

/// Takes over a list of `size` bytes that has arrived. It lies in memory of the global allocator then, if there are bytes.
#[inline(never)]
#[cfg_attr(target_family = "wasm", rustc_nounwind)]
pub(crate) fn received(block: *mut u8, size: usize, align: usize) -> NonNull<u8> {
    let block = match NonNull::new(block) {
        Some(pointer) if pointer.addr().get() & (align - 1) == 0 => pointer,
        _ => assert::broken("a list arrives where cabi_realloc said"),
    };
    #[cfg(target_family = "wasm")]
    if size > 0 && IS_OWN.load(Ordering::Relaxed) {
        // SAFETY: the size and alignment of a list that lies in memory.
        let layout = unsafe { Layout::from_size_align_unchecked(size, align) };
        // SAFETY: the size is not zero.
        let Some(own) = NonNull::new(unsafe { alloc(layout) }) else { out_of_memory(size, align) };
        // SAFETY: both have that many bytes; the other one came from `reallocate_own`, and nobody uses it any more.
        unsafe {
            own.copy_from_nonoverlapping(block, size);
            __rdl_dealloc(block.as_ptr(), size, align);
        }
        return own;
    }
    #[cfg(not(target_family = "wasm"))]
    let _ = size;
    block
}
