//! The allocator of programs that name none: the platform's heap (the crate `component-heap`).
//!
//! Here and not in std, so that programs without std have it. rustc calls these functions by their names when a crate of
//! the program has `#![default_lib_allocator]`, which is this one, and none has a `#[global_allocator]`.
//!
//! And `cabi_realloc`, through which the host allocates for what it passes to bindings: memory of the global allocator, for
//! bindings give it back there.

use core::arch::global_asm;
use core::ptr;

use component_heap as heap;

use crate::alloc::{Layout, alloc, handle_alloc_error, realloc};

/// # Safety
/// As for `GlobalAlloc::alloc`, of a layout of this size and alignment.
#[rustc_std_internal_symbol]
unsafe extern "C" fn __rdl_alloc(size: usize, align: usize) -> *mut u8 {
    // SAFETY: size and alignment are those of a layout, and the heap asks for what the caller promises.
    unsafe { heap::allocate(Layout::from_size_align_unchecked(size, align)) }
}

/// # Safety
/// As for `GlobalAlloc::dealloc`.
#[rustc_std_internal_symbol]
unsafe extern "C" fn __rdl_dealloc(block: *mut u8, size: usize, align: usize) {
    // SAFETY: as in `__rdl_alloc`.
    unsafe { heap::deallocate(block, Layout::from_size_align_unchecked(size, align)) }
}

/// # Safety
/// As for `GlobalAlloc::realloc`.
#[rustc_std_internal_symbol]
unsafe extern "C" fn __rdl_realloc(block: *mut u8, old_size: usize, align: usize, new_size: usize) -> *mut u8 {
    // SAFETY: as in `__rdl_alloc`.
    unsafe { heap::reallocate(block, Layout::from_size_align_unchecked(old_size, align), new_size) }
}

/// # Safety
/// As for `GlobalAlloc::alloc_zeroed`.
#[rustc_std_internal_symbol]
unsafe extern "C" fn __rdl_alloc_zeroed(size: usize, align: usize) -> *mut u8 {
    // SAFETY: as in `__rdl_alloc`.
    unsafe { heap::allocate_zeroed(Layout::from_size_align_unchecked(size, align)) }
}

// Not `no_mangle`, because that would export it from every program. Weak, because bindings may bring one of the same name
// and meaning.
global_asm!(
    ".section .text.cabi_realloc,\"\",@",
    ".globl cabi_realloc",
    ".weak cabi_realloc",
    ".type cabi_realloc,@function",
    ".functype {function} (i32, i32, i32, i32) -> (i32)",
    "cabi_realloc:",
    ".functype cabi_realloc (i32, i32, i32, i32) -> (i32)",
    "local.get 0",
    "local.get 1",
    "local.get 2",
    "local.get 3",
    "call {function}",
    "end_function",
    function = sym reallocate,
);

/// Allocates (`old_size` 0) or grows a block. Canonical ABI: the `realloc` option.
///
/// # Safety
///
/// Either `old_size` is 0, or `old` is a block of that size and alignment from here; `align` is a power of two.
unsafe extern "C" fn reallocate(old: *mut u8, old_size: usize, align: usize, new_size: usize) -> *mut u8 {
    if new_size == 0 {
        // An empty list: no block, but a pointer that is aligned and not null.
        return ptr::without_provenance_mut(align);
    }
    // SAFETY: the caller promises a power of two, and the host does not ask for more than the address space.
    let layout = unsafe { Layout::from_size_align_unchecked(new_size, align) };
    let block = if old_size == 0 {
        // SAFETY: the size is not zero.
        unsafe { alloc(layout) }
    } else {
        // SAFETY: the caller promises a block from here of that size and alignment; the new size is not zero.
        unsafe { realloc(old, Layout::from_size_align_unchecked(old_size, align), new_size) }
    };
    if block.is_null() { out_of_memory(new_size, align) } else { block }
}

/// `extern "C"` says that this does not unwind, and so what calls it need not clean up.
#[cold]
#[inline(never)]
extern "C" fn out_of_memory(size: usize, align: usize) -> ! {
    // SAFETY: the size and alignment of what was asked for.
    handle_alloc_error(unsafe { Layout::from_size_align_unchecked(size, align) })
}
