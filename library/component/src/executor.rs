//! An executor: it polls futures in the thread where it was started, and waits for the host when none can go on.
//!
//! [`block_on`] is one, for as long as it runs. It has a waitable set, the tasks that were spawned in it ([`spawn`]), and whoever waits for a
//! waitable there ([`crate::interest`]). While it runs it is published on its thread ([`published`]), so that futures of anybody's bindings register
//! with it. Wakers may be used in any thread: threads take turns, so a queue is plain memory, and an executor that waits for the host is woken
//! by a future of nothing that it reads meanwhile.
//!
//! Tasks that are left when it ends are dropped.

#[cfg(target_family = "wasm")]
mod door;
#[cfg(target_family = "wasm")]
mod export;
mod standing;
mod task;
pub mod timers;

use core::cell::{Cell, RefCell};
use core::ffi::c_void;
use core::future::Future;
use core::pin::{Pin, pin};
use core::task::{Context, Poll, RawWaker, RawWakerVTable, Waker};
use core::{mem, ptr};

use alloc_crate::boxed::Box;
use alloc_crate::vec::Vec;

use crate::block;
use crate::published::{self, Callback};
use crate::unit_future::{self, Reader, Writer};
use crate::waitable::{Handle, Waitable};
use crate::waitable_set::{Delivery, WaitableSet};
#[cfg(target_family = "wasm")]
pub use export::begin_task;
pub use standing::Standing;
pub use task::JoinHandle;
use task::{Header, List, Queue};

/// So many tasks are polled before the host and the other threads have a turn.
const TURNS: u32 = 256;

/// Runs `future` to its end, and the tasks that are spawned meanwhile; blocks while none of them can go on. Tasks that are left then are dropped.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let running = Running::begin();
    let core = &*running.core;
    let waker = core.root_waker();
    let mut context = Context::from_waker(&waker);
    loop {
        if core.root_is_ready.replace(false) {
            core.polled.set(core.polled.get() + 1);
            if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
                return value;
            }
        }
        core.turn();
    }
}

/// Has the executor of this thread run `future` as a task of its own: ours, or that of bindings. `Err`: there is none that can, and the future
/// comes back.
pub fn spawn<F: Future + 'static>(future: F) -> Result<JoinHandle<F::Output>, F>
where
    F::Output: 'static,
{
    // SAFETY: what is published is valid until something else is.
    match unsafe { published::current().as_ref() } {
        Some(task) if is_ours(task) => {
            // SAFETY: the executor whose functions these are is a `Core`, alive while it is published.
            Ok(task::spawn(unsafe { &*task.task.cast::<Core>() }, future))
        }
        _ => match published::spawner() {
            Some(spawn) => {
                let (handle, driver) = task::drive(future);
                spawn(Box::new(driver));
                Ok(handle)
            }
            None => Err(future),
        },
    }
}

