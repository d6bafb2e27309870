//! The standard streams: `wasi:cli/stdin`, `stdout`, `stderr` and the `terminal-*` interfaces.
//!
//! Every byte the guest hands over goes to the descriptor at once, so nothing is lost however the run ends; and no read takes more from
//! stdin than the guest asked for. A pipe that is full (or empty) blocks the thread of the guest that uses it, not its siblings and not the
//! host: poll(2) is asked first, and tokio's reactor wakes the stream up. The descriptors' O_NONBLOCK flag is shared with other processes
//! and left as it is.

mod descriptor;
mod streams;

use super::Host;
use crate::refusal::Refusal;
use crate::setup::{Capture, Input, Output};
pub(super) use descriptor::Descriptor;
use std::io;
use std::iter::Cycle;
use std::sync::{Arc, LazyLock, Mutex};
use std::vec::IntoIter;
pub(super) use streams::Waiter;
use streams::{Consumer, Producer};
use tokio::sync::oneshot;
use wasmtime::component::{Access, FutureReader, HasData, Linker, Resource, ResourceTable, StreamReader};
use wasmtime::{Result, StoreContextMut};
use wasmtime_wasi::p3::bindings::cli::types::ErrorCode;
use wasmtime_wasi::p3::bindings::cli::{
    stderr, stdin, stdout, terminal_input, terminal_output, terminal_stderr, terminal_stdin, terminal_stdout,
};
use wasmtime_wasi::p3::bindings::filesystem::types::ErrorCode as FileError;
use wasmtime_wasi::p3::cli::{TerminalInput, TerminalOutput};

/// This process's own streams. Each stays open as long as the process lives.
static STDIN: LazyLock<io::Stdin> = LazyLock::new(io::stdin);
static STDOUT: LazyLock<io::Stdout> = LazyLock::new(io::stdout);
static STDERR: LazyLock<io::Stderr> = LazyLock::new(io::stderr);

/// Where the three streams lead.
pub(super) struct Streams {
    pub(super) stdin: Source,
    pub(super) stdout: Sink,
    pub(super) stderr: Sink,
}

/// What stdin reads from.
#[derive(Clone)]
pub(super) enum Source {
    Bytes(Arc<Mutex<io::Cursor<Vec<u8>>>>),
    Descriptor(Arc<Descriptor>),
    /// What `/dev/random` gives in a run whose random numbers are not.
    Endless(Arc<Mutex<Cycle<IntoIter<u8>>>>),
}

/// What stdout or stderr writes to.
#[derive(Clone)]
pub(super) enum Sink {
    Discard,
    Capture(Capture),
    Descriptor(Arc<Descriptor>),
}

impl Streams {
    /// Takes the streams over; an inherited one is shared.
    pub(super) fn new(stdin: Input, stdout: Output, stderr: Output) -> Result<Self, Refusal> {
        let standing = |what: &str, descriptor: io::Result<Descriptor>| {
            descriptor
                .map(Arc::new)
                .map_err(|error| Refusal::Host { cause: format!("{what} cannot be handed to the guest: {error}") })
        };
        let sink = |what: &str, output: Output, inherited: fn() -> io::Result<Descriptor>| {
            Ok::<_, Refusal>(match output {
                Output::Discard => Sink::Discard,
                Output::Inherit => Sink::Descriptor(standing(what, inherited())?),
                Output::Capture(capture) => Sink::Capture(capture),
                Output::File(file) => Sink::Descriptor(standing(what, Descriptor::own(file.into()))?),
            })
        };
        Ok(Self {
            stdin: match stdin {
                Input::Empty => Source::Bytes(Arc::default()),
                Input::Bytes(bytes) => Source::Bytes(Arc::new(Mutex::new(io::Cursor::new(bytes)))),
                Input::Inherit => Source::Descriptor(standing("stdin", Descriptor::share(&*STDIN))?),
                Input::File(file) => Source::Descriptor(standing("stdin", Descriptor::own(file.into()))?),
            },
            stdout: sink("stdout", stdout, || Descriptor::share(&*STDOUT))?,
            stderr: sink("stderr", stderr, || Descriptor::share(&*STDERR))?,
        })
    }
}

impl Source {
    /// What it is to the host, if it is something.
    pub(super) fn descriptor(&self) -> Option<&Descriptor> {
        match self {
            Self::Descriptor(descriptor) => Some(descriptor),
            Self::Bytes(_) | Self::Endless(_) => None,
        }
    }
}

impl Sink {
    /// What it is to the host, if it is something.
    pub(super) fn descriptor(&self) -> Option<&Descriptor> {
        match self {
            Self::Descriptor(descriptor) => Some(descriptor),
            Self::Discard | Self::Capture(_) => None,
        }
    }
}

/// The future beside a stream that the guest has as a file.
type FileEnded = FutureReader<Result<(), FileError>>;

/// A stream of the guest's that gives what the source does, as a file would.
pub(super) fn read_as_file(
    store: &mut StoreContextMut<'_, Host>,
    source: Source,
) -> Result<(StreamReader<u8>, FileEnded)> {
    let (ending, ended) = oneshot::channel();
    let stream = StreamReader::new(&mut *store, Producer::new(source, ending))?;
    Ok((stream, file_ended(store, ended)?))
}

/// Lets the guest's stream flow into the sink, as into a file.
pub(super) fn write_as_file(
    store: &mut StoreContextMut<'_, Host>,
    sink: Sink,
    data: StreamReader<u8>,
) -> Result<FileEnded> {
    let (ending, ended) = oneshot::channel();
    data.pipe(&mut *store, Consumer::new(sink, ending))?;
    file_ended(store, ended)
}

