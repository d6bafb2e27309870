//! Waiting for several descriptors at once: what `poll` of POSIX is made of.
//!
//! What it says is how things stand: whoever does not read what is there is told again. It waits in an executor of its own
//! ([`component_rt::executor`]) by the same functions as `async` code, on a waitable set, and borrows no buffer; other threads go on meanwhile.
//!
//! Files are always ready. So is standard output, because of a stream nobody has word whether its reader is slow before something is written.
//!
//! [`among_threads`] is for who waits for other threads as well and has no descriptor to be told by: it ends with `INTR` when another thread
//! has run, as a wait does that a signal interrupts.

use alloc_crate::rc::Rc;
use alloc_crate::vec::Vec;
use core::any::Any;
use core::cell::Cell;
use core::future::{Future, poll_fn};
use core::pin::pin;
use core::task::{Context, Poll, Waker};

use component_rt::executor::{Standing, timers};
use component_rt::{block, thread};

use crate::descriptor::{self, Entry, RawFd, Socket};
use crate::net::{TcpListener, TcpStream, UdpSocket, Unconnected};
use crate::pipe::{ReadEnd, WriteEnd};
use crate::time::{CLOCK, Mark};
use crate::{Error, stdio};

/// What is wanted of a descriptor, and what there is: `pollfd`.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Polled {
    /// The descriptor; a negative one is passed over.
    pub fd: RawFd,
    /// [`IN`] and [`OUT`], whichever is waited for.
    pub wanted: i16,
    /// What there is: those of the wanted, and [`ERR`], [`HUP`], [`NVAL`].
    pub seen: i16,
}

/// It can be read without waiting: `POLLIN`.
pub const IN: i16 = 0x1;
/// It can be written without waiting: `POLLOUT`.
pub const OUT: i16 = 0x2;
/// It has failed: `POLLERR`.
pub const ERR: i16 = 0x1000;
/// Nothing will come or go any more: `POLLHUP`.
pub const HUP: i16 = 0x2000;
/// There is no such descriptor: `POLLNVAL`.
pub const NVAL: i16 = 0x4000;

/// How long to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timeout {
    /// Not at all.
    Zero,
    /// No longer than until the clock has reached this.
    Until(Mark),
    /// For ever.
    Never,
}

/// Waits until there is something to say of one of them at least; of how many there is. 0: the time is up.
pub fn poll(all: &mut [Polled], timeout: Timeout) -> usize {
    let mut look = |context: &mut Context<'_>| match look(all, context) {
        0 => Poll::Pending,
        count => Poll::Ready(count),
    };
    with_executor(|executor| {
        let found = match timeout {
            Timeout::Zero => 0,
            Timeout::Never => executor.block_on(poll_fn(&mut look)),
            Timeout::Until(mark) => {
                let mut sleep = pin!(timers::sleep_until(&CLOCK, mark.0));
                executor.block_on(poll_fn(|context| match look(context) {
                    Poll::Pending => sleep.as_mut().poll(context).map(|()| 0),
                    ready => ready,
                }))
            }
        };
        // When the time was up something may have come that nobody has delivered.
        if found == 0 { executor.look(poll_fn(look)).unwrap_or(0) } else { found }
    })
}

/// As [`poll`], and `INTR` when another thread has run meanwhile: what it did may be what the caller waits for.
pub fn among_threads(all: &mut [Polled], timeout: Timeout) -> Result<usize, Error> {
    if timeout == Timeout::Zero || !thread::there_are_others() {
        // The only thread: it may make others later, but not while it waits here.
        return Ok(poll(all, timeout));
    }
    block::watch(another_stops);
    let me = Rc::new(Waiting { interrupted: Cell::new(false), waker: Cell::new(None) });
    let mut sleep = match timeout {
        Timeout::Until(mark) => Some(timers::sleep_until(&CLOCK, mark.0)),
        _ => None,
    };
    let wait = poll_fn(|context| {
        let count = look(all, context);
        if count > 0 {
            return Poll::Ready(Ok(count));
        }
        if me.interrupted.get() {
            return Poll::Ready(Err(Error::INTR));
        }
        if let Some(sleep) = &mut sleep
            && pin!(sleep).poll(context).is_ready()
        {
            return Poll::Ready(Ok(0));
        }
        if me.waker.replace(Some(context.waker().clone())).is_none() {
            begin_to_wait(&me);
        }
        ABOUT_TO_WAIT.with(|about| *about = true);
        Poll::Pending
    });
    let found = with_executor(|executor| executor.block_on(wait));
    WAITING.with(|all| all.retain(|waiting| !Rc::ptr_eq(waiting, &me)));
    match found {
        Ok(0) => Ok(poll(all, Timeout::Zero)),
        found => found,
    }
}

/// Runs something with an executor that nobody else has meanwhile: that of the last who waited, if it is free.
fn with_executor<R>(run: impl FnOnce(&Standing) -> R) -> R {
    let executor = SPARE.with(Vec::pop).unwrap_or_default();
    let result = run(&executor);
    SPARE.with(|spare| spare.push(executor));
    result
}

