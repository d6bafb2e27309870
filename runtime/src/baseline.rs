//! The CPU baseline: the core WebAssembly that every runtime with WASI 0.3 understands.
//!
//! Here so that `--stock` can promise something: what runs under it runs elsewhere. It is WebAssembly 2.0, which includes vectors, and of 3.0
//! the exceptions; targets/README.md states it in the target's words. wasmtime has more on by default, and only that is turned off here; what
//! the component model adds is in engine.rs.

use wasmtime::Config;

/// Turns off what wasmtime understands beyond the baseline.
pub(crate) fn only(config: &mut Config) {
    config
        .wasm_relaxed_simd(false)
        .wasm_tail_call(false)
        .wasm_threads(false)
        .wasm_extended_const(false)
        .wasm_multi_memory(false)
        .wasm_memory64(false)
        .wasm_gc(false)
        .wasm_function_references(false);
}

/// What to do about a component that only compiles with more than `--stock` has on.
pub(crate) const ADVICE: &str = "--stock accepts WebAssembly 2.0 and exceptions, and of the component model what wasmtime has on by default. \
     Build the program without what goes beyond (-Ctarget-feature), or leave --stock out";
