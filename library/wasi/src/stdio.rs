//! The standard streams.
//!
//! Output: one `write-via-stream` each, opened by the first write and kept. A write returns when the reader has the counted
//! bytes, so that they arrive whatever happens next, a trap included. Errors come by the future beside the stream, which is
//! asked when the reader has gone. Nothing is buffered here: that is std's part.
//!
//! Input: one `read-via-stream`, opened by the first read and kept.
//!
//! One thread at a time uses a stream; another one that wants it waits.

use core::mem::MaybeUninit;
use core::task::{Context, Poll, ready};

use crate::abi::cli::{self, stderr_bytes, stderr_end, stdin_bytes, stdin_end, stdout_bytes, stdout_end};
use crate::error::{self, Error};
use component_rt::abi::memory::{RawOption, RawResult};
use component_rt::event::CopyResult;
use component_rt::exclusive::Exclusive;
use component_rt::future::{FutureBuiltins, FutureReader};
use component_rt::instance::InstanceShared;
use component_rt::stream::{self, ReadAhead, ReadableEnd, StreamBuiltins, WritableEnd};
use component_rt::wakers::Wakers;

/// Reads from standard input: at least one byte, as many as are there; blocks while there are none. 0 is the end of the
/// input (or an empty `buffer`), and so is every read after it.
///
/// # Errors
///
/// What the host says about why the input ended; again on every later read.
pub fn read_stdin(buffer: &mut [u8]) -> Result<usize, Error> {
    let buffer: *mut [u8] = buffer;
    // SAFETY: the same memory, borrowed for as long; `read_stdin_uninit` stores bytes there and nothing uninitialised.
    read_stdin_uninit(unsafe { &mut *(buffer as *mut [MaybeUninit<u8>]) })
}

/// As [`read_stdin`], into memory that need not be initialised: the counted bytes are afterwards.
///
/// # Errors
///
/// As [`read_stdin`].
pub fn read_stdin_uninit(buffer: &mut [MaybeUninit<u8>]) -> Result<usize, Error> {
    STDIN.with(|input| {
        let mut input = input.take();
        loop {
            match &mut *input {
                Input::Unopened => *input = Input::open(),
                Input::Open(bytes, _) => {
                    bytes.settle();
                    if !bytes.elements().is_empty() {
                        return Ok(bytes.take(buffer));
                    }
                    let copied = bytes.read(buffer);
                    if copied.count > 0 || copied.result != CopyResult::Dropped {
                        return Ok(copied.count);
                    }
                    input.end();
                }
                Input::Ended(result) => return result.map(|()| 0),
            }
        }
    })
}

/// As [`read_stdin_uninit`], for who waits in an executor. Left before it is ready, it has taken nothing.
pub fn poll_read_stdin(buffer: &mut [MaybeUninit<u8>], context: &mut Context<'_>) -> Poll<Result<usize, Error>> {
    STDIN.with(|input| {
        let mut input = ready!(input.poll_take(context));
        loop {
            match &mut *input {
                Input::Unopened => *input = Input::open(),
                Input::Open(..) if buffer.is_empty() => return Poll::Ready(Ok(0)),
                Input::Open(bytes, _) => {
                    if bytes.elements().is_empty() && ready!(bytes.poll_gather(AHEAD, context)).count == 0 {
                        input.end();
                    } else {
                        return Poll::Ready(Ok(bytes.take(buffer)));
                    }
                }
                Input::Ended(result) => return Poll::Ready(result.map(|()| 0)),
            }
        }
    })
}

/// Waits in an executor until a read of standard input would not wait: for bytes, or its end.
pub fn poll_stdin_readable(context: &mut Context<'_>) -> Poll<()> {
    STDIN.with(|input| {
        let mut input = ready!(input.poll_take(context));
        if let Input::Unopened = &*input {
            *input = Input::open();
        }
        if let Input::Open(bytes, _) = &mut *input
            && bytes.elements().is_empty()
        {
            ready!(bytes.poll_gather(AHEAD, context));
        }
        Poll::Ready(())
    })
}

/// How many bytes of standard input may come for who waits in an executor, in one go.
const AHEAD: usize = 8 * 1024;

/// Writes to standard output: at least one byte, as many as the reader takes; blocks while it takes none. Returns when the
/// reader has the counted bytes.
///
/// # Errors
///
/// [`Error::PIPE`] when the reader has gone, or what the host says about why; again on every later write.
// Not inline: compiled in this crate, where nothing unwinds and the compiler sees it.
pub fn write_stdout(bytes: &[u8]) -> Result<usize, Error> {
    write::<Stdout>(bytes)
}

/// Writes to standard error, as [`write_stdout`] to standard output.
///
/// # Errors
///
/// As [`write_stdout`].
pub fn write_stderr(bytes: &[u8]) -> Result<usize, Error> {
    write::<Stderr>(bytes)
}

/// Has `last` called once, before the standard streams end.
pub fn before_close(last: fn()) {
    CLOSE.with(|close| close[0] = Some(last));
}

/// Brings standard output and standard error to an orderly end: the host is told that this was all and has confirmed it. A
/// write after that opens the stream anew. A stream that another thread is writing to right now stays as it is.
pub fn close() {
    // Through pointers that the first write has left: a program that never writes imports nothing for it.
    for close in CLOSE.with(core::mem::take).into_iter().flatten() {
        close();
    }
}

