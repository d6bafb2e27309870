//! `wasi:cli`: the environment, exit, the standard streams and whether they are terminals.

use component_rt::abi::memory::{RawList, RawOption, RawResult, RawString};

component_rt::imports! {
    /// `wasi:cli/environment`.
    pub mod environment = "wasi:cli/environment@0.3.0", fake crate::abi::fake::cli::environment {
        /// The environment variables: names and values.
        unsafe fn get_environment(variables: *mut RawList<[RawString; 2]>) = "get-environment";
        /// The arguments, the program's name first.
        unsafe fn get_arguments(arguments: *mut RawList<RawString>) = "get-arguments";
        /// The current directory the program is meant to start in.
        unsafe fn get_initial_cwd(directory: *mut RawOption<RawString>) = "get-initial-cwd";
    }
}

component_rt::imports! {
    /// `wasi:cli/exit`. Neither function returns (the host unwinds the instance's stacks).
    pub mod exit = "wasi:cli/exit@0.3.0", fake crate::abi::fake::cli::exit {
        /// Ends the process with that status code, below 256.
        safe fn exit_with_code(code: u32) = "exit-with-code";
    }
}

component_rt::imports! {
    /// `wasi:cli/stdin`.
    pub mod stdin = "wasi:cli/stdin@0.3.0", fake crate::abi::fake::cli::stdin {
        /// Standard input as a stream, and a future of how it ended.
        unsafe fn read_via_stream(ends: *mut [u32; 2]) = "read-via-stream";
    }
}

component_rt::imports! {
    /// `wasi:cli/stdout`.
    pub mod stdout = "wasi:cli/stdout@0.3.0", fake crate::abi::fake::cli::stdout {
        /// Takes the readable end of a stream of bytes; gives a future of how the output ended.
        safe fn write_via_stream(data: u32) -> u32 = "write-via-stream";
    }
}

component_rt::imports! {
    /// `wasi:cli/stderr`.
    pub mod stderr = "wasi:cli/stderr@0.3.0", fake crate::abi::fake::cli::stderr {
        /// Takes the readable end of a stream of bytes; gives a future of how the output ended.
        safe fn write_via_stream(data: u32) -> u32 = "write-via-stream";
    }
}

component_rt::stream_builtins! {
    /// The bytes of standard input.
    pub mod stdin_bytes: u8 = "wasi:cli/stdin@0.3.0", 0, "read-via-stream";
    /// The bytes of standard output.
    pub mod stdout_bytes: u8 = "wasi:cli/stdout@0.3.0", 0, "write-via-stream";
    /// The bytes of standard error.
    pub mod stderr_bytes: u8 = "wasi:cli/stderr@0.3.0", 0, "write-via-stream";
}

component_rt::future_builtins! {
    /// How standard input ended.
    pub mod stdin_end: RawResult<(), u8> = "wasi:cli/stdin@0.3.0", 1, "read-via-stream";
    /// How standard output ended.
    pub mod stdout_end: RawResult<(), u8> = "wasi:cli/stdout@0.3.0", 1, "write-via-stream";
    /// How standard error ended.
    pub mod stderr_end: RawResult<(), u8> = "wasi:cli/stderr@0.3.0", 1, "write-via-stream";
}

component_rt::imports! {
    /// `wasi:cli/terminal-input`.
    pub mod terminal_input = "wasi:cli/terminal-input@0.3.0", fake crate::abi::fake::cli::terminal_input {
        /// Drops a terminal's handle.
        safe fn drop_terminal_input(terminal: u32) = "[resource-drop]terminal-input";
    }
}

component_rt::imports! {
    /// `wasi:cli/terminal-output`.
    pub mod terminal_output = "wasi:cli/terminal-output@0.3.0", fake crate::abi::fake::cli::terminal_output {
        /// Drops a terminal's handle.
        safe fn drop_terminal_output(terminal: u32) = "[resource-drop]terminal-output";
    }
}

component_rt::imports! {
    /// `wasi:cli/terminal-stdin`.
    pub mod terminal_stdin = "wasi:cli/terminal-stdin@0.3.0", fake crate::abi::fake::cli::terminal_stdin {
        /// The terminal that standard input is, if it is one.
        unsafe fn get_terminal_stdin(terminal: *mut RawOption<u32>) = "get-terminal-stdin";
    }
}

component_rt::imports! {
    /// `wasi:cli/terminal-stdout`.
    pub mod terminal_stdout = "wasi:cli/terminal-stdout@0.3.0", fake crate::abi::fake::cli::terminal_stdout {
        /// The terminal that standard output is, if it is one.
        unsafe fn get_terminal_stdout(terminal: *mut RawOption<u32>) = "get-terminal-stdout";
    }
}

component_rt::imports! {
    /// `wasi:cli/terminal-stderr`.
    pub mod terminal_stderr = "wasi:cli/terminal-stderr@0.3.0", fake crate::abi::fake::cli::terminal_stderr {
        /// The terminal that standard error is, if it is one.
        unsafe fn get_terminal_stderr(terminal: *mut RawOption<u32>) = "get-terminal-stderr";
    }
}
