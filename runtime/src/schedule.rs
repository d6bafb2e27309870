//! Runs whose threads are scheduled by a seed: what of the host takes part in that.
//!
//! Here because the guest can only be as reproducible as what it sees of the host. The order of its threads is the guest's own affair: its
//! library reads the seed from the environment and lets one thread run at a time. The host gives it time that passes only where it waits or
//! looks at the clock, the same random numbers every time, and no sockets.
//!
//! Left out: files that something else changes meanwhile, and a standard input that comes in pieces.

use crate::host::Host;
use std::collections::BTreeSet;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use wasmtime::Result;
use wasmtime::component::Linker;
use wasmtime_wasi::p3::bindings::clocks::system_clock::Instant;
use wasmtime_wasi::random::Deterministic;

/// Where the clocks begin: nanoseconds of the monotonic one, so that a program may look back an hour, and seconds since 1970 of the other.
const BEGINNING: u64 = 3_600_000_000_000;
const DATE: i64 = 1_700_000_000;

/// What passes when the guest looks at the clock, in nanoseconds.
const LOOK: u64 = 1_000;

/// Random numbers for the guest.
pub(crate) fn random(seed: u64) -> Deterministic {
    Deterministic::new(random_bytes(seed))
}

/// Random bytes for the guest, to be had again and again.
pub(crate) fn random_bytes(seed: u64) -> Vec<u8> {
    let mut state = seed;
    let bytes = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    });
    bytes.take(4096).collect()
}

/// Defines clocks whose time is made up, in the place of real ones; each linker has its own.
pub(crate) fn add_to_linker(linker: &mut Linker<Host>) -> Result<()> {
    let clock = Arc::new(Clock::default());
    let mut monotonic = linker.instance("wasi:clocks/monotonic-clock@0.3.0")?;
    let now = Arc::clone(&clock);
    monotonic.func_wrap("now", move |_, ()| Ok((now.look(),)))?;
    monotonic.func_wrap("get-resolution", |_, ()| Ok((1_u64,)))?;
    let waiting = Arc::clone(&clock);
    monotonic.func_wrap_concurrent("wait-for", move |_, (duration,): (u64,)| {
        let wait = waiting.wait(|now| now.saturating_add(duration));
        Box::pin(async move {
            wait.await;
            Ok(())
        })
    })?;
    let waiting = Arc::clone(&clock);
    monotonic.func_wrap_concurrent("wait-until", move |_, (when,): (u64,)| {
        let wait = waiting.wait(|_| when);
        Box::pin(async move {
            wait.await;
            Ok(())
        })
    })?;
    let mut system = linker.instance("wasi:clocks/system-clock@0.3.0")?;
    system.func_wrap("now", move |_, ()| {
        let since = clock.look() - BEGINNING;
        let seconds = DATE.saturating_add_unsigned(since / 1_000_000_000);
        // Less than a second.
        Ok((Instant { seconds, nanoseconds: (since % 1_000_000_000) as u32 },))
    })?;
    system.func_wrap("get-resolution", |_, ()| Ok((1_u64,)))
}

type BoxFuture = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Time that is made up.
#[derive(Default)]
struct Clock(Mutex<Time>);

#[derive(Default)]
struct Time {
    /// Nanoseconds since [`BEGINNING`].
    passed: u64,
    /// Who waits, by the time until which, and by a number of each.
    waiting: BTreeSet<(u64, u64)>,
    waits: u64,
}

impl Clock {
    fn with<R>(&self, f: impl FnOnce(&mut Time) -> R) -> R {
        // Every change leaves it whole.
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn look(&self) -> u64 {
        self.with(|time| {
            time.passed += LOOK;
            BEGINNING + time.passed
        })
    }

    /// Waits until the clock has reached what `deadline` makes of the time now.
    fn wait(self: &Arc<Self>, deadline: impl FnOnce(u64) -> u64) -> BoxFuture {
        let entry = self.with(|time| {
            time.waits += 1;
            let entry = (deadline(BEGINNING + time.passed).saturating_sub(BEGINNING), time.waits);
            time.waiting.insert(entry);
            entry
        });
        let waiting = Waiting { clock: Arc::clone(self), entry };
        // Time passes a little whenever the host comes by here: at once if nobody runs, and slowly beside a thread that only gives way.
        Box::pin(poll_fn(move |context| {
            if waiting.clock.with(|time| time.pass(waiting.entry.0)) {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        }))
    }
}

impl Time {
    /// Goes a part of the way to the first deadline. Whether `deadline` has been reached.
    fn pass(&mut self, deadline: u64) -> bool {
        if let Some((first, _)) = self.waiting.first() {
            let left = first.saturating_sub(self.passed);
            self.passed += left.min(LOOK.max(left / 16));
        }
        self.passed >= deadline
    }
}

/// One wait, which may be given up.
struct Waiting {
    clock: Arc<Clock>,
    entry: (u64, u64),
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.clock.with(|time| time.waiting.remove(&self.entry));
    }
}
