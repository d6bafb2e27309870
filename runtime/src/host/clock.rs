//! `wasi:clocks/monotonic-clock` with the precision of the kernel.
//!
//! Here because tokio's timers count whole milliseconds: a sleep of one takes two. A timerfd is as precise as a native sleep. The clock is the
//! system's own CLOCK_MONOTONIC, as for a native program: one that began at 0 with the run would make
//! `Instant::now() - duration` fail.

use super::Host;
use rustix::fd::OwnedFd;
use rustix::io::Errno;
use rustix::time::{
    ClockId, Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, clock_gettime, timerfd_create,
    timerfd_settime,
};
use std::io;
use std::time::Duration;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use wasmtime::Result;
use wasmtime::component::Linker;

/// Defines the interface, in the place of wasmtime-wasi's.
pub(super) fn add_to_linker(linker: &mut Linker<Host>) -> Result<()> {
    let mut clock = linker.instance("wasi:clocks/monotonic-clock@0.3.0")?;
    clock.func_wrap("now", |_, ()| Ok((now(),)))?;
    clock.func_wrap("get-resolution", |_, ()| Ok((1_u64,)))?;
    clock.func_wrap_concurrent("wait-for", |_, (duration,): (u64,)| {
        Box::pin(async move {
            wait(duration).await;
            Ok(())
        })
    })?;
    clock.func_wrap_concurrent("wait-until", |_, (when,): (u64,)| {
        Box::pin(async move {
            wait(when.saturating_sub(now())).await;
            Ok(())
        })
    })
}

/// Nanoseconds.
fn now() -> u64 {
    let Timespec { tv_sec, tv_nsec } = clock_gettime(ClockId::Monotonic);
    // The clock begins at the start of the machine: it is not negative, and 64 bits last for 584 years.
    tv_sec.cast_unsigned() * 1_000_000_000 + tv_nsec.cast_unsigned()
}

/// Waits so many nanoseconds.
pub(super) async fn wait(nanoseconds: u64) {
    if nanoseconds == 0 {
        return;
    }
    // More timers than there can be descriptors, for instance: tokio has its own, only less precise.
    if precisely(nanoseconds).await.is_err() {
        tokio::time::sleep(Duration::from_nanos(nanoseconds)).await;
    }
}

async fn precisely(nanoseconds: u64) -> io::Result<()> {
    let timer = timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::CLOEXEC | TimerfdFlags::NONBLOCK)?;
    let never = Timespec { tv_sec: 0, tv_nsec: 0 };
    let once = Timespec {
        tv_sec: (nanoseconds / 1_000_000_000).cast_signed(),
        tv_nsec: (nanoseconds % 1_000_000_000).cast_signed(),
    };
    timerfd_settime(&timer, TimerfdTimerFlags::empty(), &Itimerspec { it_interval: never, it_value: once })?;
    let timer = register(timer)?;
    loop {
        let mut ready = timer.readable().await?;
        match rustix::io::read(timer.get_ref(), &mut [0; 8]) {
            Err(Errno::AGAIN) => ready.clear_ready(),
            Err(Errno::INTR) => {}
            result => return Ok(result.map(|_| ())?),
        }
    }
}

fn register(timer: OwnedFd) -> io::Result<AsyncFd<OwnedFd>> {
    // SAFETY: `AsyncFd` wants a descriptor that stays open and the same while it lives. An `OwnedFd` that it owns does.
    #[allow(unsafe_code)]
    let registered = unsafe { AsyncFd::register_with_interest(timer, Interest::READABLE) };
    Ok(registered?)
}
