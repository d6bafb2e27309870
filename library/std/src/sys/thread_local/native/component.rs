//! Thread-local variables that are plain statics to the compiler.
//!
//! Threads take turns, so they need no atomic instructions; but without these LLVM 22 makes every `#[thread_local]` static one that all threads
//! share. So the statics are plain here, and each access adds what the linker puts in the place of `base`. In a program without threads that
//! is 0. In one with threads the linker lays the statics out as one block, each thread has a copy of it, and their addresses count from the
//! block's beginning. It knows them by their name, which is upstream's: `__RUST_STD_INTERNAL_VAL` (library/contract/src/symbols.rs).
//!
//! Left out: `#[thread_local]` itself. In a crate that uses it the variable is shared.

use super::{LocalPointer, eager, lazy};
use component_rt::per_thread::base;

use crate::cell::{Cell, UnsafeCell};
use crate::hint::assert_unchecked;
use crate::ops::Deref;
use crate::ptr;

pub type EagerStorage<T> = PerThread<eager::Storage<T>>;
pub type LazyStorage<T, D> = PerThread<lazy::Storage<T, D>>;
pub type PlainStorage<T> = PerThread<UnsafeCell<T>>;

/// A variable of which each thread has its own. This is the first thread's, and what the others' begin as. No reference to it leads there: what
/// it dereferences to does.
#[allow(missing_debug_implementations)]
#[repr(transparent)]
pub struct PerThread<V>(V);

// SAFETY: each thread reaches a variable of its own only.
unsafe impl<V> Sync for PerThread<V> {}

impl<V> PerThread<V> {
    pub(crate) const fn of(first: V) -> PerThread<V> {
        PerThread(first)
    }
}

impl<T> PerThread<eager::Storage<T>> {
    pub const fn new(first: T) -> Self {
        Self::of(eager::Storage::new(first))
    }
}

impl<T, D: lazy::DestroyedState> PerThread<lazy::Storage<T, D>> {
    pub const fn new() -> Self {
        Self::of(lazy::Storage::new())
    }
}

impl<T> PerThread<UnsafeCell<T>> {
    pub const fn new(first: T) -> Self {
        Self::of(UnsafeCell::new(first))
    }
}

impl<V> Deref for PerThread<V> {
    type Target = V;

    #[inline(always)]
    fn deref(&self) -> &V {
        let variable = (&raw const self.0).expose_provenance().wrapping_add(base());
        // SAFETY: there the linker has put this thread's variable, initialised as the static is, for as long as the thread lives. The compiler
        // knows nothing of it: neither address is known where the other is, and both may be accessed by what was made of a number.
        unsafe {
            assert_unchecked(variable != 0);
            &*ptr::with_exposed_provenance(variable)
        }
    }
}

/// A pointer of std's own, null at first. Whether any thread has ever set it is known by itself, so that a program in which none can loses the
/// code for the case that it is set.
pub(crate) struct Pointer {
    variable: &'static PerThread<LocalPointer>,
    is_set: &'static IsSet,
}

impl Pointer {
    pub(crate) const fn of(variable: &'static PerThread<LocalPointer>, is_set: &'static IsSet) -> Pointer {
        Pointer { variable, is_set }
    }

    pub(crate) fn get(&self) -> *mut () {
        if self.is_set.0.get() { self.variable.get() } else { ptr::null_mut() }
    }

    pub(crate) fn set(&self, pointer: *mut ()) {
        self.is_set.0.set(true);
        self.variable.set(pointer);
    }
}

pub(crate) struct IsSet(Cell<bool>);

// SAFETY: threads take turns, and none has one while another reads or writes this.
unsafe impl Sync for IsSet {}

impl IsSet {
    pub(crate) const NO: IsSet = IsSet(Cell::new(false));
}

/// Declares a [`Pointer`].
#[rustc_macro_transparency = "semiopaque"]
pub(crate) macro per_thread_pointer($vis:vis static $name:ident;) {
    $vis static $name: $crate::sys::thread_local::Pointer = {
        static __RUST_STD_INTERNAL_VAL: $crate::sys::thread_local::PerThread<$crate::sys::thread_local::LocalPointer> =
            $crate::sys::thread_local::PerThread::of($crate::sys::thread_local::LocalPointer::__new());
        static IS_SET: $crate::sys::thread_local::IsSet = $crate::sys::thread_local::IsSet::NO;
        $crate::sys::thread_local::Pointer::of(&__RUST_STD_INTERNAL_VAL, &IS_SET)
    };
}

/// Declares variables of std's own that need no destructor, outside of functions. Each is known by the inner static's name.
#[rustc_macro_transparency = "semiopaque"]
pub(crate) macro per_thread($vis:vis static $name:ident: $t:ty = $first:expr;) {
    $vis static $name: &$crate::sys::thread_local::PerThread<$t> = {
        static __RUST_STD_INTERNAL_VAL: $crate::sys::thread_local::PerThread<$t> =
            $crate::sys::thread_local::PerThread::of($first);
        &__RUST_STD_INTERNAL_VAL
    };
}
