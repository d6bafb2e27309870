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
        Vec::new()
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
        Ok(text.len())
    }

    /// Writes to standard error; gives how many bytes. Without it output goes nowhere, and a panic's text becomes the last
    /// words of the component, which `component-run` shows.
    ///
    /// # Errors
    /// As `io::Write::write`.
    #[stable(feature = "component_host", since = "1.96.0")]
    fn write_stderr(&self, text: &[u8]) -> io::Result<usize> {
        Ok(text.len())
    }

    /// The time of a clock that never goes back. Without it `Instant::now`, sleeping and timeouts panic.
    #[stable(feature = "component_host", since = "1.96.0")]
    fn monotonic_now(&self) -> Duration {
        no_clock()
    }

    /// The time since the Unix epoch. Without it `SystemTime::now` panics.
    #[stable(feature = "component_host", since = "1.96.0")]
    fn system_now(&self) -> Duration {
        no_clock()
    }

    /// Blocks until the clock of `monotonic_now` shows `mark`. Without it, sleeping looks at the clock again and again and
    /// lets other threads go on meanwhile.
    #[stable(feature = "component_host", since = "1.96.0")]
    fn sleep_until(&self, mark: Duration) {
        while self.monotonic_now() < mark {
            component_rt::thread::give_way();
        }
    }

    /// Fills `buffer` with random bytes; gives whether it did. Without it the seeds of `HashMap` are the same in each run,
    /// and whoever wants random numbers of the platform gets an error or a panic.
    #[stable(feature = "component_host", since = "1.96.0")]
    fn fill_random(&self, buffer: &mut [u8]) -> bool {
        let _ = buffer;
        false
    }

    /// Ends the program with an exit code. Without it, and if it returns, `std::process::exit` is a trap.
    #[stable(feature = "component_host", since = "1.96.0")]
    fn exit(&self, code: i32) {
        let _ = code;
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

/// Whoever has the clock.
pub(crate) fn clock() -> &'static dyn Host {
    host().unwrap_or_else(|| no_clock())
}

/// Lets time pass, no further than to `deadline`, for a thread that waits for something else as well.
pub(crate) fn wait_for_a_turn(clock: &dyn Host, deadline: Duration) {
    if component_rt::thread::there_are_others() {
        component_rt::thread::give_way();
    } else {
        clock.sleep_until(deadline);
    }
}

#[cold]
fn no_clock() -> ! {
    panic!("a component without WASI has no clock; give std one by `std::os::component::set_host`")
}
