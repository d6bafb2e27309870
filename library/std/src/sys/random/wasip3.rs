//! Random data: `wasi:random`.

pub use wasi_rt::random::{fill as fill_bytes, insecure_seed as hashmap_random_keys};
