//! The fake host's process: arguments, environment, standard streams, exit.
//!
//! A test sets up what it needs with [`configure`] before the first call, and looks at what came of it afterwards.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::string::String;
use std::vec::Vec;

use component_rt::abi::fake::futures::HostFuture;
use component_rt::abi::fake::instance::per_instance;
use component_rt::abi::fake::streams::{HostReader, HostWriter};

/// What the process is started with, and what it did.
#[derive(Default)]
pub struct Process {
    /// The arguments, the program's name first.
    pub arguments: Vec<String>,
    /// The environment.
    pub variables: Vec<(String, String)>,
    /// The variables that are added for whoever asks for the environment again.
    pub backtrace: Vec<(String, String)>,
    /// The directory to start in.
    pub initial_cwd: Option<String>,
    /// Which of the standard streams 0, 1, 2 are terminals.
    pub terminals: [bool; 3],
    /// How often each import was called.
    pub calls: BTreeMap<&'static str, usize>,
    /// Every opening of a standard stream, in order.
    pub inputs: Vec<(HostWriter, HostFuture)>,
    /// Every opening of standard output, in order.
    pub outputs: Vec<(HostReader, HostFuture)>,
    /// Every opening of standard error, in order.
    pub errors: Vec<(HostReader, HostFuture)>,
    /// What the next opening of standard input finds there, and whether the input then ends.
    pub input: Vec<u8>,
    /// Whether standard input stays open after `input`.
    pub input_stays_open: bool,
}

per_instance! {
    static PROCESS: RefCell<Process> = RefCell::default();
}

/// Looks at or changes this thread's process.
pub fn configure<R>(f: impl FnOnce(&mut Process) -> R) -> R {
    PROCESS.with(|process| f(&mut process.borrow_mut()))
}

fn called(import: &'static str) {
    configure(|process| *process.calls.entry(import).or_default() += 1);
}

/// How `exit-with-code` leaves the instance: as the payload of a panic.
#[derive(Debug, PartialEq, Eq)]
pub struct Exited(pub u32);

/// `wasi:cli/environment`.
pub(crate) mod environment {
    use super::*;
    use component_rt::abi::memory::{RawList, RawOption, RawString};

    pub(crate) unsafe fn get_environment(variables: *mut RawList<[RawString; 2]>) {
        called("get-environment");
        let list = configure(|process| {
            let again = process.calls["get-environment"] > 1;
            let stack = process.backtrace.iter().filter(|_| again);
            let pairs = process.variables.iter().chain(stack);
            pairs.map(|(name, value)| [RawString::lower(name), RawString::lower(value)]).collect()
        });
        // SAFETY: the caller promises room for the list.
        unsafe { variables.write(RawList::lower(list)) };
    }

    pub(crate) unsafe fn get_arguments(arguments: *mut RawList<RawString>) {
        called("get-arguments");
        let list = configure(|process| process.arguments.iter().map(|argument| RawString::lower(argument)).collect());
        // SAFETY: the caller promises room for the list.
        unsafe { arguments.write(RawList::lower(list)) };
    }

    pub(crate) unsafe fn get_initial_cwd(directory: *mut RawOption<RawString>) {
        called("get-initial-cwd");
        let cwd = configure(|process| process.initial_cwd.as_deref().map(RawString::lower));
        // SAFETY: the caller promises room for the option.
        unsafe { directory.write(RawOption::lower(cwd)) };
    }
}

/// `wasi:cli/exit`.
pub(crate) mod exit {
    pub(crate) fn exit_with_code(code: u32) {
        std::panic::resume_unwind(std::boxed::Box::new(super::Exited(code)));
    }
}

/// `wasi:cli/stdin`.
pub(crate) mod stdin {
    use super::*;

    pub(crate) unsafe fn read_via_stream(ends: *mut [u32; 2]) {
        called("stdin");
        let (stream, writer) = HostWriter::new("wasi:cli/stdin@0.3.0#read-via-stream#0", 1);
        let (future, end) = HostFuture::new("wasi:cli/stdin@0.3.0#read-via-stream#1");
        configure(|process| {
            writer.write(&core::mem::take(&mut process.input));
            if !process.input_stays_open {
                writer.end();
                end.write(component_rt::abi::memory::RawResult::<(), u8>::lower(Ok(())));
            }
            process.inputs.push((writer, end));
        });
        // SAFETY: the caller promises room for the pair.
        unsafe { ends.write([stream, future]) };
    }
}

/// `wasi:cli/stdout`.
pub(crate) mod stdout {
    use super::*;

    pub(crate) fn write_via_stream(data: u32) -> u32 {
        called("stdout");
        let reader = HostReader::take("wasi:cli/stdout@0.3.0#write-via-stream#0", data);
        let (future, end) = HostFuture::new("wasi:cli/stdout@0.3.0#write-via-stream#1");
        configure(|process| process.outputs.push((reader, end)));
        future
    }
}

/// `wasi:cli/stderr`.
pub(crate) mod stderr {
    use super::*;

    pub(crate) fn write_via_stream(data: u32) -> u32 {
        called("stderr");
        let reader = HostReader::take("wasi:cli/stderr@0.3.0#write-via-stream#0", data);
        let (future, end) = HostFuture::new("wasi:cli/stderr@0.3.0#write-via-stream#1");
        configure(|process| process.errors.push((reader, end)));
        future
    }
}

macro_rules! terminals {
    ($($interface:ident, $get:ident, $stream:literal, $kind:literal;)*) => {$(
        pub(crate) mod $interface {
            use component_rt::abi::fake::host::add_resource;
            use component_rt::abi::memory::RawOption;

            pub(crate) unsafe fn $get(terminal: *mut RawOption<u32>) {
                let is_terminal = super::configure(|process| process.terminals[$stream]);
                let handle = is_terminal.then(|| add_resource($kind, std::rc::Rc::new(())));
                // SAFETY: the caller promises room for the option.
                unsafe { terminal.write(RawOption::lower(handle)) };
            }
        }
    )*};
}

terminals! {
    terminal_stdin, get_terminal_stdin, 0, "terminal-input";
    terminal_stdout, get_terminal_stdout, 1, "terminal-output";
    terminal_stderr, get_terminal_stderr, 2, "terminal-output";
}

/// `wasi:cli/terminal-input`.
pub(crate) mod terminal_input {
    pub(crate) fn drop_terminal_input(terminal: u32) {
        component_rt::abi::fake::host::drop_resource("terminal-input", terminal);
    }
}

/// `wasi:cli/terminal-output`.
pub(crate) mod terminal_output {
    pub(crate) fn drop_terminal_output(terminal: u32) {
        component_rt::abi::fake::host::drop_resource("terminal-output", terminal);
    }
}
