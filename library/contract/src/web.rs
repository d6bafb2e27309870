//! What a program for browsers asks of its page: the world of std on wasm32-component-web.

/// The WIT of both worlds.
pub const WIT: &str = include_str!("web.wit");

/// The world of a library.
pub const LIBRARY: &str = "std";

/// The world of a program with a `main`.
pub const PROGRAM: &str = "program";

/// Core export of a program, `() -> i32`: the sync lift of `run`.
pub const RUN: &str = "run";

/// The functions that give a list, for which a program needs an allocator.
pub const GIVES_LISTS: [&str; 3] = ["args", "random-bytes", "vars"];
