//! Datagram sockets. `wasi:sockets/types`: `udp-socket`.

use core::cell::Cell;
use core::fmt;
use core::mem::MaybeUninit;
use core::net::SocketAddr;
use core::task::{Context, Poll, ready};

use alloc_crate::vec::Vec;

use super::modes::{Modes, Patience};
use crate::Error;
use crate::abi::sockets::layout::{Outcome, ReceivedDatagram, SendArguments};
use crate::abi::sockets::{self, Datagram};
use crate::descriptor::Socket;
use crate::time::Mark;
use component_rt::exclusive::Exclusive;
use component_rt::in_flight::InFlight;
use component_rt::wakers::Wakers;

/// A datagram socket.
pub struct UdpSocket {
    // Declared before the socket, and so dropped before it: a call in flight has borrowed the socket's handle, and dropping
    // a handle that is borrowed traps (Canonical ABI: `canon resource.drop`).
    receiving: Exclusive<Receiving, Wakers>,
    socket: sockets::UdpSocket,
    /// Whether there is a peer, set by [`UdpSocket::connect`].
    connected: Cell<bool>,
    modes: Modes,
    is_v6: bool,
}

/// The call, with its arguments and the data they point to.
type Call = InFlight<Outcome<()>, (SendArguments, Vec<u8>)>;

/// A datagram on its way to the host. Dropping it takes it back, if the host has not got it yet.
pub struct Sending {
    call: Option<Call>,
    length: usize,
}

impl Sending {
    /// How many bytes were sent: all. Asked again after it was ready, it says so again.
    pub fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<usize, Error>> {
        if let Some(call) = &mut self.call {
            ready!(call.poll(context));
        }
        if let Some(Ok(outcome)) = self.call.take().map(InFlight::returned) {
            outcome.lift()?;
        }
        Poll::Ready(Ok(self.length))
    }
}

/// What is known of the next datagram.
enum Receiving {
    /// Nothing.
    Nothing,
    /// `udp-socket.receive` is on its way: somebody gave up waiting for it.
    InFlight(InFlight<Outcome<ReceivedDatagram>>),
    /// It is here: somebody has only looked at it.
    Here(Result<Datagram, Error>),
}

impl UdpSocket {
    /// Binds to `address`. A port of zero is any free one.
    pub fn bind(address: &SocketAddr) -> Result<UdpSocket, Error> {
        let socket = sockets::UdpSocket::create(address)?;
        socket.bind(address)?;
        Ok(UdpSocket {
            receiving: Exclusive::new(Receiving::Nothing),
            socket,
            connected: Cell::new(false),
            modes: Modes::default(),
            is_v6: address.is_ipv6(),
        })
    }

    /// A socket that is bound to no address yet, for addresses of `address`'s family.
    pub fn unbound(address: &SocketAddr) -> Result<UdpSocket, Error> {
        Ok(UdpSocket {
            receiving: Exclusive::new(Receiving::Nothing),
            socket: sockets::UdpSocket::create(address)?,
            connected: Cell::new(false),
            modes: Modes::default(),
            is_v6: address.is_ipv6(),
        })
    }

    /// Whether it is for IPv6.
    pub fn is_v6(&self) -> bool {
        self.is_v6
    }

    /// Binds one that is not bound.
    pub fn bind_to(&self, address: &SocketAddr) -> Result<(), Error> {
        self.socket.bind(address)
    }

    /// Waits in an executor until a datagram, or an error, is there to be received.
    pub fn poll_receivable(&self, context: &mut Context<'_>) -> Poll<()> {
        ready!(self.receiving.poll_take(context)).poll(&self.socket, context)
    }

    /// How many bytes the datagram has that would be received now, as far as is known without asking the host.
    pub fn bytes_here(&self) -> usize {
        match self.receiving.try_take().as_deref() {
            Some(Receiving::Here(Ok((data, _)))) => data.len(),
            _ => 0,
        }
    }

    /// Makes `address` the peer: [`UdpSocket::send`] goes there, and only its datagrams are received.
    pub fn connect(&self, address: &SocketAddr) -> Result<(), Error> {
        let result = self.socket.connect(&super::destination(address));
        // After a failure there may be a peer or none (`connect` may have dissolved the association first): ask.
        self.connected.set(result.is_ok() || self.socket.remote_address().is_ok());
        result
    }

