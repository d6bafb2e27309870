//! The linker of the wasm32 component targets: wasm-ld, then rewriting passes, then a component.
