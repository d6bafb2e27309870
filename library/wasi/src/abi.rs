//! The ABI room: the only place with imports of WASI. Each stands here once, in the words of
//! [`component_rt::abi::import`], beside the layout of what it takes and gives.

pub mod cli;
pub mod clocks;
#[cfg(not(target_family = "wasm"))]
pub mod fake;
pub mod filesystem;
pub mod random;
pub mod sockets;

use component_rt::abi::import::Import;

/// Every import this crate may make, by interface.
pub const TABLE: &[&[Import]] = &[
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
