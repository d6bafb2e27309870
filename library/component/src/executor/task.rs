//! Tasks: futures that an executor polls by themselves, and the handles by which others wait for their values.
//!
//! A task is one allocation: what the executor knows of it, and the future, whose place its value takes. Counters and lists are plain memory:
//! the threads of an instance take turns, and none has one in the middle of anything here.
//!
//! Whoever wakes a task may be in any thread. What the future is made of is touched by its executor alone: it polls it, and drops it, in the
//! thread where it was spawned.

use core::cell::{Cell, UnsafeCell};
use core::future::Future;
use core::marker::PhantomData;
use core::mem::{self, ManuallyDrop, MaybeUninit};
use core::pin::Pin;
use core::ptr::{self, NonNull};
use core::task::{Context, Poll, RawWaker, RawWakerVTable, Waker};

use alloc_crate::boxed::Box;

use super::Core;

/// What is known of a task whatever its future is.
pub(super) struct Header {
    /// The executor's list, the queue while it is in there, its handle, and its wakers have one each.
    references: Cell<usize>,
    state: Cell<u8>,
    functions: &'static Functions,
    /// Null when it has ended.
    core: Cell<*const Core>,
    next_ready: Cell<*const Header>,
    previous: Cell<*const Header>,
    next: Cell<*const Header>,
    /// Who waits for its end.
    joiner: Cell<Option<Waker>>,
    /// Who polls it, where that is another executor than ours ([`drive`]).
    driver: Cell<Option<Waker>>,
}

/// In the queue of those to be polled.
const READY: u8 = 1;
/// It has ended: the future is gone.
const ENDED: u8 = 2;
/// It is to be dropped instead of polled.
const CANCELLED: u8 = 4;
/// Somebody may still want the value.
const WANTED: u8 = 8;

#[repr(C)]
struct Whole<F: Future> {
    header: Header,
    stage: UnsafeCell<Stage<F>>,
}

enum Stage<F: Future> {
    Running(F),
    Returned(F::Output),
    Nothing,
}

/// What depends on the type of the future. The pointers are those of [`Whole`]s of that type.
struct Functions {
    /// Polls the future. True: its value has taken its place.
    poll: unsafe fn(*const Header, &mut Context<'_>) -> bool,
    /// Drops the future or the value.
    clear: unsafe fn(*const Header),
    /// Moves the value to where the pointer leads, room for an `Option`.
    take: unsafe fn(*const Header, *mut ()),
    free: unsafe fn(*const Header),
}

struct Of<F>(PhantomData<F>);

impl<F: Future> Of<F> {
    const FUNCTIONS: Functions = Functions { poll: Self::poll, clear: Self::clear, take: Self::take, free: Self::free };

    unsafe fn poll(task: *const Header, context: &mut Context<'_>) -> bool {
        // SAFETY: the task is a `Whole<F>`, alive while it is polled; its executor alone touches the stage, and not while it polls.
        let stage = unsafe { &mut *(*task.cast::<Whole<F>>()).stage.get() };
        let Stage::Running(future) = &mut *stage else { return true };
        // SAFETY: the future stays in the allocation until it is dropped in place.
        match unsafe { Pin::new_unchecked(future) }.poll(context) {
            Poll::Pending => false,
            Poll::Ready(value) => {
                *stage = Stage::Returned(value);
                true
            }
        }
    }

    unsafe fn clear(task: *const Header) {
        // SAFETY: as in `poll`; what is dropped is dropped in place.
        unsafe { *(*task.cast::<Whole<F>>()).stage.get() = Stage::Nothing };
    }

    unsafe fn take(task: *const Header, to: *mut ()) {
        // SAFETY: as in `poll`.
        let stage = unsafe { &mut *(*task.cast::<Whole<F>>()).stage.get() };
        let value = match stage {
            // SAFETY of moving: a value is not a future, and not pinned.
            Stage::Returned(_) => match mem::replace(stage, Stage::Nothing) {
                Stage::Returned(value) => Some(value),
                _ => None,
            },
            _ => None,
        };
        // SAFETY: the caller has room there for this type.
        unsafe { to.cast::<Option<F::Output>>().write(value) };
    }

