//! Sleeping. An executor has one call of the clock on its way, for the earliest of those who sleep; a heap knows the others.
//!
//! The clock is a value that whoever has one brings ([`Clock`]), and only [`Sleep`] leads to what is here: a program that never sleeps has
//! neither. Under another executor than ours each sleeper has a call of its own.

use core::cell::{Cell, RefCell};
use core::ffi::c_void;
use core::future::Future;
use core::pin::Pin;
use core::ptr;
use core::task::{Context, Poll, Waker};

use alloc_crate::boxed::Box;
use alloc_crate::vec::Vec;

use super::{Core, CoreRef};
use crate::event::SubtaskState;
use crate::interest::Interest;
use crate::subtask::Subtask;
use crate::waitable::Waitable;

/// A clock, whose marks are numbers that grow.
#[derive(Debug)]
pub struct Clock {
    /// The current mark.
    pub now: fn() -> u64,
    /// Begins to wait for a mark. `None`: it is reached.
    pub begin: fn(u64) -> Option<Subtask>,
}

/// A future that is ready when the clock has reached a mark.
pub struct Sleep {
    clock: &'static Clock,
    mark: u64,
    state: State,
}

enum State {
    New,
    /// In the heap of an executor of ours.
    Listed(CoreRef, u32),
    /// By itself.
    Alone(Box<Alone>),
    Reached,
}

struct Alone {
    call: Option<Subtask>,
    interest: Interest,
}

/// Sleeps until `clock` has reached `mark`.
pub fn sleep_until(clock: &'static Clock, mark: u64) -> Sleep {
    Sleep { clock, mark, state: State::New }
}

impl Sleep {
    /// The mark it waits for.
    pub fn mark(&self) -> u64 {
        self.mark
    }

    fn begin(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if (self.clock.now)() >= self.mark {
            self.state = State::Reached;
            return Poll::Ready(());
        }
        match CoreRef::current() {
            Some(core) => {
                let timers = core.timers.open(self.clock);
                let entry = timers.add(self.mark, context.waker().clone());
                timers.see_to_clock(&core);
                self.state = State::Listed(core, entry);
                Poll::Pending
            }
            None => {
                let call = (self.clock.begin)(self.mark);
                self.state = State::Alone(Box::new(Alone { call, interest: Interest::default() }));
                self.poll_alone(context)
            }
        }
    }

    fn poll_alone(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if let State::Alone(alone) = &mut self.state {
            while let Some(call) = alone.call.take() {
                match alone.interest.poll(call.handle(), context) {
                    Poll::Ready(state) if SubtaskState::decode(state).is_resolved() => call.resolved(),
                    Poll::Ready(_) => alone.call = Some(call),
                    Poll::Pending => {
                        alone.call = Some(call);
                        return Poll::Pending;
                    }
                }
            }
        }
        self.state = State::Reached;
        Poll::Ready(())
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        match &this.state {
            State::New => this.begin(context),
            State::Reached => Poll::Ready(()),
            State::Alone(_) => this.poll_alone(context),
            State::Listed(core, entry) => match core.timers.opened().map(|timers| timers.look(*entry, context.waker()))
            {
                Some(Poll::Pending) => Poll::Pending,
                Some(Poll::Ready(())) => {
                    this.state = State::Reached;
                    Poll::Ready(())
                }
                // That executor has ended.
                None => {
                    this.state = State::New;
                    this.begin(context)
                }
            },
        }
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        match &mut self.state {
            State::Listed(core, entry) => {
                if let Some(timers) = core.timers.opened() {
                    timers.remove(*entry);
                }
            }
            State::Alone(alone) => {
                alone.interest.withdraw();
            }
            State::New | State::Reached => {}
        }
    }
}

/// Where an executor has its timers, once somebody sleeps: so that an executor by itself leads to none of this.
pub(super) struct Place(Cell<*const Timers>, Cell<Option<fn(&Core)>>);

impl Place {
    pub(super) const fn new() -> Place {
        Place(Cell::new(ptr::null()), Cell::new(None))
    }

    fn open(&self, clock: &'static Clock) -> &Timers {
        if self.0.get().is_null() {
            let timers = Timers { clock, heap: RefCell::new(Heap::default()), call: Cell::new(None) };
            self.0.set(Box::into_raw(Box::new(timers)));
            self.1.set(Some(Place::close));
        }
        // SAFETY: it is not null, so it came from the box above, which only `close` frees.
        unsafe { &*self.0.get() }
    }

    fn opened(&self) -> Option<&Timers> {
        // SAFETY: as in `open`.
        unsafe { self.0.get().as_ref() }
    }

    /// The executor ends.
    pub(super) fn end(core: &Core) {
        if let Some(close) = core.timers.1.take() {
            close(core);
        }
    }

    fn close(core: &Core) {
        let timers = core.timers.0.replace(ptr::null());
        // SAFETY: from the box in `open`, and nobody refers to it: references live as long as one call here.
        let timers = unsafe { Box::from_raw(timers.cast_mut()) };
        if let Some((call, _)) = timers.call.take() {
            core.unregister(call.handle().index());
            call.cancel();
        }
    }
}

struct Timers {
    clock: &'static Clock,
    heap: RefCell<Heap>,
    /// The call of the clock on its way, and the mark it waits for.
    call: Cell<Option<(Subtask, u64)>>,
}

impl Timers {
    fn add(&self, mark: u64, waker: Waker) -> u32 {
        self.heap.borrow_mut().add(mark, waker)
    }