/// Lets the other tasks have a turn.
pub async fn yield_now() {
    let mut yielded = false;
    core::future::poll_fn(|context| {
        if mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// An executor. On the heap and counted, because wakers of its root and whoever has registered something may outlive it.
struct Core {
    references: Cell<usize>,
    published: published::Task,
    set: WaitableSet,
    /// The future of `block_on` is to be polled.
    root_is_ready: Cell<bool>,
    ready: Queue,
    tasks: List,
    /// Polled since the host had its last turn.
    polled: Cell<u32>,
    /// It waits for the host.
    waits: Cell<bool>,
    /// By which it is woken then. `None`, until it has waited, and when it was used.
    wakeup: Cell<Option<Wakeup>>,
    /// What is registered, by the index of the waitable.
    watches: RefCell<Vec<Watch>>,
    timers: timers::Place,
    ended: Cell<bool>,
}

/// What is called when a waitable of the set has an event.
#[derive(Clone, Copy)]
struct Watch {
    callback: Option<Callback>,
    data: *mut c_void,
}

const NOBODY: Watch = Watch { callback: None, data: ptr::null_mut() };

/// A future of nothing whose reader is in the set.
struct Wakeup {
    reader: Reader,
    writer: Writer,
    /// It was written.
    used: bool,
}

impl Core {
    fn make() -> CoreRef {
        let core = Box::new(Core {
            references: Cell::new(1),
            published: published::Task {
                version: published::VERSION,
                task: ptr::null_mut(),
                register: FUNCTIONS.register,
                unregister: FUNCTIONS.unregister,
                functions: &FUNCTIONS,
            },
            set: WaitableSet::new(),
            root_is_ready: Cell::new(true),
            ready: Queue::new(),
            tasks: List::new(),
            polled: Cell::new(0),
            waits: Cell::new(false),
            wakeup: Cell::new(None),
            watches: RefCell::new(Vec::new()),
            timers: timers::Place::new(),
            ended: Cell::new(false),
        });
        let core = Box::into_raw(core);
        // SAFETY: just made, and nobody else knows of it.
        unsafe { (*core).published.task = core.cast() };
        CoreRef(core)
    }

    /// Polls tasks, or waits for what makes one ready.
    fn turn(&self) {
        let is_idle = self.poll_tasks();
        if self.polled.get() >= TURNS {
            self.polled.set(0);
            // Everything that is there already: else tasks that are always ready would keep the host's events out.
            block::give_way();
            while let Some(delivery) = self.set.poll_for_delivery() {
                self.deliver(delivery);
            }
        } else if is_idle && !self.root_is_ready.get() {
            self.wait();
        }
    }

    /// Polls the tasks that are ready, until it is somebody else's turn. Whether none is left.
    fn poll_tasks(&self) -> bool {
        while let Some(task) = self.ready.pop() {
            self.polled.set(self.polled.get() + 1);
            // SAFETY: it came out of this executor's queue, and this is its thread.
            unsafe { task::run(task) };
            if self.root_is_ready.get() || self.polled.get() >= TURNS {
                break;
            }
        }
        self.ready.is_empty()
    }

    /// Blocks until an event has come.
    fn wait(&self) {
        let wakeup = self.begin_waiting();
        let delivery = block::wait_for_delivery(&self.set);
        let delivered = delivery.waitable == wakeup;
        self.end_waiting(delivered);
        if !delivered {
            self.deliver(delivery);
        }
    }

    /// From now on it is woken by a future in its set; gives that one's index.
    fn begin_waiting(&self) -> u32 {
        let wakeup = self.wakeup.take().unwrap_or_else(|| {
            let (reader, writer) = unit_future::pair();
            self.set.join(&reader);
            Wakeup { reader, writer, used: false }
        });
        let index = wakeup.reader.handle().index();
        self.wakeup.set(Some(wakeup));
        self.waits.set(true);
        index
    }

    /// It waits no more; `delivered`: because it was woken.
    fn end_waiting(&self, delivered: bool) {
        self.waits.set(false);
        self.polled.set(0);
        if let Some(wakeup) = self.wakeup.take() {
            if wakeup.used {
                WaitableSet::leave(&wakeup.reader);
                wakeup.reader.end(delivered, wakeup.writer, true);
            } else {
                self.wakeup.set(Some(wakeup));
            }
        }
    }

    fn deliver(&self, delivery: Delivery) {
        let watch = match self.watches.borrow_mut().get_mut(delivery.waitable as usize) {
            Some(watch) => mem::replace(watch, NOBODY),
            None => NOBODY,
        };
        if let Some(callback) = watch.callback {
            WaitableSet::leave(&Handle::new(delivery.waitable));
            // SAFETY: who registered it promised that it may be called once, until it is unregistered.
            unsafe { callback(watch.data, delivery.payload) };
        }
    }

    fn register(&self, waitable: u32, callback: Callback, data: *mut c_void) -> *mut c_void {
        let index = waitable as usize;
        let mut watches = self.watches.borrow_mut();
        if index >= watches.len() {
            watches.resize(index + 1, NOBODY);
        }
        let before = mem::replace(&mut watches[index], Watch { callback: Some(callback), data });
        if before.callback.is_none() {
            self.set.join(&Handle::new(waitable));
        }
        before.data
    }

    fn unregister(&self, waitable: u32) -> *mut c_void {
        let watch = match self.watches.borrow_mut().get_mut(waitable as usize) {
            Some(watch) => mem::replace(watch, NOBODY),
            None => NOBODY,
        };
        if watch.callback.is_some() {
            WaitableSet::leave(&Handle::new(waitable));
        }
        watch.data
    }

    /// A task is to be polled. Any thread may say so.
    fn make_ready(&self, task: *const Header) {
        self.ready.push(task);
        self.wake();
    }

    fn make_root_ready(&self) {
        self.root_is_ready.set(true);
        self.wake();
    }

    /// Has it look at its queue, if it waits.
    fn wake(&self) {
        if self.waits.get()
            && let Some(mut wakeup) = self.wakeup.take()
        {
            if !mem::replace(&mut wakeup.used, true) {
                wakeup.writer.complete();
            }
            self.wakeup.set(Some(wakeup));
        }
    }

    fn root_waker(&self) -> Waker {
        self.retain();
        let core: *const Core = self;
        // SAFETY: the functions below are a waker's, and the reference is counted.
        unsafe { Waker::from_raw(RawWaker::new(core.cast(), &ROOT_WAKER)) }
    }

    fn retain(&self) {
        self.references.set(self.references.get() + 1);
    }

    /// Drops the tasks that are left, and takes everybody's waitables out of the set.
    fn end(&self) {
        while let Some(task) = self.tasks.first() {
            // SAFETY: it is in the list, and this is its thread.
            unsafe { task::abandon(task) };
        }
        self.ended.set(true);
        while let Some(task) = self.ready.pop() {
            task::release(task);
        }
        timers::Place::end(self);
        if let Some(wakeup) = self.wakeup.take() {
            WaitableSet::leave(&wakeup.reader);
            wakeup.reader.end(false, wakeup.writer, wakeup.used);
        }
        let watches = self.watches.take();
        for (index, _) in watches.iter().enumerate().filter(|(_, watch)| watch.callback.is_some()) {
            WaitableSet::leave(&Handle::new(index as u32));
        }
    }
}

/// A counted reference to an executor.
struct CoreRef(*const Core);

impl CoreRef {
    /// The executor of ours that is published on this thread.
    fn current() -> Option<CoreRef> {
        // SAFETY: what is published is valid until something else is.
        let task = unsafe { published::current().as_ref() }?;
        if !is_ours(task) {
            return None;
        }
        let core = CoreRef(task.task.cast_const().cast());
        core.retain();
        Some(core)
    }
}

impl core::ops::Deref for CoreRef {
    type Target = Core;

    fn deref(&self) -> &Core {
        // SAFETY: it is counted.
        unsafe { &*self.0 }
    }
}

impl Drop for CoreRef {
    fn drop(&mut self) {
        let left = self.references.get() - 1;
        self.references.set(left);
        if left == 0 {
            // SAFETY: it came from a box, and this was the last reference.
            drop(unsafe { Box::from_raw(self.0.cast_mut()) });
        }
    }
}

/// An executor that runs. Dropping it, also when its future panics, ends it.
struct Running {
    core: CoreRef,
    before: *mut published::Task,
}

impl Running {
    fn begin() -> Running {
        let core = Core::make();
        let before = published::replace((&raw const core.published).cast_mut());
        Running { core, before }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.core.end();
        published::replace(self.before);
    }
}

static ROOT_WAKER: RawWakerVTable = RawWakerVTable::new(
    |core| {
        // SAFETY: a waker is a counted reference.
        unsafe { &*core.cast::<Core>() }.retain();
        RawWaker::new(core, &ROOT_WAKER)
    },
    |core| CoreRef(core.cast()).make_root_ready(),
    |core| {
        // SAFETY: as above.
        unsafe { &*core.cast::<Core>() }.make_root_ready();
    },
    |core| drop(CoreRef(core.cast())),
);

/// As our own futures want it. Only bindings ask for tasks in this way, and what they find is [`FUNCTIONS_FOR_BINDINGS`].
static FUNCTIONS: published::Functions =
    published::Functions { register, unregister, clone: clone_core, drop: drop_core, spawn: None };

/// Apart, so that programs without bindings do not contain it.
#[cfg_attr(not(target_family = "wasm"), allow(dead_code, reason = "what only bindings call"))]
static FUNCTIONS_FOR_BINDINGS: published::Functions =
    published::Functions { register, unregister, clone: clone_core, drop: drop_core, spawn: Some(spawn_boxed) };

/// Whether a published task is an executor of this file.
fn is_ours(task: &published::Task) -> bool {
    ptr::fn_addr_eq(task.register, FUNCTIONS.register)
}

unsafe extern "C" fn register(core: *mut c_void, waitable: u32, callback: Callback, data: *mut c_void) -> *mut c_void {
    // SAFETY: the first argument is what was published with this function, or cloned from it.
    unsafe { &*core.cast::<Core>() }.register(waitable, callback, data)
}

unsafe extern "C" fn unregister(core: *mut c_void, waitable: u32) -> *mut c_void {
    // SAFETY: as in `register`.
    unsafe { &*core.cast::<Core>() }.unregister(waitable)
}

unsafe extern "C" fn clone_core(core: *mut c_void) -> *mut c_void {
    // SAFETY: as in `register`.
    unsafe { &*core.cast::<Core>() }.retain();
    core
}

unsafe extern "C" fn drop_core(core: *mut c_void) {
    drop(CoreRef(core.cast_const().cast()));
}

unsafe fn spawn_boxed(core: *mut c_void, future: Box<dyn Future<Output = ()>>) {
    // SAFETY: as in `register`.
    let core = unsafe { &*core.cast::<Core>() };
    // Nobody would ever poll it.
    if !core.ended.get() {
        let future: Pin<Box<dyn Future<Output = ()>>> = future.into();
        drop(task::spawn(core, future));
    }
}