/// Whether a standard stream (0, 1, 2) is a terminal; of any other number: false.
pub fn is_terminal(stream: i32) -> bool {
    let mut terminal = MaybeUninit::<RawOption<u32>>::uninit();
    let area = terminal.as_mut_ptr();
    match stream {
        // SAFETY: there is room for the option.
        0 => unsafe { cli::terminal_stdin::get_terminal_stdin(area) },
        // SAFETY: as above.
        1 => unsafe { cli::terminal_stdout::get_terminal_stdout(area) },
        // SAFETY: as above.
        2 => unsafe { cli::terminal_stderr::get_terminal_stderr(area) },
        _ => return false,
    }
    // SAFETY: each of the calls has stored the option.
    match unsafe { terminal.assume_init() }.lift() {
        None => false,
        Some(terminal) => {
            if stream == 0 {
                cli::terminal_input::drop_terminal_input(terminal);
            } else {
                cli::terminal_output::drop_terminal_output(terminal);
            }
            true
        }
    }
}

/// Standard input.
enum Input {
    Unopened,
    Open(ReadAhead<stdin_bytes::Stream>, FutureReader<stdin_end::Future>),
    Ended(Result<(), Error>),
}

impl Input {
    fn open() -> Input {
        let mut ends = MaybeUninit::<[u32; 2]>::uninit();
        // SAFETY: there is room for the two handles.
        unsafe { cli::stdin::read_via_stream(ends.as_mut_ptr()) };
        // SAFETY: the call has stored the two handles.
        let [bytes, end] = unsafe { ends.assume_init() };
        Input::Open(ReadAhead::new(ReadableEnd::from_handle(bytes)), FutureReader::from_handle(end))
    }

    /// The stream is at its end: asks how it ended.
    fn end(&mut self) {
        if let Input::Open(bytes, end) = core::mem::replace(self, Input::Ended(Ok(()))) {
            drop(bytes);
            *self = Input::Ended(outcome(end));
        }
    }
}

/// Standard output or standard error.
enum Output<S: OutputStream> {
    Unopened,
    Open(WritableEnd<S::Bytes>, FutureReader<S::End>),
    Broken(Error),
}

/// What tells standard output from standard error.
trait OutputStream: Sized + 'static {
    type Bytes: StreamBuiltins<Element = u8>;
    type End: FutureBuiltins<Value = RawResult<(), u8>>;
    /// Index into [`CLOSE`].
    const INDEX: usize;

    fn write_via_stream(data: u32) -> u32;
    fn state() -> &'static InstanceShared<Exclusive<Output<Self>>>;
}

struct Stdout;

impl OutputStream for Stdout {
    type Bytes = stdout_bytes::Stream;
    type End = stdout_end::Future;
    const INDEX: usize = 1;

    fn write_via_stream(data: u32) -> u32 {
        cli::stdout::write_via_stream(data)
    }

    fn state() -> &'static InstanceShared<Exclusive<Output<Self>>> {
        &STDOUT
    }
}

struct Stderr;

impl OutputStream for Stderr {
    type Bytes = stderr_bytes::Stream;
    type End = stderr_end::Future;
    const INDEX: usize = 2;

    fn write_via_stream(data: u32) -> u32 {
        cli::stderr::write_via_stream(data)
    }

    fn state() -> &'static InstanceShared<Exclusive<Output<Self>>> {
        &STDERR
    }
}

fn write<S: OutputStream>(bytes: &[u8]) -> Result<usize, Error> {
    if bytes.is_empty() {
        return Ok(0);
    }
    S::state().with(|output| {
        let mut output = output.take();
        loop {
            match &mut *output {
                Output::Unopened => *output = open(),
                Output::Open(writable, _) => {
                    let copied = writable.write(bytes);
                    if copied.count > 0 || copied.result != CopyResult::Dropped {
                        return Ok(copied.count);
                    }
                    if let Output::Open(writable, end) = core::mem::replace(&mut *output, Output::Broken(Error::PIPE)) {
                        drop(writable);
                        *output = Output::Broken(outcome(end).err().unwrap_or(Error::PIPE));
                    }
                }
                Output::Broken(error) => return Err(*error),
            }
        }
    })
}

fn open<S: OutputStream>() -> Output<S> {
    let (readable, writable) = stream::new();
    let end = FutureReader::from_handle(S::write_via_stream(readable.into_handle()));
    CLOSE.with(|close| close[S::INDEX] = Some(close_output::<S>));
    Output::Open(writable, end)
}

fn close_output<S: OutputStream>() {
    S::state().with(|output| {
        // A thread that is in the middle of a write to a slow reader does not keep the program from ending.
        let Some(mut output) = output.try_take() else { return };
        if let Output::Open(writable, end) = core::mem::replace(&mut *output, Output::Unopened) {
            drop(writable);
            // Every write has been answered already: there is nobody left to tell of an error.
            let _ = outcome(end);
        }
    });
}

/// How a standard stream ended, by the future beside it.
fn outcome<F: FutureBuiltins<Value = RawResult<(), u8>>>(end: FutureReader<F>) -> Result<(), Error> {
    match end.read() {
        Some(result) => result.lift().map_err(|code| error::CLI.error(code)),
        // A host that says nothing has nothing to complain of.
        None => Ok(()),
    }
}

component_rt::instance_shared! {
    static STDIN: Exclusive<Input, Wakers> = Exclusive::new(Input::Unopened);
    static STDOUT: Exclusive<Output<Stdout>> = Exclusive::new(Output::Unopened);
    static STDERR: Exclusive<Output<Stderr>> = Exclusive::new(Output::Unopened);
}

component_rt::instance_state! {
    /// What comes before the end, and how to close standard output and standard error, once they are open.
    static CLOSE: [Option<fn()>; 3] = [None; 3];
}
