//! The ABI room: the only place with imports. Every canonical built-in, every import, every byte layout stands below here.
//!
//! Each import is declared once, by [`imports!`](import), [`stream_builtins!`](crate::stream_builtins) or
//! [`future_builtins!`](crate::future_builtins). The same line makes three things: on wasm the `extern` declaration; off wasm
//! a call of the same signature into the host in memory ([`fake`]); and a row of [`TABLE`], which `tests/abi_matches_wit.rs`
//! compares with what it computes from the WIT of WASI 0.3.0. So a declaration that does not fit its WIT is a failing test.
//!
//! Built-ins and imports that take only handles and numbers are safe to call: the host checks every handle against the
//! instance's table and its type, and traps on a wrong one (Canonical ABI: `trap_if` in each `canon_*`), so no argument can
//! corrupt memory. Those that take pointers are `unsafe`.

pub mod import;
pub mod memory;
pub mod shape;
#[cfg(target_family = "wasm")]
pub(crate) mod threads;
#[cfg(not(target_family = "wasm"))]
pub(crate) use fake::threads;

pub mod builtins;
pub mod cli;
pub mod clocks;
#[cfg(not(target_family = "wasm"))]
pub mod fake;
pub mod filesystem;
pub mod random;
pub mod sockets;

use import::Import;

/// Every import this crate may make, by room.
pub const TABLE: &[&[Import]] = &[
    builtins::threads::IMPORTS,
    builtins::unit_futures::IMPORTS,
    builtins::waitables::IMPORTS,
    cli::environment::IMPORTS,
    cli::exit::IMPORTS,
    cli::stdin::IMPORTS,
    cli::stdin_bytes::IMPORTS,
    cli::stdin_end::IMPORTS,
    cli::stdout::IMPORTS,
    cli::stdout_bytes::IMPORTS,
    cli::stdout_end::IMPORTS,
    cli::stderr::IMPORTS,
    cli::stderr_bytes::IMPORTS,
    cli::stderr_end::IMPORTS,
    cli::terminal_input::IMPORTS,
    cli::terminal_output::IMPORTS,
    cli::terminal_stdin::IMPORTS,
    cli::terminal_stdout::IMPORTS,
    cli::terminal_stderr::IMPORTS,
    clocks::monotonic_clock::IMPORTS,
    clocks::system_clock::IMPORTS,
    filesystem::imports::preopens::IMPORTS,
    filesystem::imports::types::IMPORTS,
    filesystem::imports::read_stream::IMPORTS,
    filesystem::imports::write_stream::IMPORTS,
    filesystem::imports::append_stream::IMPORTS,
    filesystem::imports::directory_stream::IMPORTS,
    filesystem::imports::read_result::IMPORTS,
    filesystem::imports::write_result::IMPORTS,
    filesystem::imports::append_result::IMPORTS,
    filesystem::imports::directory_result::IMPORTS,
    random::random::IMPORTS,
    random::insecure_seed::IMPORTS,
    sockets::tcp::IMPORTS,
    sockets::sent_bytes::IMPORTS,
    sockets::send_result::IMPORTS,
    sockets::received_bytes::IMPORTS,
    sockets::receive_result::IMPORTS,
    sockets::connections::IMPORTS,
    sockets::udp::IMPORTS,
    sockets::ip_name_lookup::IMPORTS,
];