    unsafe fn free(task: *const Header) {
        // SAFETY: nobody refers to it any more, and it came from a box of this type.
        drop(unsafe { Box::from_raw(task.cast::<Whole<F>>().cast_mut()) });
    }
}

/// Makes a task of `future` for the executor of `core`; it will be polled when its turn comes.
pub(super) fn spawn<F: Future>(core: &Core, future: F) -> JoinHandle<F::Output> {
    // The executor's list, the queue, the handle.
    let handle = make(core, 3, future);
    core.tasks.add(handle.task.as_ptr());
    core.make_ready(handle.task.as_ptr());
    handle
}

/// Makes a task of `future` for an executor that is not ours: the future is what it is to poll.
pub(super) fn drive<F: Future>(future: F) -> (JoinHandle<F::Output>, Driver) {
    // The driver, the handle.
    let handle = make(ptr::null(), 2, future);
    let driver = Driver(Held(handle.task.as_ptr()));
    (handle, driver)
}

fn make<F: Future>(core: *const Core, references: usize, future: F) -> JoinHandle<F::Output> {
    let whole = Box::new(Whole {
        header: Header {
            references: Cell::new(references),
            state: Cell::new(READY | WANTED),
            functions: &Of::<F>::FUNCTIONS,
            core: Cell::new(core),
            next_ready: Cell::new(ptr::null()),
            previous: Cell::new(ptr::null()),
            next: Cell::new(ptr::null()),
            joiner: Cell::new(None),
            driver: Cell::new(None),
        },
        stage: UnsafeCell::new(Stage::Running(future)),
    });
    JoinHandle { task: NonNull::from(Box::leak(whole)).cast(), value: PhantomData }
}

/// Polls a task in an executor that is not ours. Dropping it ends the task.
pub(super) struct Driver(Held);

impl Future for Driver {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let header = self.0.header();
        header.driver.set(Some(context.waker().clone()));
        if header.is(READY) {
            header.retain();
            // SAFETY: a reference that counts, as one that came out of a queue; who polls this is the task's executor.
            unsafe { run(self.0.0) };
        }
        if header.is(ENDED) { Poll::Ready(()) } else { Poll::Pending }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let header = self.0.header();
        header.driver.take();
        if !header.is(ENDED) {
            header.set(CANCELLED, true);
            end(header);
        }
    }
}

/// Takes a ready task's turn: polls it, or ends it if it was cancelled.
///
/// # Safety
///
/// The task came out of the queue; this is its executor's thread.
pub(super) unsafe fn run(task: *const Header) {
    let held = Held(task);
    let header = held.header();
    header.set(READY, false);
    if header.is(ENDED) {
        return;
    }
    if !header.is(CANCELLED) {
        // Not counted: it lives in here only.
        // SAFETY: the functions are a waker's, and `held` keeps the task alive.
        let waker = ManuallyDrop::new(unsafe { Waker::from_raw(RawWaker::new(task.cast(), &WAKER)) });
        // SAFETY: the task is alive, and its executor polls it.
        if !unsafe { (header.functions.poll)(task, &mut Context::from_waker(&waker)) } {
            return;
        }
    }
    end(header);
}

/// The task has a value, or will have none.
fn end(header: &Header) {
    let task: *const Header = header;
    header.set(ENDED, true);
    let _listed = header.core().map(|core| {
        core.tasks.remove(task);
        header.core.set(ptr::null());
        // The list's reference.
        Held(task)
    });
    if !header.is(WANTED) || header.is(CANCELLED) {
        // SAFETY: it is alive, and this is its executor's thread.
        unsafe { (header.functions.clear)(task) };
    }
    if let Some(joiner) = header.joiner.take() {
        joiner.wake();
    }
}

/// Ends a task that was not polled to its end, because its executor ends.
///
/// # Safety
///
/// It is in the executor's list; this is its thread.
pub(super) unsafe fn abandon(task: *const Header) {
    // SAFETY: the list keeps it alive until `end`.
    let header = unsafe { &*task };
    header.set(CANCELLED, true);
    end(header);
}

impl Header {
    fn is(&self, flag: u8) -> bool {
        self.state.get() & flag != 0
    }

    fn set(&self, flag: u8, value: bool) {
        let others = self.state.get() & !flag;
        self.state.set(if value { others | flag } else { others });
    }

    fn core(&self) -> Option<&Core> {
        // SAFETY: an executor sets this to null, by `abandon`, before it ends.
        unsafe { self.core.get().as_ref() }
    }

    fn retain(&self) {
        self.references.set(self.references.get() + 1);
    }

    /// Puts it into the queue, with a reference that is the caller's (`give`) or a new one. False: the caller keeps its own.
    fn wake(&self, give: bool) -> bool {
        if self.is(READY | ENDED) {
            return false;
        }
        let Some(core) = self.core() else {
            self.set(READY, true);
            if let Some(driver) = self.driver.take() {
                driver.wake();
            }
            return false;
        };
        if !give {
            self.retain();
        }
        self.set(READY, true);
        core.make_ready(self);
        true
    }
}

/// A reference that is counted. Dropping it may free the task.
struct Held(*const Header);

impl Held {
    fn header(&self) -> &Header {
        // SAFETY: it is counted.
        unsafe { &*self.0 }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let header = self.header();
        let left = header.references.get() - 1;
        header.references.set(left);
        if left == 0 {
            let free = header.functions.free;
            // SAFETY: this was the last one. The future is gone: a task is in its executor's list, which counts, until it is.
            unsafe { free(self.0) };
        }
    }
}

