//! Thread-local variables of this crate: what the linker needs to know of them. std's stand on the same.
//!
//! To the compiler they are plain statics, named `__RUST_STD_INTERNAL_VAL`, by which the linker knows them. What is added to their addresses
//! ([`base`]) is 0 in a program without threads.

#[cfg(target_family = "wasm")]
use core::cell::Cell;

/// Where this thread's variables are, if the linker has made their addresses count from there; else 0.
#[cfg(target_family = "wasm")]
#[inline(always)]
pub fn base() -> usize {
    let base;
    // SAFETY: two equal numbers, of which one is subtracted from the other. What the linker makes of it reads what no code writes while a
    // function runs.
    unsafe {
        core::arch::asm!(
            "i32.const 1111577413",
            "i32.const 1111577413",
            "i32.sub",
            "local.set {}",
            out(local) base,
            options(pure, nomem, nostack, preserves_flags)
        );
    }
    base
}

/// A value of which each thread has its own, the same at first. For the linker to know it, the static must be named
/// `__RUST_STD_INTERNAL_VAL`.
#[cfg(target_family = "wasm")]
#[repr(transparent)]
pub struct PerThread<T>(Cell<T>);

// SAFETY: each thread reaches a variable of its own only.
#[cfg(target_family = "wasm")]
unsafe impl<T: Copy> Sync for PerThread<T> {}

#[cfg(target_family = "wasm")]
impl<T: Copy> PerThread<T> {
    /// With this first value.
    pub const fn new(first: T) -> PerThread<T> {
        PerThread(Cell::new(first))
    }

    /// Where this thread's is, for as long as the thread lives.
    #[inline]
    pub fn pointer(&'static self) -> *mut T {
        let variable = (&raw const self.0).expose_provenance().wrapping_add(base());
        core::ptr::with_exposed_provenance_mut(variable)
    }
}

/// A pointer of which each thread has its own, null at first.
#[cfg(target_family = "wasm")]
#[repr(transparent)]
pub(crate) struct ThreadPointer(Cell<*mut ()>);

// SAFETY: each thread reaches a variable of its own only.
#[cfg(target_family = "wasm")]
unsafe impl Sync for ThreadPointer {}

#[cfg(target_family = "wasm")]
impl ThreadPointer {
    pub(crate) const NULL: ThreadPointer = ThreadPointer(Cell::new(core::ptr::null_mut()));

    /// Sets it; gives what it was.
    #[inline]
    pub(crate) fn replace(&self, pointer: *mut ()) -> *mut () {
        let variable = (&raw const self.0).expose_provenance().wrapping_add(base());
        // SAFETY: there the linker has put this thread's variable, initialised as the static is, for as long as the thread lives. The compiler
        // knows nothing of it: neither address is known where the other is, and both may be accessed by what was made of a number.
        let variable: &Cell<*mut ()> = unsafe {
            core::hint::assert_unchecked(variable != 0);
            &*core::ptr::with_exposed_provenance(variable)
        };
        variable.replace(pointer)
    }
}
