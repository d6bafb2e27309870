//! Materialises a sysroot: the sources of Rust's standard library with this project's edits and files laid over them.
