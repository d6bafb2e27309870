//! How a stream ended: what the future beside it resolves to.
//!
//! Here because every stream of a file has one, and nearly all of these are dropped unread: a channel costs more than what it carries.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use wasmtime::component::{FutureProducer, StreamResult};
use wasmtime::{Result, StoreContextMut};
use wasmtime_wasi::p3::bindings::filesystem::types::ErrorCode;

type End = Result<(), ErrorCode>;

/// Held by the stream. One that is dropped without an end has ended well.
pub(super) struct Ending(Arc<Mutex<State>>);

/// The future's side.
pub(super) struct Ended(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    end: Option<End>,
    waker: Option<Waker>,
}

/// An end to come.
pub(super) fn ending() -> (Ending, Ended) {
    let state = Arc::<Mutex<State>>::default();
    (Ending(state.clone()), Ended(state))
}

impl Ending {
    /// The stream has ended so. Only the first end counts.
    pub(super) fn end(&self, end: End) {
        let mut state = lock(&self.0);
        state.end.get_or_insert(end);
        if let Some(waker) = state.waker.take() {
            waker.wake();
        }
    }

    /// Ends the stream so.
    pub(super) fn dropped(&self, end: End) -> StreamResult {
        self.end(end);
        StreamResult::Dropped
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        self.end(Ok(()));
    }
}

impl<D> FutureProducer<D> for Ended {
    type Item = End;

    fn poll_produce(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        _: StoreContextMut<'_, D>,
        finish: bool,
    ) -> Poll<Result<Option<End>>> {
        let mut state = lock(&self.0);
        match state.end.clone() {
            None if finish => Poll::Ready(Ok(None)),
            None => {
                state.waker = Some(cx.waker().clone());
                Poll::Pending
            }
            end => Poll::Ready(Ok(end)),
        }
    }
}

/// Nothing panics while it is locked.
fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
