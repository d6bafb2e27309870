//! What std asks of a platform on targets without WASI: of the program's host, if it has given one, or else of the target's own.

use crate::ffi::OsString;
use crate::io;
use crate::time::Duration;

use super::host::host;

#[cfg_attr(target_os = "web", path = "platform/web.rs")]
#[cfg_attr(not(target_os = "web"), path = "platform/nothing.rs")]
pub(super) mod own;

#[cfg(target_os = "web")]
pub(crate) use own::{CLOCK, mark};
pub(crate) use own::{HAS_OUTPUT, unsupported_message};

pub(crate) fn args() -> Vec<OsString> {
    host().map_or_else(own::args, |host| host.args())
}

pub(crate) fn vars() -> Vec<(OsString, OsString)> {
    host().map_or_else(Vec::new, |host| host.vars())
}

pub(crate) fn read_stdin(buffer: &mut [u8]) -> io::Result<usize> {
    host().map_or(Ok(0), |host| host.read_stdin(buffer))
}

pub(crate) fn write_stdout(text: &[u8]) -> io::Result<usize> {
    host().map_or_else(|| own::write_stdout(text), |host| host.write_stdout(text))
}

pub(crate) fn write_stderr(text: &[u8]) -> io::Result<usize> {
    host().map_or_else(|| own::write_stderr(text), |host| host.write_stderr(text))
}

pub(crate) fn monotonic_now() -> Duration {
    host().map_or_else(own::monotonic_now, |host| host.monotonic_now())
}

pub(crate) fn system_now() -> Duration {
    host().map_or_else(own::system_now, |host| host.system_now())
}

pub(crate) fn sleep_until(mark: Duration) {
    host().map_or_else(|| own::sleep_until(mark, &own::monotonic_now), |host| host.sleep_until(mark));
}

pub(crate) fn fill_random(buffer: &mut [u8]) -> bool {
    match host() {
        Some(host) => host.fill_random(buffer),
        None => own::fill_random(buffer),
    }
}

/// Returns if nobody can end the program.
pub(crate) fn exit(code: i32) {
    host().map_or_else(|| own::exit(code), |host| host.exit(code));
}

/// Lets time pass, no further than to `deadline`, for a thread that waits for something else as well.
pub(crate) fn wait_for_a_turn(deadline: Duration) {
    if component_rt::thread::there_are_others() {
        component_rt::thread::give_way();
    } else {
        sleep_until(deadline);
    }
}
