//! The WIT of WASI 0.3.0 as published in the wasip3 crate, for the linker and for tests.