fn file_ended(store: &mut StoreContextMut<'_, Host>, ended: oneshot::Receiver<ErrorCode>) -> Result<FileEnded> {
    FutureReader::new(store, async move {
        wasmtime::error::Ok(ended.await.map_or(Ok(()), |code| {
            Err(match code {
                ErrorCode::Pipe => FileError::Pipe,
                ErrorCode::IllegalByteSequence => FileError::IllegalByteSequence,
                ErrorCode::Io => FileError::Io,
            })
        }))
    })
}

/// The state behind the interfaces of this file.
pub(super) struct Stdio<'a> {
    pub(super) streams: &'a Streams,
    pub(super) table: &'a mut ResourceTable,
}

/// The family of [`Stdio`] in wasmtime's terms.
struct WasiStdio;

impl HasData for WasiStdio {
    type Data<'a> = Stdio<'a>;
}

/// Defines the interfaces of this file.
pub(super) fn add_to_linker<T: 'static>(linker: &mut Linker<T>, get: fn(&mut T) -> Stdio<'_>) -> Result<()> {
    stdin::add_to_linker::<T, WasiStdio>(linker, get)?;
    stdout::add_to_linker::<T, WasiStdio>(linker, get)?;
    stderr::add_to_linker::<T, WasiStdio>(linker, get)?;
    terminal_input::add_to_linker::<T, WasiStdio>(linker, get)?;
    terminal_output::add_to_linker::<T, WasiStdio>(linker, get)?;
    terminal_stdin::add_to_linker::<T, WasiStdio>(linker, get)?;
    terminal_stdout::add_to_linker::<T, WasiStdio>(linker, get)?;
    terminal_stderr::add_to_linker::<T, WasiStdio>(linker, get)?;
    Ok(())
}

/// How a stream of the guest ended: an error code, or nothing when the sender is dropped.
type Ending = oneshot::Sender<ErrorCode>;

/// The future that accompanies a stream.
fn ending<T>(store: &mut Access<'_, T, WasiStdio>) -> Result<(Ending, FutureReader<Result<(), ErrorCode>>)> {
    let (ending, ended) = oneshot::channel();
    let future = FutureReader::new(store, async move { wasmtime::error::Ok(ended.await.map_or(Ok(()), Err)) })?;
    Ok((ending, future))
}

impl<T: 'static> stdin::HostWithStore<T> for WasiStdio {
    fn read_via_stream(
        mut store: Access<'_, T, Self>,
    ) -> Result<(StreamReader<u8>, FutureReader<Result<(), ErrorCode>>)> {
        let source = store.get().streams.stdin.clone();
        let (ending, future) = ending(&mut store)?;
        Ok((StreamReader::new(&mut store, Producer::new(source, ending))?, future))
    }
}

impl<T: 'static> stdout::HostWithStore<T> for WasiStdio {
    fn write_via_stream(
        mut store: Access<'_, T, Self>,
        data: StreamReader<u8>,
    ) -> Result<FutureReader<Result<(), ErrorCode>>> {
        let sink = store.get().streams.stdout.clone();
        let (ending, future) = ending(&mut store)?;
        data.pipe(&mut store, Consumer::new(sink, ending))?;
        Ok(future)
    }
}

impl<T: 'static> stderr::HostWithStore<T> for WasiStdio {
    fn write_via_stream(
        mut store: Access<'_, T, Self>,
        data: StreamReader<u8>,
    ) -> Result<FutureReader<Result<(), ErrorCode>>> {
        let sink = store.get().streams.stderr.clone();
        let (ending, future) = ending(&mut store)?;
        data.pipe(&mut store, Consumer::new(sink, ending))?;
        Ok(future)
    }
}

impl stdin::Host for Stdio<'_> {}
impl stdout::Host for Stdio<'_> {}
impl stderr::Host for Stdio<'_> {}
impl terminal_input::Host for Stdio<'_> {}
impl terminal_output::Host for Stdio<'_> {}

impl terminal_input::HostTerminalInput for Stdio<'_> {
    fn drop(&mut self, terminal: Resource<TerminalInput>) -> Result<()> {
        self.table.delete(terminal)?;
        Ok(())
    }
}

impl terminal_output::HostTerminalOutput for Stdio<'_> {
    fn drop(&mut self, terminal: Resource<TerminalOutput>) -> Result<()> {
        self.table.delete(terminal)?;
        Ok(())
    }
}

impl terminal_stdin::Host for Stdio<'_> {
    fn get_terminal_stdin(&mut self) -> Result<Option<Resource<TerminalInput>>> {
        match &self.streams.stdin {
            Source::Descriptor(descriptor) if descriptor.is_terminal() => Ok(Some(self.table.push(TerminalInput)?)),
            _ => Ok(None),
        }
    }
}

impl Stdio<'_> {
    fn terminal_output(&mut self, sink: fn(&Streams) -> &Sink) -> Result<Option<Resource<TerminalOutput>>> {
        match sink(self.streams) {
            Sink::Descriptor(descriptor) if descriptor.is_terminal() => Ok(Some(self.table.push(TerminalOutput)?)),
            _ => Ok(None),
        }
    }
}

impl terminal_stdout::Host for Stdio<'_> {
    fn get_terminal_stdout(&mut self) -> Result<Option<Resource<TerminalOutput>>> {
        self.terminal_output(|streams| &streams.stdout)
    }
}

impl terminal_stderr::Host for Stdio<'_> {
    fn get_terminal_stderr(&mut self) -> Result<Option<Resource<TerminalOutput>>> {
        self.terminal_output(|streams| &streams.stderr)
    }
}
