//! Executors and tasks.

use component_rt::executor;

use crate::any::Any;
use crate::error::Error;
use crate::fmt;
use crate::future::{Future, poll_fn};
use crate::panic::{AssertUnwindSafe, catch_unwind};
use crate::pin::{Pin, pin};
use crate::sync::{Arc, Mutex, PoisonError};
use crate::task::{Context, Poll, Waker};
use crate::thread;

/// Runs `future` in this thread until it has its value, and the tasks that are spawned meanwhile. Blocks while none of them can go on; other threads
/// run then.
///
/// Tasks that are left when `future` has its value are dropped where they stand. To have them finish, await their handles.
///
/// It may be called in any thread, and in a task: then the tasks of the executor outside wait until it has returned.
///
/// ```
/// let value = std::os::component::block_on(async { 40 + 2 });
/// assert_eq!(value, 42);
/// ```
#[stable(feature = "component_async", since = "1.96.0")]
pub fn block_on<F: Future>(future: F) -> F::Output {
    executor::block_on(future)
}

/// Has the executor of this thread run `future` as a task of its own, beside whoever calls. It begins when its turn comes, without being awaited.
///
/// Dropping the handle detaches the task. A panic of the task ends the task, and its handle says so.
///
/// # Panics
///
/// If no executor runs in this thread.
#[stable(feature = "component_async", since = "1.96.0")]
#[track_caller]
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + 'static,
    F::Output: 'static,
{
    match executor::spawn(Caught(future)) {
        Ok(handle) => JoinHandle(handle),
        Err(_) => panic!(
            "`spawn` was called in a thread where no executor runs that can; call it inside `std::os::component::block_on` or an `async fn main` \
             with `#[std::os::component::main]`; in an async export of bindings, turn on the feature `async-spawn` of wit-bindgen"
        ),
    }
}

/// Calls `f` in a thread of its own, so that it may block, and gives its value as a task does. Threads of a component take turns: while `f` blocks the
/// tasks of this thread run, while it computes they do not.
///
/// Cancelling or dropping the handle does not stop `f`.
///
/// # Panics
///
/// If no executor runs in this thread, or no thread can be made.
#[stable(feature = "component_async", since = "1.96.0")]
#[track_caller]
pub fn spawn_blocking<F, T>(f: F) -> JoinHandle<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    type Place<T> = Mutex<(Option<thread::Result<T>>, Option<Waker>)>;
    let place: Arc<Place<T>> = Arc::new(Mutex::new((None, None)));
    let filled = place.clone();
    thread::spawn(move || {
        let value = catch_unwind(AssertUnwindSafe(f));
        let waker = {
            let mut place = filled.lock().unwrap_or_else(PoisonError::into_inner);
            place.0 = Some(value);
            place.1.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    });
    let value = poll_fn(move |context| {
        let mut place = place.lock().unwrap_or_else(PoisonError::into_inner);
        match place.0.take() {
            Some(value) => Poll::Ready(value),
            None => {
                place.1 = Some(context.waker().clone());
                Poll::Pending
            }
        }
    });
    match executor::spawn(value) {
        Ok(handle) => JoinHandle(handle),
        Err(_) => panic!("`spawn_blocking` was called in a thread where no executor runs"),
    }
}

/// Gives the other tasks of this thread a turn; from time to time the host and the other threads have one as well.
#[stable(feature = "component_async", since = "1.96.0")]
pub async fn yield_now() {
    executor::yield_now().await;
}

/// A task's value, to be awaited. Dropping the handle lets the task run on by itself.
#[stable(feature = "component_async", since = "1.96.0")]
pub struct JoinHandle<T>(executor::JoinHandle<thread::Result<T>>);

impl<T> JoinHandle<T> {
    /// Has the task dropped where it stands, when its turn comes. Nothing happens if it has ended. What it has spawned goes on.
    #[stable(feature = "component_async", since = "1.96.0")]
    pub fn cancel(&self) {
        self.0.cancel();
    }

    /// Whether the task has ended: by itself, by a panic, or cancelled.
    #[stable(feature = "component_async", since = "1.96.0")]
    pub fn is_finished(&self) -> bool {
        self.0.is_finished()
    }
}

#[stable(feature = "component_async", since = "1.96.0")]
impl<T> Future for JoinHandle<T> {
    type Output = Result<T, JoinError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        pin!(&mut self.0).poll(context).map(|ended| match ended {
            Some(value) => value.map_err(|payload| JoinError(Some(payload))),
            None => Err(JoinError(None)),
        })
    }
}

#[stable(feature = "component_async", since = "1.96.0")]
impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinHandle").field("is_finished", &self.is_finished()).finish_non_exhaustive()
    }
}

/// Why a task has no value: it was cancelled, its executor has ended, or it panicked.
#[stable(feature = "component_async", since = "1.96.0")]
pub struct JoinError(Option<Box<dyn Any + Send>>);

impl JoinError {
    /// Whether it was cancelled, or its executor has ended.
    #[stable(feature = "component_async", since = "1.96.0")]
    pub fn is_cancelled(&self) -> bool {
        self.0.is_none()
    }

    /// Whether it panicked.
    #[stable(feature = "component_async", since = "1.96.0")]
    pub fn is_panic(&self) -> bool {
        self.0.is_some()
    }

    /// What it panicked with, for [`resume_unwind`](crate::panic::resume_unwind).
    ///
    /// # Panics
    ///
    /// If it did not panic.
    #[stable(feature = "component_async", since = "1.96.0")]
    pub fn into_panic(self) -> Box<dyn Any + Send> {
        self.0.expect("the task did not panic: it was cancelled")
    }
}

#[stable(feature = "component_async", since = "1.96.0")]
impl fmt::Display for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_panic() { "the task panicked" } else { "the task was cancelled" })
    }
}

#[stable(feature = "component_async", since = "1.96.0")]
impl fmt::Debug for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_panic() { "JoinError(panic)" } else { "JoinError(cancelled)" })
    }
}

#[stable(feature = "component_async", since = "1.96.0")]
impl Error for JoinError {}

/// A future whose panics are its value.
struct Caught<F>(F);

impl<F: Future> Future for Caught<F> {
    type Output = thread::Result<F::Output>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        // SAFETY: the future is not moved out of the pinned value.
        let future = unsafe { self.map_unchecked_mut(|caught| &mut caught.0) };
        // What a panic leaves behind of the future is dropped and not polled again.
        match catch_unwind(AssertUnwindSafe(|| future.poll(context))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(value)) => Poll::Ready(Ok(value)),
            Err(payload) => Poll::Ready(Err(payload)),
        }
    }
}
