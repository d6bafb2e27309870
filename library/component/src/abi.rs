//! The ABI room: the only place with imports. Every canonical built-in and every byte layout stands below here, and the
//! words in which WASI's imports are declared.
//!
//! Each import is declared once, by [`imports!`](import), [`stream_builtins!`](crate::stream_builtins) or
//! [`future_builtins!`](crate::future_builtins). The same line makes three things: on wasm the `extern` declaration;
//! off wasm a call of the same signature into the host in memory ([`fake`]); and a row of [`TABLE`], which the tests of
//! the crate above compare with what they compute from the WIT of WASI 0.3.0. So a declaration that does not fit its
//! WIT is a failing test.
//!
//! Built-ins and imports that take only handles and numbers are safe to call: the host checks every handle against the
//! instance's table and its type, and traps on a wrong one (Canonical ABI: `trap_if` in each `canon_*`), so no argument
//! can corrupt memory. Those that take pointers are `unsafe`.

pub mod ends;
pub mod import;
pub mod memory;
pub mod shape;
#[cfg(target_family = "wasm")]
pub(crate) mod threads;
#[cfg(not(target_family = "wasm"))]
pub(crate) use fake::threads;

pub mod builtins;
#[cfg(not(target_family = "wasm"))]
pub mod fake;

use import::Import;

/// Every import this crate may make, by room.
pub const TABLE: &[&[Import]] =
    &[builtins::threads::IMPORTS, builtins::unit_futures::IMPORTS, builtins::waitables::IMPORTS];
