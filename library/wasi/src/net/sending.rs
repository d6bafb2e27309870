//! The half of a TCP stream that bytes go to.

use core::task::{Context, Poll, ready};

use super::modes::Patience;
use super::shutdown::Shutdown;
use component_rt::patience::{Never, Unless};
use component_rt::thread;

use crate::Error;
use crate::abi::sockets::{TcpSocket, send_result, sent_bytes};
use component_rt::event::Copied;
use component_rt::future::FutureReader;
use component_rt::stream::WriteWhenReady;

/// The way for bytes into a connection.
#[derive(Default)]
pub(super) enum Sending {
    /// `tcp-socket.send` was not called yet: nobody has written.
    #[default]
    Unopened,
    /// Bytes go.
    Open(Outgoing),
    /// We have shut it down.
    ShutDown,
    /// The connection has failed, and whoever wrote was told how.
    Failed,
}

pub(super) struct Outgoing {
    stream: WriteWhenReady<sent_bytes::Stream>,
    result: FutureReader<send_result::Future>,
}

impl Sending {
    /// Writes at least one byte of `bytes`, straight from there: what is counted is in the hands of the host's network stack.
    pub(super) fn write(
        &mut self,
        socket: &TcpSocket,
        bytes: &[u8],
        patience: Patience,
        shutdown: &Shutdown,
    ) -> Result<usize, Error> {
        if shutdown.is_closed() {
            // A connection that has failed has nothing to shut down; the write fails all the same.
            self.shut_down(socket).ok();
        }
        let outgoing = self.open(socket)?;
        if bytes.is_empty() {
            return Ok(0);
        }
        match outgoing.copy(bytes, patience, shutdown) {
            Some(Copied { count: 0, .. }) => Err(self.fail()),
            Some(Copied { count, .. }) => Ok(count),
            None if shutdown.is_closed() => {
                self.shut_down(socket).ok();
                Err(Error::PIPE)
            }
            None => Err(Error::AGAIN),
        }
    }

    /// As [`Sending::write`], for who waits in an executor.
    pub(super) fn poll_write(
        &mut self,
        socket: &TcpSocket,
        bytes: &[u8],
        context: &mut Context<'_>,
        shutdown: &Shutdown,
    ) -> Poll<Result<usize, Error>> {
        if bytes.is_empty() || shutdown.is_closed() {
            return Poll::Ready(self.write(socket, bytes, Patience::None, shutdown));
        }
        let outgoing = match self.open(socket) {
            Ok(outgoing) => outgoing,
            Err(error) => return Poll::Ready(Err(error)),
        };
        let copied = ready!(outgoing.stream.poll_write(bytes, context));
        Poll::Ready(if copied.count == 0 { Err(self.fail()) } else { Ok(copied.count) })
    }

    /// Waits in an executor until a write would not wait: because there is room, or because it fails.
    pub(super) fn poll_ready(
        &mut self,
        socket: &TcpSocket,
        context: &mut Context<'_>,
        shutdown: &Shutdown,
    ) -> Poll<()> {
        match self.open(socket) {
            Ok(outgoing) if !shutdown.is_closed() => outgoing.stream.poll_ready(context),
            _ => Poll::Ready(()),
        }
    }

    /// Who waits in an executor is woken to look again.
    pub(super) fn interrupt(&mut self) {
        if let Sending::Open(outgoing) = self {
            outgoing.stream.settle();
        }
    }

    /// No more is written: SHUT_WR. The peer sees the end of the stream after what was written.
    pub(super) fn shut_down(&mut self, socket: &TcpSocket) -> Result<(), Error> {
        match self {
            Sending::ShutDown => Ok(()),
            Sending::Failed => Err(Error::NOTCONN),
            Sending::Unopened | Sending::Open(_) => {
                // Only the end of the stream given to `send` is a FIN.
                self.open(socket)?;
                *self = Sending::ShutDown;
                Ok(())
            }
        }
    }

    fn open(&mut self, socket: &TcpSocket) -> Result<&mut Outgoing, Error> {
        if let Sending::Unopened = self {
            let (stream, result) = socket.send();
            *self = Sending::Open(Outgoing { stream: WriteWhenReady::new(stream), result });
        }
        match self {
            Sending::Open(outgoing) => Ok(outgoing),
            _ => Err(Error::PIPE),
        }
    }

    /// The host takes no more: asks why, and keeps nothing of the connection open.
    #[cold]
    fn fail(&mut self) -> Error {
        match core::mem::replace(self, Sending::Failed) {
            Sending::Open(Outgoing { result, .. }) => match result.read() {
                Some(outcome) => outcome.lift().err().unwrap_or(Error::PIPE),
                None => Error::PIPE,
            },
            _ => Error::PIPE,
        }
    }
}

impl Outgoing {
    #[inline]
    fn copy(&mut self, bytes: &[u8], patience: Patience, shutdown: &Shutdown) -> Option<Copied> {
        match patience {
            Patience::None => self.stream.write_within(bytes, Never),
            patience if thread::there_are_others() => {
                self.stream.write_within(bytes, Unless(&shutdown.interruption, patience))
            }
            patience => self.stream.write_within(bytes, patience),
        }
    }
}