static WAKER: RawWakerVTable = RawWakerVTable::new(
    |task| {
        // SAFETY: a waker counts, or lives within `run`.
        unsafe { &*task.cast::<Header>() }.retain();
        RawWaker::new(task, &WAKER)
    },
    |task| {
        // SAFETY: as above.
        if !unsafe { &*task.cast::<Header>() }.wake(true) {
            drop(Held(task.cast()));
        }
    },
    |task| {
        // SAFETY: as above.
        unsafe { &*task.cast::<Header>() }.wake(false);
    },
    |task| drop(Held(task.cast())),
);

/// A task's value, to be waited for. Dropping it lets the task run on by itself.
pub struct JoinHandle<T> {
    task: NonNull<Header>,
    value: PhantomData<T>,
}

// SAFETY: the value is taken, or dropped, by whoever has the handle; the rest of a task is plain memory of threads that take turns, and its
// future is touched by its executor alone.
unsafe impl<T: Send> Send for JoinHandle<T> {}
// SAFETY: as above; a shared reference gives no access to the value.
unsafe impl<T: Send> Sync for JoinHandle<T> {}

// The value is in the task.
impl<T> Unpin for JoinHandle<T> {}

impl<T> JoinHandle<T> {
    fn header(&self) -> &Header {
        // SAFETY: a handle counts.
        unsafe { self.task.as_ref() }
    }

    /// Has the task's future dropped where it stands, when its turn comes. Nothing, if it has ended.
    pub fn cancel(&self) {
        let header = self.header();
        if !header.is(ENDED) {
            header.set(CANCELLED, true);
            header.wake(false);
        }
    }

    /// Whether it has ended, by itself or cancelled.
    pub fn is_finished(&self) -> bool {
        self.header().is(ENDED)
    }
}

impl<T> Future for JoinHandle<T> {
    /// `None`: it was cancelled, or its executor has ended.
    type Output = Option<T>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        let header = self.header();
        if !header.is(ENDED) {
            let joiner = header.joiner.take();
            header.joiner.set(match joiner {
                Some(joiner) if joiner.will_wake(context.waker()) => Some(joiner),
                _ => Some(context.waker().clone()),
            });
            return Poll::Pending;
        }
        let mut value = MaybeUninit::<Option<T>>::uninit();
        // SAFETY: the task is alive and has ended, and `T` is its value's type: `spawn` made both.
        unsafe { (header.functions.take)(self.task.as_ptr(), value.as_mut_ptr().cast()) };
        // SAFETY: `take` has written it.
        Poll::Ready(unsafe { value.assume_init() })
    }
}

impl<T> Drop for JoinHandle<T> {
    fn drop(&mut self) {
        let held = Held(self.task.as_ptr());
        let header = held.header();
        header.set(WANTED, false);
        header.joiner.take();
        if header.is(ENDED) {
            // SAFETY: it is alive; the future is gone, and the value is ours.
            unsafe { (header.functions.clear)(held.0) };
        }
    }
}

/// Tasks that are to be polled, in the order in which they were woken. Each comes with a reference.
pub(super) struct Queue {
    first: Cell<*const Header>,
    last: Cell<*const Header>,
}

impl Queue {
    pub(super) const fn new() -> Queue {
        Queue { first: Cell::new(ptr::null()), last: Cell::new(ptr::null()) }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.first.get().is_null()
    }

    pub(super) fn push(&self, task: *const Header) {
        // SAFETY: what is in the queue counts as a reference, and the caller brings one.
        unsafe {
            (*task).next_ready.set(ptr::null());
            match self.last.get().as_ref() {
                Some(last) => last.next_ready.set(task),
                None => self.first.set(task),
            }
        }
        self.last.set(task);
    }

    pub(super) fn pop(&self) -> Option<*const Header> {
        // SAFETY: as in `push`.
        let first = unsafe { self.first.get().as_ref() }?;
        self.first.set(first.next_ready.get());
        if self.is_empty() {
            self.last.set(ptr::null());
        }
        Some(first)
    }
}

/// Drops a reference that came out of a queue.
pub(super) fn release(task: *const Header) {
    drop(Held(task));
}

/// The tasks of an executor that have not ended, the youngest in front.
pub(super) struct List(Cell<*const Header>);

impl List {
    pub(super) const fn new() -> List {
        List(Cell::new(ptr::null()))
    }

    pub(super) fn first(&self) -> Option<*const Header> {
        Some(self.0.get()).filter(|first| !first.is_null())
    }

    fn add(&self, task: *const Header) {
        // SAFETY: what is in the list counts as a reference, and the caller brings one.
        unsafe {
            (*task).next.set(self.0.get());
            if let Some(next) = self.0.get().as_ref() {
                next.previous.set(task);
            }
        }
        self.0.set(task);
    }

    fn remove(&self, task: *const Header) {
        // SAFETY: it is in the list, and so are its neighbours.
        unsafe {
            let (previous, next) = ((*task).previous.get(), (*task).next.get());
            match previous.as_ref() {
                Some(previous) => previous.next.set(next),
                None => self.0.set(next),
            }
            if let Some(next) = next.as_ref() {
                next.previous.set(previous);
            }
        }
    }
}