    /// Takes the next datagram: as many of its bytes as fit into `buffer` (the rest is lost, as on Unix), and its sender.
    /// `AGAIN` when patience ([`Modes`]) ends before one came.
    pub fn receive(&self, buffer: &mut [u8]) -> Result<(usize, SocketAddr), Error> {
        let patience = self.modes.for_read();
        let mut receiving = self.receiving.take_within(patience).ok_or(Error::AGAIN)?;
        receiving.wait(&self.socket, patience)?;
        let (data, from) = receiving.take_here()?;
        Ok((copy(&data, buffer), from))
    }

    /// As [`UdpSocket::receive`], but the datagram stays to be received.
    pub fn peek(&self, buffer: &mut [u8]) -> Result<(usize, SocketAddr), Error> {
        let patience = self.modes.for_read();
        let mut receiving = self.receiving.take_within(patience).ok_or(Error::AGAIN)?;
        receiving.wait(&self.socket, patience)?;
        if let Receiving::Here(Ok((data, from))) = &*receiving {
            return Ok((copy(data, buffer), *from));
        }
        // An error is told once, by a peek as well.
        let (data, from) = receiving.take_here()?;
        Ok((copy(&data, buffer), from))
    }

    /// As [`UdpSocket::receive`], for who waits in an executor, whatever the modes. Left before it is ready, it has taken nothing.
    pub fn poll_receive(
        &self,
        buffer: &mut [u8],
        context: &mut Context<'_>,
    ) -> Poll<Result<(usize, SocketAddr), Error>> {
        let mut receiving = ready!(self.receiving.poll_take(context));
        ready!(receiving.poll(&self.socket, context));
        Poll::Ready(receiving.take_here().map(|(data, from)| (copy(&data, buffer), from)))
    }

    /// As [`UdpSocket::peek`], for who waits in an executor.
    pub fn poll_peek(&self, buffer: &mut [u8], context: &mut Context<'_>) -> Poll<Result<(usize, SocketAddr), Error>> {
        let mut receiving = ready!(self.receiving.poll_take(context));
        ready!(receiving.poll(&self.socket, context));
        if let Receiving::Here(Ok((data, from))) = &*receiving {
            return Poll::Ready(Ok((copy(data, buffer), *from)));
        }
        Poll::Ready(receiving.take_here().map(|(data, from)| (copy(&data, buffer), from)))
    }

    /// As [`UdpSocket::send_to`], or without an address as [`UdpSocket::send`], for who waits in an executor: begins it. The socket stays until
    /// what this gives has ended.
    pub fn begin_send(&self, data: &[u8], address: Option<&SocketAddr>) -> Result<Sending, Error> {
        if address.is_none() && !self.connected.get() {
            return Err(Error::DESTADDRREQ);
        }
        self.check(data)?;
        let address = address.map(super::destination);
        Ok(Sending { call: Some(self.socket.begin_send(data, address.as_ref())), length: data.len() })
    }

    /// Sends a datagram to the peer. `DESTADDRREQ` when there is none, `MSGSIZE` when it is too long to be sent whole.
    pub fn send(&self, data: &[u8]) -> Result<usize, Error> {
        if !self.connected.get() {
            return Err(Error::DESTADDRREQ);
        }
        self.send_datagram(data, None)
    }

    /// Sends a datagram to `address`.
    pub fn send_to(&self, data: &[u8], address: &SocketAddr) -> Result<usize, Error> {
        self.send_datagram(data, Some(&super::destination(address)))
    }

    /// Whether the datagram may be sent now.
    fn check(&self, data: &[u8]) -> Result<(), Error> {
        if data.len() > sockets::MAX_DATAGRAM {
            return Err(Error::MSGSIZE);
        }
        // As on Linux, the error of an earlier datagram is told to whoever comes first, and this one is not sent.
        self.untold(|receiving| !matches!(receiving, Receiving::Nothing)).map_or(Ok(()), Err)
    }

    fn send_datagram(&self, data: &[u8], to: Option<&SocketAddr>) -> Result<usize, Error> {
        self.check(data)?;
        match self.modes.for_write() {
            Patience::Endless => self.socket.send(data, to)?,
            Patience::Until(deadline) => self.socket.send_until(data, to, deadline).ok_or(Error::AGAIN)??,
            // A deadline that has passed: what the host cannot do at once is cancelled.
            Patience::None => self.socket.send_until(data, to, Mark(0)).ok_or(Error::AGAIN)??,
        }
        Ok(data.len())
    }

