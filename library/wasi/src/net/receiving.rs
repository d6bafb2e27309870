//! The half of a TCP stream that bytes come from.

use core::mem::MaybeUninit;
use core::task::{Context, Poll, ready};

use super::modes::Patience;
use super::shutdown::Shutdown;
use component_rt::patience::{Never, Unless};
use component_rt::thread;

use crate::Error;
use crate::abi::sockets::{TcpSocket, receive_result, received_bytes};
use component_rt::event::Copied;
use component_rt::future::FutureReader;
use component_rt::stream::ReadAhead;

/// What there is to read from a connection.
#[derive(Default)]
pub(super) enum Receiving {
    /// `tcp-socket.receive` was not called yet: nobody has read.
    #[default]
    Unopened,
    /// Bytes come, and bytes that were peeked at wait.
    Open(Incoming),
    /// No more bytes will come: the peer has ended its stream, or the connection has failed. A failure
    /// that nobody was told of yet is told once.
    Ended(Option<Error>),
}

pub(super) struct Incoming {
    /// Its elements are bytes that somebody peeked at, or waited for in an executor and did not take.
    bytes: ReadAhead<received_bytes::Stream>,
    result: FutureReader<receive_result::Future>,
}

/// How many bytes may come for who waits in an executor, in one go. They are there as long as the connection is, once somebody has waited.
const AHEAD: usize = 8 * 1024;

impl Receiving {
    /// Reads at least one byte into `buffer`, or none at the end of the stream.
    ///
    /// Bytes that were peeked at come first, and what has come meanwhile with them; it waits for neither. Otherwise the host
    /// stores straight into `buffer`.
    pub(super) fn read(
        &mut self,
        socket: &TcpSocket,
        buffer: &mut [MaybeUninit<u8>],
        patience: Patience,
        shutdown: &Shutdown,
    ) -> Result<usize, Error> {
        if buffer.is_empty() {
            return Ok(0);
        }
        let incoming = match self.open(socket) {
            Ok(incoming) => incoming,
            Err(told) => return told.map_or(Ok(0), Err),
        };
        incoming.bytes.settle();
        if incoming.bytes.elements().is_empty() {
            return match incoming.copy(buffer, patience, shutdown) {
                Some(Copied { count: 0, .. }) => self.end(),
                Some(Copied { count, .. }) => Ok(count),
                None => self.nothing(shutdown),
            };
        }
        let count = incoming.bytes.take(buffer);
        let room = &mut buffer[count..];
        // Whatever this comes to, the bytes from before are read; an end is met again by the next read.
        let more = if room.is_empty() { None } else { incoming.copy(room, Patience::None, shutdown) };
        Ok(count + more.map_or(0, |copied| copied.count))
    }

    /// As [`Receiving::read`], but the bytes stay. Shows as many as are there, up to the length of `buffer`; waits only for
    /// the first.
    pub(super) fn peek(
        &mut self,
        socket: &TcpSocket,
        buffer: &mut [u8],
        patience: Patience,
        shutdown: &Shutdown,
    ) -> Result<usize, Error> {
        if buffer.is_empty() {
            return Ok(0);
        }
        let incoming = match self.open(socket) {
            Ok(incoming) => incoming,
            Err(told) => return told.map_or(Ok(0), Err),
        };
        incoming.bytes.settle();
        if incoming.bytes.elements().is_empty() {
            match incoming.gather(buffer.len(), patience, shutdown) {
                Some(Copied { count: 0, .. }) => return self.end(),
                Some(_) => {}
                None => return self.nothing(shutdown),
            }
        } else if let Some(more) = buffer.len().checked_sub(incoming.bytes.elements().len()).filter(|more| *more > 0) {
            // Whatever this comes to, the bytes from before are there to show; an end is met again by the next read.
            incoming.gather(more, Patience::None, shutdown);
        }
        Ok(incoming.show(buffer))
    }

    /// As [`Receiving::read`], for who waits in an executor.
    pub(super) fn poll_read(
        &mut self,
        socket: &TcpSocket,
        buffer: &mut [MaybeUninit<u8>],
        context: &mut Context<'_>,
        shutdown: &Shutdown,
    ) -> Poll<Result<usize, Error>> {
        if buffer.is_empty() || shutdown.is_closed() {
            return Poll::Ready(self.read(socket, buffer, Patience::None, shutdown));
        }
        let incoming = match self.open(socket) {
            Ok(incoming) => incoming,
            Err(told) => return Poll::Ready(told.map_or(Ok(0), Err)),
        };
        if incoming.bytes.elements().is_empty() {
            match incoming.bytes.try_read(buffer) {
                Some(Copied { count: 0, .. }) => return Poll::Ready(self.end()),
                Some(Copied { count, .. }) => return Poll::Ready(Ok(count)),
                None => {}
            }
            if ready!(incoming.bytes.poll_gather(AHEAD, context)).count == 0 {
                return Poll::Ready(self.end());
            }
        }
        Poll::Ready(Ok(incoming.bytes.take(buffer)))
    }

