//! `wasi:random`.

use component_rt::abi::memory::RawList;

component_rt::imports! {
    /// `wasi:random/random`: cryptographically secure.
    pub mod random = "wasi:random/random@0.3.0", fake crate::abi::fake::random {
        /// Up to `max_len` bytes; at least one, unless `max_len` is zero.
        unsafe fn get_random_bytes(max_len: u64, bytes: *mut RawList<u8>) = "get-random-bytes";
        /// Eight bytes.
        safe fn get_random_u64() -> u64 = "get-random-u64";
    }
}

component_rt::imports! {
    /// `wasi:random/insecure-seed`: for hash maps.
    pub mod insecure_seed = "wasi:random/insecure-seed@0.3.0", fake crate::abi::fake::random {
        /// Sixteen bytes that differ from run to run, unless the host wants runs to repeat.
        unsafe fn get_insecure_seed(seed: *mut [u64; 2]) = "get-insecure-seed";
    }
}
