//! The heap: `malloc` and its kin, on the one that is std's `System`.
//!
//! `free` is not told how large a block is, and the heap wants to know. So in front of each block stands how it was asked for.

use core::alloc::Layout;
use core::ffi::{c_int, c_void};
use core::ptr;

use component_rt::heap;
use wasi_rt::{Error, errno};

use crate::abi::size_t;

c! {
    "malloc" "(i32) -> (i32)" 0 = malloc;
    "calloc" "(i32, i32) -> (i32)" 0 1 = calloc;
    "realloc" "(i32, i32) -> (i32)" 0 1 = realloc;
    "free" "(i32) -> ()" 0 = free;
    "aligned_alloc" "(i32, i32) -> (i32)" 0 1 = aligned_alloc;
    "posix_memalign" "(i32, i32, i32) -> (i32)" 0 1 2 = posix_memalign;
    "malloc_usable_size" "(i32) -> (i32)" 0 = malloc_usable_size;
}

/// How a block was asked for.
#[derive(Clone, Copy)]
#[repr(C)]
struct Head {
    size: usize,
    alignment: usize,
}

/// What every block is aligned to: `max_align_t`.
const LEAST: usize = 16;

/// The layout of a block with its head, and where behind its beginning the block is: the alignment, which is more than a head.
fn layout(size: usize, alignment: usize) -> Option<Layout> {
    Layout::from_size_align(size.checked_add(alignment)?, alignment).ok()
}

fn allocate(size: usize, alignment: usize, allocate: unsafe fn(Layout) -> *mut u8) -> *mut c_void {
    let Some(layout) = layout(size, alignment) else { return nothing() };
    // SAFETY: the layout has a size.
    let base = unsafe { allocate(layout) };
    if base.is_null() {
        return nothing();
    }
    // SAFETY: the head lies in what was allocated, right in front of the block, which begins behind as many bytes as its alignment.
    unsafe {
        let block = base.add(alignment);
        block.cast::<Head>().sub(1).write(Head { size, alignment });
        block.cast()
    }
}

#[cold]
fn nothing() -> *mut c_void {
    errno::set(Error::NOMEM);
    ptr::null_mut()
}

/// # Safety
///
/// The block came from [`allocate`].
unsafe fn head(block: *mut c_void) -> Head {
    // SAFETY: the caller's promise.
    unsafe { block.cast::<Head>().sub(1).read() }
}

/// C: `malloc`.
pub extern "C" fn malloc(size: size_t) -> *mut c_void {
    allocate(size, LEAST, heap::allocate)
}

/// C: `calloc`.
pub extern "C" fn calloc(count: size_t, size: size_t) -> *mut c_void {
    match count.checked_mul(size) {
        Some(size) => allocate(size, LEAST, heap::allocate_zeroed),
        None => nothing(),
    }
}

/// C: `realloc`.
pub unsafe extern "C" fn realloc(block: *mut c_void, size: size_t) -> *mut c_void {
    if block.is_null() {
        return malloc(size);
    }
    // SAFETY: the caller's promise: the block came from here.
    let old = unsafe { head(block) };
    let (Some(before), Some(after)) = (layout(old.size, old.alignment), layout(size, old.alignment)) else {
        return nothing();
    };
    // SAFETY: it was allocated with that layout, and begins there.
    let base = unsafe { heap::reallocate(block.cast::<u8>().sub(old.alignment), before, after.size()) };
    if base.is_null() {
        return nothing();
    }
    // SAFETY: as in `allocate`.
    unsafe {
        let block = base.add(old.alignment);
        block.cast::<Head>().sub(1).write(Head { size, ..old });
        block.cast()
    }
}

/// C: `free`.
pub unsafe extern "C" fn free(block: *mut c_void) {
    if block.is_null() {
        return;
    }
    // SAFETY: the caller's promise: the block came from here.
    let head = unsafe { head(block) };
    if let Some(layout) = layout(head.size, head.alignment) {
        // SAFETY: it was allocated with that layout, and begins there.
        unsafe { heap::deallocate(block.cast::<u8>().sub(head.alignment), layout) };
    }
}

/// C: `aligned_alloc`.
pub extern "C" fn aligned_alloc(alignment: size_t, size: size_t) -> *mut c_void {
    if !alignment.is_power_of_two() {
        errno::set(Error::INVAL);
        return ptr::null_mut();
    }
    allocate(size, alignment.max(LEAST), heap::allocate)
}

/// POSIX: `posix_memalign`, which gives its error.
pub unsafe extern "C" fn posix_memalign(to: *mut *mut c_void, alignment: size_t, size: size_t) -> c_int {
    if !alignment.is_power_of_two() || alignment < size_of::<*mut c_void>() {
        return Error::INVAL.raw();
    }
    let block = allocate(size, alignment.max(LEAST), heap::allocate);
    if block.is_null() {
        return Error::NOMEM.raw();
    }
    // SAFETY: the caller's promise.
    unsafe { to.write(block) };
    0
}

/// `malloc_usable_size`, of glibc.
pub unsafe extern "C" fn malloc_usable_size(block: *mut c_void) -> size_t {
    // SAFETY: the caller's promise: the block came from here, if it is one.
    if block.is_null() { 0 } else { unsafe { head(block) }.size }
}
