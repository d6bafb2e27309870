//! Clocks and sleeping.

use core::ffi::{c_int, c_long, c_uint, c_void};

use wasi_rt::Error;
use wasi_rt::time::{self, Mark};

use crate::abi::*;
use crate::answer::done;

c! {
    "clock_gettime" "(i32, i32) -> (i32)" 0 1 = clock_gettime;
    "clock_getres" "(i32, i32) -> (i32)" 0 1 = clock_getres;
    "clock_nanosleep" "(i32, i32, i32, i32) -> (i32)" 0 1 2 3 = clock_nanosleep;
    "nanosleep" "(i32, i32) -> (i32)" 0 1 = nanosleep;
    "usleep" "(i32) -> (i32)" 0 = usleep;
    "sleep" "(i32) -> (i32)" 0 = sleep;
    "gettimeofday" "(i32, i32) -> (i32)" 0 1 = gettimeofday;
    "time" "(i32) -> (i64)" 0 = self::time;
}

// A clock of wasi-libc is the address of an object. Here the objects are bytes with its names.
#[cfg(target_family = "wasm")]
core::arch::global_asm!(
    ".section .rodata._CLOCK_MONOTONIC,\"\",@",
    ".globl _CLOCK_MONOTONIC",
    ".type _CLOCK_MONOTONIC,@object",
    "_CLOCK_MONOTONIC:",
    ".int8 1",
    ".size _CLOCK_MONOTONIC, 1",
    ".section .rodata._CLOCK_REALTIME,\"\",@",
    ".globl _CLOCK_REALTIME",
    ".type _CLOCK_REALTIME,@object",
    "_CLOCK_REALTIME:",
    ".int8 0",
    ".size _CLOCK_REALTIME, 1",
);

#[cfg(target_family = "wasm")]
unsafe extern "C" {
    static _CLOCK_MONOTONIC: u8;
    static _CLOCK_REALTIME: u8;
}
#[cfg(not(target_family = "wasm"))]
static _CLOCK_MONOTONIC: u8 = 1;
#[cfg(not(target_family = "wasm"))]
static _CLOCK_REALTIME: u8 = 0;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Clock {
    Monotonic,
    Real,
}

/// `INVAL` for any other.
fn clock(at: *const u8) -> Result<Clock, Error> {
    if at == &raw const _CLOCK_MONOTONIC {
        Ok(Clock::Monotonic)
    } else if at == &raw const _CLOCK_REALTIME {
        Ok(Clock::Real)
    } else {
        Err(Error::INVAL)
    }
}

const SECOND: u64 = 1_000_000_000;

fn now(clock: Clock) -> timespec {
    match clock {
        Clock::Monotonic => {
            let now = time::monotonic_now();
            timespec { tv_sec: (now / SECOND) as time_t, tv_nsec: (now % SECOND) as c_long }
        }
        Clock::Real => {
            let (seconds, nanoseconds) = time::system_now();
            timespec { tv_sec: seconds, tv_nsec: nanoseconds as c_long }
        }
    }
}

/// Nanoseconds; none that are negative or whose fraction is more than a second.
fn nanoseconds(time: timespec) -> Result<u64, Error> {
    match (u64::try_from(time.tv_sec), u64::try_from(time.tv_nsec)) {
        (Ok(seconds), Ok(fraction @ 0..SECOND)) => Ok(seconds.saturating_mul(SECOND).saturating_add(fraction)),
        _ => Err(Error::INVAL),
    }
}

/// POSIX: `clock_gettime`.
pub unsafe extern "C" fn clock_gettime(at: *const u8, to: *mut timespec) -> c_int {
    // SAFETY: the caller's promise.
    done(clock(at).map(|clock| unsafe { to.write(now(clock)) }))
}

/// POSIX: `clock_getres`: nanoseconds, in which WASI's clocks count.
pub unsafe extern "C" fn clock_getres(at: *const u8, to: *mut timespec) -> c_int {
    let resolution = clock(at).map(|_| timespec { tv_sec: 0, tv_nsec: 1 });
    // SAFETY: the caller's promise; it may be null.
    done(resolution.map(|resolution| unsafe { to.as_mut() }.into_iter().for_each(|to| *to = resolution)))
}

/// POSIX: `clock_nanosleep`, which gives its error. Nothing interrupts it.
pub unsafe extern "C" fn clock_nanosleep(
    at: *const u8,
    flags: c_int,
    until: *const timespec,
    _rest: *mut timespec,
) -> c_int {
    let sleep = || {
        let clock = clock(at)?;
        // SAFETY: the caller's promise.
        let time = nanoseconds(unsafe { until.read() })?;
        match (flags, clock) {
            (0, _) => time::sleep(time),
            (TIMER_ABSTIME, Clock::Monotonic) => time::sleep_until(Mark(time)),
            (TIMER_ABSTIME, Clock::Real) => time::sleep(time.saturating_sub(nanoseconds(now(clock))?)),
            _ => return Err(Error::INVAL),
        }
        Ok(())
    };
    sleep().map_or_else(Error::raw, |()| 0)
}

/// POSIX: `nanosleep`.
pub unsafe extern "C" fn nanosleep(duration: *const timespec, _rest: *mut timespec) -> c_int {
    // SAFETY: the caller's promise.
    done(nanoseconds(unsafe { duration.read() }).map(time::sleep))
}

/// `usleep`, of the BSDs.
pub extern "C" fn usleep(microseconds: c_uint) -> c_int {
    time::sleep(u64::from(microseconds) * 1000);
    0
}

/// POSIX: `sleep`.
pub extern "C" fn sleep(seconds: c_uint) -> c_uint {
    time::sleep(u64::from(seconds) * SECOND);
    0
}

/// POSIX: `gettimeofday`. Of time zones it says nothing, as POSIX has it.
pub unsafe extern "C" fn gettimeofday(to: *mut timeval, _zone: *mut c_void) -> c_int {
    let (seconds, nanoseconds) = time::system_now();
    // SAFETY: the caller's promise.
    unsafe { to.write(timeval { tv_sec: seconds, tv_usec: suseconds_t::from(nanoseconds / 1000) }) };
    0
}

/// C: `time`.
pub unsafe extern "C" fn time(to: *mut time_t) -> time_t {
    let (seconds, _) = time::system_now();
    // SAFETY: the caller's promise; it may be null.
    unsafe { to.as_mut() }.into_iter().for_each(|to| *to = seconds);
    seconds
}