    fn remove(&self, entry: u32) {
        let waker = self.heap.borrow_mut().remove(entry);
        // What it drops may come here.
        drop(waker);
    }

    /// Whether a sleeper's mark is reached; else `waker` is who sleeps.
    fn look(&self, entry: u32, waker: &Waker) -> Poll<()> {
        let mut heap = self.heap.borrow_mut();
        let sleeper = &mut heap.sleepers[entry as usize];
        if sleeper.place == REACHED {
            heap.free(entry);
            return Poll::Ready(());
        }
        let before = match &sleeper.waker {
            Some(before) if before.will_wake(waker) => None,
            _ => sleeper.waker.replace(waker.clone()),
        };
        drop(heap);
        drop(before);
        Poll::Pending
    }

    /// Has the clock's call wait for the earliest mark.
    fn see_to_clock(&self, core: &Core) {
        loop {
            let Some(earliest) = self.heap.borrow().earliest() else { return };
            match self.call.take() {
                // One that is too early is no harm: it looks again.
                Some((call, mark)) if mark <= earliest => {
                    self.call.set(Some((call, mark)));
                    return;
                }
                Some((call, _)) => {
                    core.unregister(call.handle().index());
                    call.cancel();
                }
                None => {}
            }
            if let Some(call) = (self.clock.begin)(earliest) {
                core.register(call.handle().index(), clock_moved, (&raw const *core).cast_mut().cast());
                self.call.set(Some((call, earliest)));
                return;
            }
            self.wake_reached();
        }
    }

    fn wake_reached(&self) {
        let now = (self.clock.now)();
        loop {
            let Some(waker) = self.heap.borrow_mut().reach(now) else { return };
            if let Some(waker) = waker {
                waker.wake();
            }
        }
    }
}

/// The clock's call has an event.
unsafe extern "C" fn clock_moved(core: *mut c_void, payload: u32) {
    // SAFETY: what was registered in `see_to_clock`: the executor that calls.
    let core = unsafe { &*core.cast::<Core>() };
    let Some(timers) = core.timers.opened() else { return };
    if let Some((call, mark)) = timers.call.take() {
        if SubtaskState::decode(payload).is_resolved() {
            call.resolved();
            timers.wake_reached();
            timers.see_to_clock(core);
        } else {
            core.register(call.handle().index(), clock_moved, (&raw const *core).cast_mut().cast());
            timers.call.set(Some((call, mark)));
        }
    }
}

/// Who sleeps, the earliest mark first; any of them can be taken out.
#[derive(Default)]
struct Heap {
    /// Each no earlier than the one at half its place: marks, and who sleeps.
    order: Vec<(u64, u32)>,
    sleepers: Vec<Sleeper>,
    free: Vec<u32>,
}

struct Sleeper {
    /// Its place in the order.
    place: u32,
    waker: Option<Waker>,
}

/// The place of a sleeper that is not in the order any more.
const REACHED: u32 = u32::MAX;

impl Heap {
    fn earliest(&self) -> Option<u64> {
        self.order.first().map(|&(mark, _)| mark)
    }

    fn add(&mut self, mark: u64, waker: Waker) -> u32 {
        let place = self.order.len() as u32;
        let sleeper = Sleeper { place, waker: Some(waker) };
        let entry = match self.free.pop() {
            Some(entry) => {
                self.sleepers[entry as usize] = sleeper;
                entry
            }
            None => {
                self.sleepers.push(sleeper);
                (self.sleepers.len() - 1) as u32
            }
        };
        self.order.push((mark, entry));
        self.up(place as usize);
        entry
    }

    /// Takes the earliest out of the order, if its mark is reached; its waker, unless it has none. `None`: none is.
    fn reach(&mut self, now: u64) -> Option<Option<Waker>> {
        let &(mark, entry) = self.order.first()?;
        if mark > now {
            return None;
        }
        self.take_out(0);
        let sleeper = &mut self.sleepers[entry as usize];
        sleeper.place = REACHED;
        Some(sleeper.waker.take())
    }

    fn remove(&mut self, entry: u32) -> Option<Waker> {
        let place = self.sleepers[entry as usize].place;
        if place != REACHED {
            self.take_out(place as usize);
        }
        let waker = self.sleepers[entry as usize].waker.take();
        self.free(entry);
        waker
    }

    fn free(&mut self, entry: u32) {
        self.free.push(entry);
    }

    fn take_out(&mut self, place: usize) {
        self.order.swap_remove(place);
        if place < self.order.len() {
            self.settle(place);
            self.down(place);
            self.up(place);
        }
    }

    fn settle(&mut self, place: usize) {
        self.sleepers[self.order[place].1 as usize].place = place as u32;
    }

    fn swap(&mut self, a: usize, b: usize) {
        self.order.swap(a, b);
        self.settle(a);
        self.settle(b);
    }

    fn up(&mut self, mut place: usize) {
        while place > 0 {
            let parent = (place - 1) / 2;
            if self.order[parent].0 <= self.order[place].0 {
                return;
            }
            self.swap(parent, place);
            place = parent;
        }
    }

    fn down(&mut self, mut place: usize) {
        loop {
            let mut child = 2 * place + 1;
            if child + 1 < self.order.len() && self.order[child + 1].0 < self.order[child].0 {
                child += 1;
            }
            if child >= self.order.len() || self.order[place].0 <= self.order[child].0 {
                return;
            }
            self.swap(place, child);
            place = child;
        }
    }
}
