//! The standard streams.
//!
//! Output: one `write-via-stream` each, opened by the first write and kept. A write returns when the reader has the counted
//! bytes, so that they arrive whatever happens next, a trap included. Errors come by the future beside the stream, which is
//! asked when the reader has gone. Nothing is buffered here: that is std's part.
//!
//! Input: one `read-via-stream`, opened by the first read and kept.
//!
//! A stream is taken out of the instance's state while a thread uses it; another thread that wants it waits.

use core::mem::MaybeUninit;
use core::sync::atomic::AtomicU32;

use crate::abi::cli::{self, stderr_bytes, stderr_end, stdin_bytes, stdin_end, stdout_bytes, stdout_end};
use crate::error::{self, Error};
use component_rt::abi::memory::{RawOption, RawResult};
use component_rt::event::CopyResult;
use component_rt::futex;
use component_rt::future::{FutureBuiltins, FutureReader};
use component_rt::instance::InstanceCell;
use component_rt::stream::{self, ReadableEnd, StreamBuiltins, WritableEnd};

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
    let mut input = Taken::of(&STDIN);
    loop {
        match input.value() {
            Input::Unopened => *input.value() = Input::open(),
            Input::Open(bytes, _) => {
                let copied = bytes.read(buffer);
                if copied.count > 0 || copied.result != CopyResult::Dropped {
                    return Ok(copied.count);
                }
                input.value().end();
            }
            Input::Ended(result) => return result.map(|()| 0),
        }
    }
}

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
    Open(ReadableEnd<stdin_bytes::Stream>, FutureReader<stdin_end::Future>),
    Ended(Result<(), Error>),
}

impl Input {
    fn open() -> Input {
        let mut ends = MaybeUninit::<[u32; 2]>::uninit();
        // SAFETY: there is room for the two handles.
        unsafe { cli::stdin::read_via_stream(ends.as_mut_ptr()) };
        // SAFETY: the call has stored the two handles.
        let [bytes, end] = unsafe { ends.assume_init() };
        Input::Open(ReadableEnd::from_handle(bytes), FutureReader::from_handle(end))
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
    fn state() -> &'static InstanceCell<Place<Output<Self>>>;
}

struct Stdout;

impl OutputStream for Stdout {
    type Bytes = stdout_bytes::Stream;
    type End = stdout_end::Future;
    const INDEX: usize = 1;

    fn write_via_stream(data: u32) -> u32 {
        cli::stdout::write_via_stream(data)
    }

    fn state() -> &'static InstanceCell<Place<Output<Self>>> {
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

    fn state() -> &'static InstanceCell<Place<Output<Self>>> {
        &STDERR
    }
}

fn write<S: OutputStream>(bytes: &[u8]) -> Result<usize, Error> {
    if bytes.is_empty() {
        return Ok(0);
    }
    let mut output = Taken::of(S::state());
    loop {
        match output.value() {
            Output::Unopened => *output.value() = open(),
            Output::Open(writable, _) => {
                let copied = writable.write(bytes);
                if copied.count > 0 || copied.result != CopyResult::Dropped {
                    return Ok(copied.count);
                }
                if let Output::Open(writable, end) = core::mem::replace(output.value(), Output::Broken(Error::PIPE)) {
                    drop(writable);
                    *output.value() = Output::Broken(outcome(end).err().unwrap_or(Error::PIPE));
                }
            }
            Output::Broken(error) => return Err(*error),
        }
    }
}

fn open<S: OutputStream>() -> Output<S> {
    let (readable, writable) = stream::new();
    let end = FutureReader::from_handle(S::write_via_stream(readable.into_handle()));
    CLOSE.with(|close| close[S::INDEX] = Some(close_output::<S>));
    Output::Open(writable, end)
}

fn close_output<S: OutputStream>() {
    // A thread that is in the middle of a write to a slow reader does not keep the program from ending.
    let Some(mut output) = Taken::if_free(S::state()) else { return };
    if let Output::Open(writable, end) = core::mem::replace(output.value(), Output::Unopened) {
        drop(writable);
        // Every write has been answered already: there is nobody left to tell of an error.
        let _ = outcome(end);
    }
}

/// How a standard stream ended, by the future beside it.
fn outcome<F: FutureBuiltins<Value = RawResult<(), u8>>>(end: FutureReader<F>) -> Result<(), Error> {
    match end.read() {
        Some(result) => result.lift().map_err(|code| error::CLI.error(code)),
        // A host that says nothing has nothing to complain of.
        None => Ok(()),
    }
}

component_rt::instance_state! {
    static STDIN: Place<Input> = Place::with(Input::Unopened);
    static STDOUT: Place<Output<Stdout>> = Place::with(Output::Unopened);
    static STDERR: Place<Output<Stderr>> = Place::with(Output::Unopened);
    /// What comes before the end, and how to close standard output and standard error, once they are open.
    static CLOSE: [Option<fn()>; 3] = [None; 3];
}

/// What threads wait for that want a stream in use: an address to be woken by. Its value never changes.
static FREED: AtomicU32 = AtomicU32::new(0);

#[cold]
#[inline(never)]
fn wait_until_freed() {
    futex::wait(&FREED, 0);
}

#[cold]
#[inline(never)]
fn tell_of_freed() {
    futex::wake_all(&FREED);
}

/// Where a stream is while no thread uses it.
struct Place<T> {
    value: Option<T>,
    /// Whether threads wait for it.
    awaited: bool,
}

impl<T> Place<T> {
    const fn with(value: T) -> Place<T> {
        Place { value: Some(value), awaited: false }
    }
}

/// A stream in use: out of the instance's state for as long as this lives, because calls that block borrow none of it.
struct Taken<T: 'static> {
    home: &'static InstanceCell<Place<T>>,
    value: Option<T>,
}

impl<T> Taken<T> {
    /// Takes the stream; blocks while another thread uses it.
    #[inline]
    fn of(home: &'static InstanceCell<Place<T>>) -> Taken<T> {
        loop {
            if let Some(taken) = Taken::if_free(home) {
                return taken;
            }
            home.with(|place| place.awaited = true);
            wait_until_freed();
        }
    }

    /// Takes the stream unless a thread uses it.
    #[inline]
    fn if_free(home: &'static InstanceCell<Place<T>>) -> Option<Taken<T>> {
        let value = home.with(|place| place.value.take());
        value.map(|value| Taken { home, value: Some(value) })
    }

    #[inline]
    fn value(&mut self) -> &mut T {
        match &mut self.value {
            Some(value) => value,
            None => unreachable!("the value is here until drop"),
        }
    }
}

impl<T> Drop for Taken<T> {
    #[inline]
    fn drop(&mut self) {
        let value = self.value.take();
        let awaited = self.home.with(|place| {
            place.value = value;
            core::mem::take(&mut place.awaited)
        });
        if awaited {
            tell_of_freed();
        }
    }
}