    /// As [`Receiving::peek`], for who waits in an executor.
    pub(super) fn poll_peek(
        &mut self,
        socket: &TcpSocket,
        buffer: &mut [u8],
        context: &mut Context<'_>,
        shutdown: &Shutdown,
    ) -> Poll<Result<usize, Error>> {
        if buffer.is_empty() || shutdown.is_closed() {
            return Poll::Ready(self.peek(socket, buffer, Patience::None, shutdown));
        }
        let incoming = match self.open(socket) {
            Ok(incoming) => incoming,
            Err(told) => return Poll::Ready(told.map_or(Ok(0), Err)),
        };
        if incoming.bytes.elements().is_empty() && ready!(incoming.bytes.poll_gather(AHEAD, context)).count == 0 {
            return Poll::Ready(self.end());
        }
        Poll::Ready(Ok(incoming.show(buffer)))
    }

    /// Waits in an executor until a read would not wait: for bytes, the end or a failure.
    pub(super) fn poll_ready(
        &mut self,
        socket: &TcpSocket,
        context: &mut Context<'_>,
        shutdown: &Shutdown,
    ) -> Poll<()> {
        if shutdown.is_closed() || matches!(self, Receiving::Ended(_)) {
            return Poll::Ready(());
        }
        if let Ok(incoming) = self.open(socket)
            && incoming.bytes.elements().is_empty()
        {
            ready!(incoming.bytes.poll_gather(AHEAD, context));
        }
        Poll::Ready(())
    }

    /// How many bytes have come, as far as is known without asking.
    pub(super) fn here(&mut self) -> usize {
        match self {
            Receiving::Open(incoming) => {
                incoming.bytes.settle();
                incoming.bytes.elements().len()
            }
            _ => 0,
        }
    }

    /// Nobody reads any more: who waits in an executor is woken to see it.
    pub(super) fn interrupt(&mut self) {
        if let Receiving::Open(incoming) = self {
            incoming.bytes.settle();
        }
    }

    /// The error the connection has come to, if it has and nobody was told of it. Never waits.
    pub(super) fn take_error(&mut self, socket: &TcpSocket, shutdown: &Shutdown) -> Option<Error> {
        match self.open(socket) {
            Err(told) => told,
            Ok(incoming) => {
                // Bytes still come before an error: then there is none to tell of yet.
                incoming.bytes.settle();
                let nothing = incoming.bytes.elements().is_empty();
                let at_end = nothing && incoming.gather(1, Patience::None, shutdown)?.count == 0;
                if at_end { self.end().err() } else { None }
            }
        }
    }

    /// The incoming bytes; or, at the end, the failure that is to be told.
    fn open(&mut self, socket: &TcpSocket) -> Result<&mut Incoming, Option<Error>> {
        if let Receiving::Unopened = self {
            let (stream, result) = socket.receive();
            *self = Receiving::Open(Incoming { bytes: ReadAhead::new(stream), result });
        }
        match self {
            Receiving::Open(incoming) => Ok(incoming),
            Receiving::Ended(failure) => Err(failure.take()),
            Receiving::Unopened => unreachable!("opened just above"),
        }
    }

    /// Nothing came: because reading was shut down, which looks like the end, or because patience has ended.
    #[cold]
    fn nothing(&self, shutdown: &Shutdown) -> Result<usize, Error> {
        if shutdown.is_closed() { Ok(0) } else { Err(Error::AGAIN) }
    }

    /// The stream has ended: asks how, tells it, and keeps nothing of the connection open.
    #[cold]
    fn end(&mut self) -> Result<usize, Error> {
        match core::mem::replace(self, Receiving::Ended(None)) {
            Receiving::Open(Incoming { result, .. }) => match result.read() {
                Some(outcome) => outcome.lift().map(|()| 0),
                None => Ok(0),
            },
            _ => Ok(0),
        }
    }
}

impl Incoming {
    #[inline]
    fn copy(&mut self, buffer: &mut [MaybeUninit<u8>], patience: Patience, shutdown: &Shutdown) -> Option<Copied> {
        match patience {
            // What has come is there to be read, as on Linux, but nobody waits for more.
            _ if shutdown.is_closed() => self.bytes.read_within(buffer, Never),
            Patience::None => self.bytes.read_within(buffer, Never),
            patience if thread::there_are_others() => {
                self.bytes.read_within(buffer, Unless(&shutdown.interruption, patience))
            }
            patience => self.bytes.read_within(buffer, patience),
        }
    }

    /// Takes up to `count` bytes out of the stream to those that were peeked at.
    fn gather(&mut self, count: usize, patience: Patience, shutdown: &Shutdown) -> Option<Copied> {
        match patience {
            _ if shutdown.is_closed() => self.bytes.gather(count, Never),
            Patience::None => self.bytes.gather(count, Never),
            patience if thread::there_are_others() => {
                self.bytes.gather(count, Unless(&shutdown.interruption, patience))
            }
            patience => self.bytes.gather(count, patience),
        }
    }

    /// Shows what has come, as much as there is room for.
    fn show(&self, buffer: &mut [u8]) -> usize {
        let count = buffer.len().min(self.bytes.elements().len());
        buffer[..count].copy_from_slice(&self.bytes.elements()[..count]);
        count
    }
}
