//! Memory for what the host hands over: `cabi_realloc`, through which lists and strings arrive.
//!
//! Everything else of allocation is std's own affair: its global allocator is behind the `alloc` crate, and `cabi_realloc`
//! uses the same one, so that a list that arrived becomes a `Vec` without a copy.

use core::alloc::Layout;
use core::ptr::NonNull;

use alloc_crate::alloc::{alloc, handle_alloc_error, realloc};

use crate::contract;

// The symbol is weak, because wit-bindgen defines one of the same name and meaning in the programs that use it; and it is not
// `no_mangle`, because that would export it from every program. The linker exports it if it is defined
// (`linker/src/contract.rs`). Whatever lifts a list calls `received`, which is in this module and so in the same object file:
// that is how the linker comes to see this definition.
#[cfg(target_family = "wasm")]
core::arch::global_asm!(
    ".globl cabi_realloc",
    ".weak cabi_realloc",
    ".type cabi_realloc,@function",
    ".functype {reallocate} (i32, i32, i32, i32) -> (i32)",
    "cabi_realloc:",
    ".functype cabi_realloc (i32, i32, i32, i32) -> (i32)",
    "local.get 0",
    "local.get 1",
    "local.get 2",
    "local.get 3",
    "call {reallocate}",
    "end_function",
    reallocate = sym reallocate,
);

/// Allocates (`old_size` 0) or grows a block. Canonical ABI: the `realloc` option.
///
/// # Safety
///
/// Either `old_size` is 0, or `old` is a block of that size and alignment from here; `align` is a power of two.
pub unsafe extern "C" fn reallocate(old: *mut u8, old_size: usize, align: usize, new_size: usize) -> *mut u8 {
    if new_size == 0 {
        // An empty list: no block, but a pointer that is aligned and not null.
        return core::ptr::without_provenance_mut(align);
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
    if block.is_null() {
        handle_alloc_error(layout)
    }
    block
}

/// Checks the pointer of a list that has arrived through `cabi_realloc`.
#[inline(never)]
pub(crate) fn received(block: *mut u8, align: usize) -> NonNull<u8> {
    match NonNull::new(block) {
        Some(pointer) if pointer.addr().get() & (align - 1) == 0 => pointer,
        _ => contract::broken("a list arrives where cabi_realloc said"),
    }
}
