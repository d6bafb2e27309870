//! What a component without WASI lacks, and how a program gives it to std.
//!
//! The component model has functions, threads and memory. It has no standard streams, no clock, no random numbers and no
//! command line. A program whose world imports such things says so once, before it uses them:
//!
//! ```ignore (wants a world)
//! struct Mine;
//!
//! impl std::os::component::Host for Mine {
//!     fn write_stdout(&self, text: &[u8]) -> std::io::Result<usize> {
//!         bindings::example::log::print(text);
//!         Ok(text.len())
//!     }
//!     fn monotonic_now(&self) -> std::time::Duration {
//!         std::time::Duration::from_nanos(bindings::wasi::clocks::monotonic_clock::now())
//!     }
//! }
//!
//! std::os::component::set_host(&Mine);
//! ```
//!
//! From then on `println!`, `Instant::now` and the others use it.
//!
//! In a browser (`target_os = "web"`) std has all of it of the page, and a program's own host takes its place. What is said here of a program
//! without a host is so on the other targets only.

use super::platform::own;
use crate::cell::Cell;
use crate::ffi::OsString;
use crate::io;
use crate::time::Duration;

/// What std asks of whoever brings streams, clocks and random numbers. Each method says what is so without it.
#[stable(feature = "component_host", since = "1.96.0")]
pub trait Host: Sync {
    /// The command line, for `std::env::args`. Without it there are no arguments.
    #[stable(feature = "component_host", since = "1.96.0")]
    fn args(&self) -> Vec<OsString> {
        own::args()
    }

    /// The environment at the start, for `std::env::var`. Without it there are no variables but those that the program sets.
    #[stable(feature = "component_host", since = "1.96.0")]
    fn vars(&self) -> Vec<(OsString, OsString)> {
        Vec::new()
    }

    /// Reads into `buffer` from standard input; gives how many bytes, 0 at its end. Without it input is empty.
    ///
    /// # Errors
    /// As `io::Read::read`.
    #[stable(feature = "component_host", since = "1.96.0")]
    fn read_stdin(&self, buffer: &mut [u8]) -> io::Result<usize> {
        let _ = buffer;
        Ok(0)
    }

    /// Writes to standard output; gives how many bytes. Without it output goes nowhere.
    ///
    /// # Errors
    /// As `io::Write::write`.
    #[stable(feature = "component_host", since = "1.96.0")]
    fn write_stdout(&self, text: &[u8]) -> io::Result<usize> {
        own::write_stdout(text)
    }

    /// Writes to standard error; gives how many bytes. Without it output goes nowhere, and a panic's text becomes the last
    /// words of the component, which `component-run` shows.
    ///
    /// # Errors
    /// As `io::Write::write`.
    #[stable(feature = "component_host", since = "1.96.0")]
    fn write_stderr(&self, text: &[u8]) -> io::Result<usize> {
        own::write_stderr(text)
    }

    /// The time of a clock that never goes back. Without it `Instant::now`, sleeping and timeouts panic.
    #[stable(feature = "component_host", since = "1.96.0")]
    fn monotonic_now(&self) -> Duration {
        own::monotonic_now()
    }

    /// The time since the Unix epoch. Without it `SystemTime::now` panics.
    #[stable(feature = "component_host", since = "1.96.0")]
    fn system_now(&self) -> Duration {
        own::system_now()
    }

    /// Blocks until the clock of `monotonic_now` shows `mark`. Without it, sleeping looks at the clock again and again and
    /// lets other threads go on meanwhile.
    #[stable(feature = "component_host", since = "1.96.0")]
    fn sleep_until(&self, mark: Duration) {
        own::sleep_until(mark, &|| self.monotonic_now());
    }

    /// Fills `buffer` with random bytes; gives whether it did. Without it the seeds of `HashMap` are the same in each run,
    /// and whoever wants random numbers of the platform gets an error or a panic.
    #[stable(feature = "component_host", since = "1.96.0")]
    fn fill_random(&self, buffer: &mut [u8]) -> bool {
        own::fill_random(buffer)
    }

    /// Ends the program with an exit code. Without it, and if it returns, `std::process::exit` is a trap.
    #[stable(feature = "component_host", since = "1.96.0")]
    fn exit(&self, code: i32) {
        own::exit(code);
    }
}

/// Has std use `host` from now on.
#[stable(feature = "component_host", since = "1.96.0")]
pub fn set_host(host: &'static dyn Host) {
    HOST.0.set(Some(host));
}

struct Shared(Cell<Option<&'static dyn Host>>);

// SAFETY: threads of an instance take turns, and none is interrupted while it reads or writes the cell.
unsafe impl Sync for Shared {}

static HOST: Shared = Shared(Cell::new(None));

#[inline]
pub(crate) fn host() -> Option<&'static dyn Host> {
    HOST.0.get()
}
