//! Test binaries of wasm32-component: std has no WASI there, and libtest brings it.
//!
//! A component without WASI cannot print which tests passed. So a test binary, and no other program, imports what it takes:
//! arguments, streams, clocks, random numbers and exit codes.

use std::ffi::OsString;
use std::io;
use std::os::component::{Host, set_host};
use std::time::Duration;

use wasi_rt::{Error, env, exit, random, stdio, time};

/// Gives std what WASI has.
pub(crate) fn attach() {
    set_host(&Wasi);
}

struct Wasi;

fn failed(error: Error) -> io::Error {
    io::Error::other(error.message())
}

impl Host for Wasi {
    fn args(&self) -> Vec<OsString> {
        env::args().iter().map(OsString::from).collect()
    }

    fn vars(&self) -> Vec<(OsString, OsString)> {
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned().into();
        env::variables().into_iter().map(|(name, value)| (text(name), text(value))).collect()
    }

    fn read_stdin(&self, buffer: &mut [u8]) -> io::Result<usize> {
        stdio::read_stdin(buffer).map_err(failed)
    }

    fn write_stdout(&self, text: &[u8]) -> io::Result<usize> {
        stdio::write_stdout(text).map_err(failed)
    }

    fn write_stderr(&self, text: &[u8]) -> io::Result<usize> {
        stdio::write_stderr(text).map_err(failed)
    }

    fn monotonic_now(&self) -> Duration {
        Duration::from_nanos(time::monotonic_now())
    }

    fn system_now(&self) -> Duration {
        let (seconds, nanoseconds) = time::system_now();
        Duration::new(u64::try_from(seconds).unwrap_or(0), nanoseconds)
    }

    fn sleep_until(&self, mark: Duration) {
        time::sleep_until(time::Mark(u64::try_from(mark.as_nanos()).unwrap_or(u64::MAX)));
    }

    fn fill_random(&self, buffer: &mut [u8]) -> bool {
        random::fill(buffer);
        true
    }

    fn exit(&self, code: i32) {
        exit::exit(code)
    }
}
