//! The two ends that meet the guest's `stream<u8>`: a producer for stdin, a consumer for stdout and stderr.
//!
//! Here because wasmtime calls them at every read and write of the guest, with the guest's buffer at hand: no byte is copied in between.

use super::descriptor::Descriptor;
use super::{Ending, Sink, Source};
use rustix::event::PollFlags;
use std::io::{self, Read as _};
use std::os::fd::OwnedFd;
use std::pin::Pin;
use std::sync::PoisonError;
use std::task::{Context, Poll, ready};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use wasmtime::component::{
    Destination, Source as GuestSource, StreamConsumer, StreamProducer, StreamResult, VecBuffer,
};
use wasmtime::{Result, StoreContextMut};
use wasmtime_wasi::p3::bindings::cli::types::ErrorCode;

/// What one call offers when no guest but another host stream reads, in bytes.
const HOST_READ: usize = 8192;

/// The writable end of the guest's stdin.
pub(super) struct Producer {
    source: Source,
    waiter: Waiter,
    ending: Option<Ending>,
}

impl Producer {
    pub(super) fn new(source: Source, ending: Ending) -> Self {
        Self { source, waiter: Waiter::default(), ending: Some(ending) }
    }
}

impl<D: 'static> StreamProducer<D> for Producer {
    type Item = u8;
    type Buffer = VecBuffer<u8>;

    fn poll_produce<'a>(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut store: StoreContextMut<'a, D>,
        destination: Destination<'a, u8, VecBuffer<u8>>,
        finish: bool,
    ) -> Poll<Result<StreamResult>> {
        let this = &mut *self;
        // A read of nothing asks whether there is something to read.
        let only_ready = destination.remaining(&mut store) == Some(0);
        let mut destination = destination.as_direct(store, HOST_READ);
        let result = match &this.source {
            Source::Bytes(_) | Source::Endless(_) if only_ready => Ok(1),
            Source::Bytes(bytes) => bytes.lock().unwrap_or_else(PoisonError::into_inner).read(destination.remaining()),
            Source::Endless(bytes) => {
                let room = destination.remaining();
                let mut bytes = bytes.lock().unwrap_or_else(PoisonError::into_inner);
                // Only an endless source of nothing has a next byte that is none.
                room.iter_mut().for_each(|byte| *byte = bytes.next().unwrap_or_default());
                Ok(room.len())
            }
            Source::Descriptor(descriptor) => {
                match this.waiter.poll(cx, descriptor, PollFlags::IN, || match only_ready {
                    true => descriptor.check(PollFlags::IN).map(|()| 1),
                    false => descriptor.read(destination.remaining()),
                }) {
                    Poll::Ready(result) => result,
                    Poll::Pending if finish => return Poll::Ready(Ok(StreamResult::Cancelled)),
                    Poll::Pending => return Poll::Pending,
                }
            }
        };
        Poll::Ready(Ok(match result {
            Ok(_) if only_ready => StreamResult::Completed,
            Ok(0) => StreamResult::Dropped,
            Ok(count) => {
                destination.mark_written(count);
                StreamResult::Completed
            }
            Err(error) => ended(&mut this.ending, &error),
        }))
    }
}

/// The readable end of the guest's stdout or stderr.
pub(super) struct Consumer {
    sink: Sink,
    waiter: Waiter,
    ending: Option<Ending>,
}

impl Consumer {
    pub(super) fn new(sink: Sink, ending: Ending) -> Self {
        Self { sink, waiter: Waiter::default(), ending: Some(ending) }
    }
}

impl<D: 'static> StreamConsumer<D> for Consumer {
    type Item = u8;

    fn poll_consume(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        store: StoreContextMut<'_, D>,
        source: GuestSource<'_, u8>,
        finish: bool,
    ) -> Poll<Result<StreamResult>> {
        let this = &mut *self;
        let mut source = source.as_direct(store);
        let bytes = source.remaining();
        // A write of nothing asks whether there is room.
        let only_ready = bytes.is_empty();
        let result = match &this.sink {
            Sink::Discard => Ok(bytes.len()),
            Sink::Capture(capture) => {
                capture.write(bytes);
                Ok(bytes.len())
            }
            Sink::Descriptor(descriptor) => {
                match this.waiter.poll(cx, descriptor, PollFlags::OUT, || match only_ready {
                    true => descriptor.check(PollFlags::OUT).map(|()| 0),
                    false => descriptor.write(bytes),
                }) {
                    Poll::Ready(result) => result,
                    Poll::Pending if finish => return Poll::Ready(Ok(StreamResult::Cancelled)),
                    Poll::Pending => return Poll::Pending,
                }
            }
        };
        Poll::Ready(Ok(match result {
            Ok(0) if !only_ready => ended(&mut this.ending, &io::ErrorKind::WriteZero.into()),
            Ok(count) => {
                source.mark_read(count);
                StreamResult::Completed
            }
            Err(error) => ended(&mut this.ending, &error),
        }))
    }
}

/// Tells the guest why its stream ends.
fn ended(ending: &mut Option<Ending>, error: &io::Error) -> StreamResult {
    if let Some(ending) = ending.take() {
        let code = match error.kind() {
            io::ErrorKind::BrokenPipe => ErrorCode::Pipe,
            _ => ErrorCode::Io,
        };
        // A guest that dropped the future does not want to know.
        let _ = ending.send(code);
    }
    StreamResult::Dropped
}

/// Waits until a descriptor is ready. Registered with the reactor at the first time it was not, which most streams never see.
#[derive(Default)]
pub(crate) struct Waiter(Option<AsyncFd<OwnedFd>>);

impl Waiter {
    /// Repeats `call` until it gives something else than `WouldBlock`.
    pub(crate) fn poll<T>(
        &mut self,
        cx: &mut Context<'_>,
        descriptor: &Descriptor,
        what: PollFlags,
        mut call: impl FnMut() -> io::Result<T>,
    ) -> Poll<io::Result<T>> {
        loop {
            match call() {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                result => return Poll::Ready(result),
            }
            let interest = if what == PollFlags::IN { Interest::READABLE } else { Interest::WRITABLE };
            let reactor = match &mut self.0 {
                Some(reactor) => reactor,
                none => {
                    let twin = descriptor.twin()?;
                    // SAFETY: `AsyncFd` wants a descriptor that stays open and the same while it lives. An `OwnedFd` that it owns does.
                    #[allow(unsafe_code)]
                    let registered = unsafe { AsyncFd::register_with_interest(twin, interest) };
                    none.insert(registered?)
                }
            };
            let mut guard = if what == PollFlags::IN {
                ready!(reactor.poll_read_ready(cx))?
            } else {
                ready!(reactor.poll_write_ready(cx))?
            };
            // The reactor remembers an earlier readiness: ask poll(2) again, and wait for the next one if it was that.
            if descriptor.check(what).is_err() {
                guard.clear_ready();
            }
        }
    }
}