    /// Our address.
    pub fn local_addr(&self) -> Result<SocketAddr, Error> {
        self.socket.local_address()
    }

    /// The peer's address; `NOTCONN` when there is none.
    pub fn peer_addr(&self) -> Result<SocketAddr, Error> {
        self.socket.remote_address()
    }

    /// The time to live of what is sent to one receiver, in hops.
    pub fn ttl(&self) -> Result<u32, Error> {
        self.socket.hop_limit().map(u32::from)
    }

    /// Sets the time to live, 1 to 255 hops; others are `INVAL`.
    pub fn set_ttl(&self, ttl: u32) -> Result<(), Error> {
        self.socket.set_hop_limit(super::hop_limit(ttl)?)
    }

    /// The error the socket has come to (somebody refused a datagram of ours), if nobody was told of it yet: then it is told
    /// now. Never waits.
    pub fn take_error(&self) -> Option<Error> {
        self.untold(|_| true)
    }

    /// The error that receiving has come to, if it may be asked in this state and has come to one.
    fn untold(&self, may_ask: fn(&Receiving) -> bool) -> Option<Error> {
        let mut receiving = self.receiving.try_take().filter(|receiving| may_ask(receiving))?;
        receiving.wait(&self.socket, Patience::None).ok()?;
        match &*receiving {
            Receiving::Here(Err(_)) => receiving.take_here().err(),
            _ => None,
        }
    }

    /// How long sending and receiving wait.
    pub fn modes(&self) -> &Modes {
        &self.modes
    }
}

impl Receiving {
    /// Waits until the next datagram, or an error, is here. `AGAIN` when patience ends first: nothing is lost then.
    fn wait(&mut self, socket: &sockets::UdpSocket, patience: Patience) -> Result<(), Error> {
        let call = match core::mem::replace(self, Receiving::Nothing) {
            here @ Receiving::Here(_) => {
                *self = here;
                return Ok(());
            }
            Receiving::InFlight(call) => call,
            Receiving::Nothing => {
                if let Patience::Endless = patience {
                    *self = Receiving::Here(socket.receive());
                    return Ok(());
                }
                socket.begin_receive()
            }
        };
        match call.finish(patience) {
            Ok(outcome) => {
                *self = Receiving::Here(outcome.lift().map(ReceivedDatagram::lift));
                Ok(())
            }
            Err(call) => {
                *self = Receiving::InFlight(call);
                Err(Error::AGAIN)
            }
        }
    }

    /// As [`Receiving::wait`], for who waits in an executor.
    fn poll(&mut self, socket: &sockets::UdpSocket, context: &mut Context<'_>) -> Poll<()> {
        if let Receiving::Nothing = self {
            *self = Receiving::InFlight(socket.begin_receive());
        }
        if let Receiving::InFlight(call) = self {
            ready!(call.poll(context));
            if let Receiving::InFlight(call) = core::mem::replace(self, Receiving::Nothing)
                && let Ok(outcome) = call.returned()
            {
                *self = Receiving::Here(outcome.lift().map(ReceivedDatagram::lift));
            }
        }
        Poll::Ready(())
    }

    /// Takes what is here.
    fn take_here(&mut self) -> Result<Datagram, Error> {
        match core::mem::replace(self, Receiving::Nothing) {
            Receiving::Here(datagram) => datagram,
            _ => Err(Error::AGAIN),
        }
    }
}

/// Copies the beginning of `data`; how much.
fn copy(data: &[u8], buffer: &mut [u8]) -> usize {
    let count = data.len().min(buffer.len());
    buffer[..count].copy_from_slice(&data[..count]);
    count
}

impl Socket for UdpSocket {
    fn read(&self, buffer: &mut [MaybeUninit<u8>]) -> Result<usize, Error> {
        let patience = self.modes.for_read();
        let mut receiving = self.receiving.take_within(patience).ok_or(Error::AGAIN)?;
        receiving.wait(&self.socket, patience)?;
        let (data, _) = receiving.take_here()?;
        let count = data.len().min(buffer.len());
        buffer[..count].write_copy_of_slice(&data[..count]);
        Ok(count)
    }

    fn write(&self, bytes: &[u8]) -> Result<usize, Error> {
        self.send(bytes)
    }
}

impl fmt::Debug for UdpSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UdpSocket").field("socket", &self.socket).field("modes", &self.modes).finish_non_exhaustive()
    }
}
