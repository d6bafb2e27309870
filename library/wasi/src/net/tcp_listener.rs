//! Listeners. `wasi:sockets/types`: `tcp-socket`, in its state `listening`.

use core::fmt;
use core::mem::MaybeUninit;
use core::net::SocketAddr;
use core::task::{Context, Poll, ready};

use super::modes::Modes;
use super::tcp_stream::TcpStream;
use crate::Error;
use crate::abi::sockets::{TcpSocket, connections};
use crate::descriptor::Socket;
use component_rt::exclusive::Exclusive;
use component_rt::stream::ReadAhead;
use component_rt::wakers::Wakers;

/// A socket that connections come in through.
pub struct TcpListener {
    // Declared before the socket, and so dropped before it.
    connections: Exclusive<ReadAhead<connections::Stream>, Wakers>,
    socket: TcpSocket,
    modes: Modes,
}

impl TcpListener {
    /// Binds to `address` and listens. A port of zero is any free one. WASI binds as SO_REUSEADDR does on Unix, and an IPv6
    /// listener takes no IPv4 connections.
    pub fn bind(address: &SocketAddr) -> Result<TcpListener, Error> {
        let socket = TcpSocket::create(address)?;
        socket.bind(address)?;
        TcpListener::listening(socket)
    }

    /// Has a socket listen.
    pub(super) fn listening(socket: TcpSocket) -> Result<TcpListener, Error> {
        let connections = Exclusive::new(ReadAhead::new(socket.listen()?));
        Ok(TcpListener { connections, socket, modes: Modes::default() })
    }

    /// Waits in an executor until accepting would not wait.
    pub fn poll_acceptable(&self, context: &mut Context<'_>) -> Poll<()> {
        let mut connections = ready!(self.connections.poll_take(context));
        if connections.elements().is_empty() {
            ready!(connections.poll_gather(1, context));
        }
        Poll::Ready(())
    }

    /// The next connection, and its peer's address. `AGAIN` when there is none and the listener is nonblocking. A connection
    /// that broke before it was accepted is an error of this call, and the next call goes on to the next.
    pub fn accept(&self) -> Result<(TcpStream, SocketAddr), Error> {
        let mut handle = [MaybeUninit::<u32>::uninit()];
        let copied = {
            let patience = self.modes.for_read();
            let mut connections = self.connections.take_within(patience).ok_or(Error::AGAIN)?;
            connections.settle();
            if let Some(handle) = connections.take_first() {
                return TcpListener::accepted(handle);
            }
            connections.read_within(&mut handle, patience)
        };
        if copied.ok_or(Error::AGAIN)?.count == 0 {
            return Err(LISTENS_NO_MORE);
        }
        // SAFETY: the copy has stored one handle (its count is at least one and at most the length of `handle`).
        TcpListener::accepted(unsafe { handle[0].assume_init() })
    }

    /// As [`TcpListener::accept`], for who waits in an executor, whatever the modes. Left before it is ready, it has taken no connection.
    pub fn poll_accept(&self, context: &mut Context<'_>) -> Poll<Result<(TcpStream, SocketAddr), Error>> {
        let mut connections = ready!(self.connections.poll_take(context));
        if connections.elements().is_empty() && ready!(connections.poll_gather(1, context)).count == 0 {
            return Poll::Ready(Err(LISTENS_NO_MORE));
        }
        Poll::Ready(connections.take_first().map_or(Err(LISTENS_NO_MORE), TcpListener::accepted))
    }

    fn accepted(handle: u32) -> Result<(TcpStream, SocketAddr), Error> {
        let socket = TcpSocket::from_handle(handle);
        let peer = socket.remote_address()?;
        Ok((TcpStream::connected(socket), peer))
    }

    /// Our address.
    pub fn local_addr(&self) -> Result<SocketAddr, Error> {
        self.socket.local_address()
    }

    /// The time to live that accepted connections begin with, in hops.
    pub fn ttl(&self) -> Result<u32, Error> {
        self.socket.hop_limit().map(u32::from)
    }

    /// Sets the time to live, 1 to 255 hops; others are `INVAL`.
    pub fn set_ttl(&self, ttl: u32) -> Result<(), Error> {
        self.socket.set_hop_limit(super::hop_limit(ttl)?)
    }

    /// Whether IPv4 connections are refused: of an IPv6 listener they always are (`tcp-socket.create`). `NOPROTOOPT` of an
    /// IPv4 one.
    pub fn only_v6(&self) -> Result<bool, Error> {
        if self.local_addr()?.is_ipv6() { Ok(true) } else { Err(Error::NOPROTOOPT) }
    }

    /// How long accepting waits.
    pub fn modes(&self) -> &Modes {
        &self.modes
    }
}

/// `tcp-socket.listen`: the stream closes on fatal errors only.
const LISTENS_NO_MORE: Error = Error::INVAL;

impl Drop for TcpListener {
    fn drop(&mut self) {
        // Connections that nobody took are closed.
        if let Some(mut connections) = self.connections.try_take() {
            connections.settle();
            while let Some(handle) = connections.take_first() {
                drop(TcpSocket::from_handle(handle));
            }
        }
    }
}

impl Socket for TcpListener {
    fn read(&self, _: &mut [MaybeUninit<u8>]) -> Result<usize, Error> {
        Err(Error::NOTCONN)
    }

    fn write(&self, _: &[u8]) -> Result<usize, Error> {
        Err(Error::NOTCONN)
    }
}

impl fmt::Debug for TcpListener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TcpListener").field("socket", &self.socket).field("modes", &self.modes).finish_non_exhaustive()
    }
}
