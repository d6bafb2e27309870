//! `errno`: the error of the last call of a C function, each thread's own.
//!
//! Here, below both, because C functions (`library/c`) set it and std (`io::Error::last_os_error`) reads it. Nothing else of this crate
//! touches it.

/// Where this thread's is.
#[cfg(target_family = "wasm")]
pub fn location() -> *mut i32 {
    /// Named so for the linker, which gives each thread its own.
    static __RUST_STD_INTERNAL_VAL: component_rt::per_thread::PerThread<i32> =
        component_rt::per_thread::PerThread::new(0);
    __RUST_STD_INTERNAL_VAL.pointer()
}

/// Where this thread's is.
#[cfg(not(target_family = "wasm"))]
pub fn location() -> *mut i32 {
    std::thread_local! {
        static ERRNO: core::cell::Cell<i32> = const { core::cell::Cell::new(0) };
    }
    ERRNO.with(core::cell::Cell::as_ptr)
}

/// Its value.
pub fn get() -> i32 {
    // SAFETY: the variable lives as long as the thread.
    unsafe { *location() }
}

/// Sets it.
pub fn set(error: crate::Error) {
    // SAFETY: as in `get`.
    unsafe { *location() = error.raw() };
}
