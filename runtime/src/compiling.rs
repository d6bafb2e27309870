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
use wasmtime::{Engine, Module, Result};

/// `(module (func (export "f") unreachable))`
const TRAP: &[u8] = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x07\x05\x01\x01f\0\0\x0a\x05\x01\x03\0\0\x0b";

/// Compiles on all cores, if the host gives the threads.
pub(crate) fn together<T: Send>(compile: impl FnOnce() -> T + Send) -> T {
    match ThreadPoolBuilder::new().build() {
        Ok(threads) => threads.install(compile),
        Err(_) => alone(compile),
    }
}

/// A module whose one function, `f`, does nothing but trap.
pub(crate) fn trapping(engine: &Engine) -> Result<Module> {
    alone(|| Module::new(engine, TRAP))
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
