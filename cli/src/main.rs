//! cargo p3: build, run and test Rust programs as WASI 0.3 components.
fn main() {}