component_rt::instance_state! {
    /// Executors that nobody uses: as many as threads have ever waited at a time.
    static SPARE: Vec<Standing> = Vec::new();
    /// Who waits in [`among_threads`].
    static WAITING: Vec<Rc<Waiting>> = Vec::new();
    /// How often those who only waited may wake each other, until a thread stops that has done something else.
    static PASSED_ON: u32 = 0;
    /// A thread of ours is about to stop only in order to wait here.
    static ABOUT_TO_WAIT: bool = false;
}

/// A thread that waits.
struct Waiting {
    interrupted: Cell<bool>,
    waker: Cell<Option<Waker>>,
}

/// So often two threads that do nothing but wait here wake each other for the sake of what they may have done in between.
const MOST_PASSED_ON: u32 = 256;

/// From now on it can be interrupted. What this thread has done since it last waited may be what another one waits for.
fn begin_to_wait(me: &Rc<Waiting>) {
    if PASSED_ON.with(|passed_on| *passed_on < MOST_PASSED_ON) && WAITING.with(|all| !all.is_empty()) {
        PASSED_ON.with(|passed_on| *passed_on += 1);
        interrupt();
    }
    WAITING.with(|all| all.push(me.clone()));
}

/// A thread stops.
extern "C" fn another_stops() {
    if ABOUT_TO_WAIT.with(core::mem::take) {
        return;
    }
    PASSED_ON.with(|passed_on| *passed_on = 0);
    interrupt();
}

/// Ends the waits.
fn interrupt() {
    for waiting in WAITING.with(core::mem::take) {
        waiting.interrupted.set(true);
        if let Some(waker) = waiting.waker.take() {
            waker.wake();
        }
    }
}

/// Says of each what there is, and has the context's waker woken if there is nothing yet; of how many there is something.
fn look(all: &mut [Polled], context: &mut Context<'_>) -> usize {
    let mut count = 0;
    for polled in all {
        polled.seen = 0;
        if polled.fd >= 0 {
            polled.seen = match descriptor::get(polled.fd) {
                Ok(entry) => state(polled.fd, &entry, polled.wanted, context) & (polled.wanted | ERR | HUP | NVAL),
                Err(_) => NVAL,
            };
            count += usize::from(polled.seen != 0);
        }
    }
    count
}

/// What there is of `wanted`, and beyond it.
fn state(fd: RawFd, entry: &Entry, wanted: i16, context: &mut Context<'_>) -> i16 {
    let mut seen = 0;
    match entry {
        Entry::File(_) => seen = IN | OUT,
        Entry::Stdin => {
            if wanted & IN != 0 && stdio::poll_stdin_readable(context).is_ready() {
                seen = IN;
            }
        }
        Entry::Stdout | Entry::Stderr => seen = OUT,
        Entry::Socket(socket) => {
            let of = |readable: Poll<()>, bit: i16| if readable.is_ready() { bit } else { 0 };
            if let Some(stream) = as_a::<TcpStream>(socket) {
                if wanted & IN != 0 {
                    seen |= of(stream.poll_readable(context), IN);
                }
                if wanted & OUT != 0 {
                    seen |= of(stream.poll_writable(context), OUT);
                }
                if stream.is_over() {
                    seen |= HUP | IN | OUT;
                }
            } else if let Some(listener) = as_a::<TcpListener>(socket) {
                if wanted & IN != 0 {
                    seen |= of(listener.poll_acceptable(context), IN);
                }
            } else if let Some(udp) = as_a::<UdpSocket>(socket) {
                seen |= OUT;
                if wanted & IN != 0 {
                    seen |= of(udp.poll_receivable(context), IN);
                }
            } else if let Some(reader) = as_a::<ReadEnd>(socket) {
                let (readable, hung_up) = reader.poll_readable(context);
                seen |= if readable { IN } else { 0 } | if hung_up { HUP } else { 0 };
            } else if let Some(writer) = as_a::<WriteEnd>(socket) {
                let (writable, broken) = writer.poll_writable(context);
                seen |= if writable { OUT } else { 0 } | if broken { ERR } else { 0 };
            } else if let Some(unconnected) = as_a::<Unconnected>(socket) {
                seen |= connecting(fd, &unconnected, wanted, context);
            }
        }
    }
    seen
}

/// A socket that is not connected: what it becomes is looked at at once.
fn connecting(fd: RawFd, unconnected: &Rc<Unconnected>, wanted: i16, context: &mut Context<'_>) -> i16 {
    if !unconnected.is_connecting() {
        return OUT | HUP;
    }
    if unconnected.poll_connected(context).is_pending() {
        return 0;
    }
    let Ok(entry) = descriptor::get(fd) else { return NVAL };
    let failed = match &entry {
        Entry::Socket(socket) => as_a::<TcpStream>(socket).is_some_and(|stream| stream.is_over()),
        _ => false,
    };
    if failed { IN | OUT | ERR | HUP } else { state(fd, &entry, wanted, context) }
}

/// The socket as one of type `S`, if it is one.
pub fn as_a<S: Socket>(socket: &Rc<dyn Socket>) -> Option<Rc<S>> {
    (socket.clone() as Rc<dyn Any>).downcast().ok()
}
