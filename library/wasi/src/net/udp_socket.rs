//! Datagram sockets. `wasi:sockets/types`: `udp-socket`.

use core::cell::Cell;
use core::fmt;
use core::mem::MaybeUninit;
use core::net::SocketAddr;

use super::in_flight::InFlight;
use super::modes::{Modes, Patience};
use crate::Error;
use crate::abi::sockets::layout::{Outcome, ReceivedDatagram};
use crate::abi::sockets::{self, Datagram};
use crate::descriptor::Socket;
use crate::time::Mark;
use component_rt::exclusive::Exclusive;

/// A datagram socket.
pub struct UdpSocket {
    // Declared before the socket, and so dropped before it: a call in flight has borrowed the socket's handle, and dropping
    // a handle that is borrowed traps (Canonical ABI: `canon resource.drop`).
    receiving: Exclusive<Receiving>,
    socket: sockets::UdpSocket,
    /// Whether there is a peer, set by [`UdpSocket::connect`].
    connected: Cell<bool>,
    modes: Modes,
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
        })
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

    fn send_datagram(&self, data: &[u8], to: Option<&SocketAddr>) -> Result<usize, Error> {
        if data.len() > sockets::MAX_DATAGRAM {
            return Err(Error::MSGSIZE);
        }
        // As on Linux, the error of an earlier datagram is told to whoever comes first, and this one is not sent.
        if let Some(error) = self.untold(|receiving| !matches!(receiving, Receiving::Nothing)) {
            return Err(error);
        }
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
                // SAFETY: one asynchronous call, whose result has this layout and which has no arguments in memory.
                unsafe { InFlight::begin(|result| socket.begin_receive(result)) }
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
