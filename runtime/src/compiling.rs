//! The host threads that compile.
//!
//! Here because wasmtime leaves them to rayon's threads for everybody, which panics where the host gives no thread
//! (`ulimit -u`, the limit of a container), and which keeps them until the process ends, so that each call of the
//! kernel that takes a descriptor is slower for it. These live as long as they compile; where they cannot be had, the
//! thread that asks compiles by itself.
//!
//! All that makes code of WebAssembly goes through here: wasmtime asks rayon even for a module of one function.

use rayon_core::{ThreadPool, ThreadPoolBuilder};
use std::cell::OnceCell;

/// Compiles on all cores, if the host gives the threads.
pub(crate) fn together<T: Send>(compile: impl FnOnce() -> T + Send) -> T {
    match ThreadPoolBuilder::new().build() {
        Ok(threads) => threads.install(compile),
        Err(_) => alone(compile),
    }
}

/// Compiles on this thread.
pub(crate) fn alone<T: Send>(compile: impl FnOnce() -> T + Send) -> T {
    thread_local! {
        /// A thread joins such a pool of one for the rest of its life.
        static ALONE: OnceCell<Option<ThreadPool>> = const { OnceCell::new() };
    }
    ALONE.with(|alone| {
        let alone = alone.get_or_init(|| ThreadPoolBuilder::new().num_threads(1).use_current_thread().build().ok());
        match alone {
            Some(alone) => alone.install(compile),
            // This thread is one of those of `together`, which compile for each other.
            None => compile(),
        }
    })
}
