//! A TCP socket before it is a connection or a listener, for who makes one in steps: POSIX's `socket`, `bind`, `connect`.
//!
//! std has no such thing, so nothing of it is in a program that goes through std alone. What it becomes takes its place in the table of
//! descriptors ([`crate::descriptor::become_another`]), under all its numbers.

use core::cell::{Cell, RefCell};
use core::mem::MaybeUninit;
use core::net::SocketAddr;
use core::task::{Context, Poll, ready};

use alloc_crate::rc::Rc;

use super::modes::Modes;
use super::tcp_listener::TcpListener;
use super::tcp_stream::TcpStream;
use crate::Error;
use crate::abi::sockets::TcpSocket;
use crate::abi::sockets::layout::{ConnectArguments, Outcome};
use crate::descriptor::{Entry, Socket, become_another};
use component_rt::in_flight::InFlight;
use component_rt::patience::Never;

/// A socket that is neither connected nor listens.
pub struct Unconnected {
    // Declared before the socket, and so dropped before it: a call in flight has borrowed the socket's handle.
    connecting: RefCell<Option<InFlight<Outcome<()>, ConnectArguments>>>,
    /// `None` once it has become something else.
    socket: RefCell<Option<TcpSocket>>,
    is_v6: bool,
    bound: Cell<bool>,
    modes: Modes,
    nodelay: Cell<bool>,
}

impl Unconnected {
    /// A new socket, for addresses of `address`'s family.
    pub fn new(address: &SocketAddr) -> Result<Unconnected, Error> {
        Ok(Unconnected {
            connecting: RefCell::new(None),
            socket: RefCell::new(Some(TcpSocket::create(address)?)),
            is_v6: address.is_ipv6(),
            bound: Cell::new(false),
            modes: Modes::default(),
            nodelay: Cell::new(false),
        })
    }

    /// Whether it is for IPv6.
    pub fn is_v6(&self) -> bool {
        self.is_v6
    }

    /// Whether it is on its way to being connected.
    pub fn is_connecting(&self) -> bool {
        self.connecting.borrow().is_some()
    }

    /// Binds it.
    pub fn bind(&self, address: &SocketAddr) -> Result<(), Error> {
        self.with(|socket| socket.bind(address))?;
        self.bound.set(true);
        Ok(())
    }

    /// Our address. `None`: it is not bound.
    pub fn local_addr(&self) -> Result<Option<SocketAddr>, Error> {
        if self.bound.get() || self.is_connecting() { self.with(TcpSocket::local_address).map(Some) } else { Ok(None) }
    }

    /// The time to live, in hops.
    pub fn ttl(&self) -> Result<u32, Error> {
        self.with(TcpSocket::hop_limit).map(u32::from)
    }

    /// Sets the time to live, 1 to 255 hops; others are `INVAL`.
    pub fn set_ttl(&self, ttl: u32) -> Result<(), Error> {
        let limit = super::hop_limit(ttl)?;
        self.with(|socket| socket.set_hop_limit(limit))
    }

    /// What [`TcpStream::nodelay`] will be.
    pub fn nodelay(&self) -> &Cell<bool> {
        &self.nodelay
    }

    /// What its modes will be.
    pub fn modes(&self) -> &Modes {
        &self.modes
    }

    /// Has it listen.
    pub fn listen(self: &Rc<Self>) -> Result<(), Error> {
        if self.is_connecting() {
            return Err(Error::INVAL);
        }
        let socket = self.socket.take().ok_or(Error::INVAL)?;
        let listener = TcpListener::listening(socket)?;
        listener.modes().copy(&self.modes);
        self.become_socket(listener);
        Ok(())
    }

    /// Connects it. `INPROGRESS` if it does not block and the connection does not stand at once; `ALREADY` if one comes about already.
    pub fn connect(self: &Rc<Self>, address: &SocketAddr) -> Result<(), Error> {
        if self.is_connecting() {
            return Err(Error::ALREADY);
        }
        let address = super::destination(address);
        if !self.modes.is_nonblocking() {
            let socket = self.socket.take().ok_or(Error::ISCONN)?;
            let connected = socket.connect(&address);
            // A socket whose connecting has failed stays one, to be closed, and says no more.
            return connected.map(|()| self.become_stream(TcpStream::connected(socket)));
        }
        let call = self.with(|socket| Ok(socket.begin_connect(&address)))?;
        match call.finish(Never) {
            Ok(outcome) => {
                let socket = self.socket.take().ok_or(Error::ISCONN)?;
                outcome.lift().map(|()| self.become_stream(TcpStream::connected(socket)))
            }
            Err(call) => {
                *self.connecting.borrow_mut() = Some(call);
                Err(Error::INPROGRESS)
            }
        }
    }

    /// Waits in an executor until a connection that comes about stands, or has failed: then this has become a [`TcpStream`]. One that was
    /// never connected is ready at once: to be told so.
    pub fn poll_connected(self: &Rc<Self>, context: &mut Context<'_>) -> Poll<()> {
        if let Some(call) = &mut *self.connecting.borrow_mut() {
            ready!(call.poll(context));
        }
        // It has ended, so nothing waits.
        self.settle();
        Poll::Ready(())
    }

    /// Becomes a [`TcpStream`] if it has connected, or failed to, meanwhile. Waits for that, if its modes say so.
    pub fn settle(self: &Rc<Self>) {
        let Some(call) = self.connecting.take() else { return };
        let outcome = match call.finish(self.modes.for_write()) {
            Ok(outcome) => outcome,
            Err(call) => {
                *self.connecting.borrow_mut() = Some(call);
                return;
            }
        };
        let Some(socket) = self.socket.take() else { return };
        self.become_stream(match outcome.lift() {
            Ok(()) => TcpStream::connected(socket),
            Err(error) => TcpStream::failed(socket, error),
        });
    }

    fn become_stream(self: &Rc<Self>, stream: TcpStream) {
        stream.modes().copy(&self.modes);
        stream.set_nodelay(self.nodelay.get());
        self.become_socket(stream);
    }

    fn become_socket(self: &Rc<Self>, socket: impl Socket) {
        let this: Rc<dyn Socket> = self.clone();
        become_another(&this, &Entry::Socket(Rc::new(socket)));
    }

    fn with<R>(&self, f: impl FnOnce(&TcpSocket) -> Result<R, Error>) -> Result<R, Error> {
        f(self.socket.borrow().as_ref().ok_or(Error::INVAL)?)
    }

    /// What reading and writing come to.
    fn not_yet(&self) -> Error {
        if self.is_connecting() { Error::AGAIN } else { Error::NOTCONN }
    }
}

impl Socket for Unconnected {
    fn read(&self, _: &mut [MaybeUninit<u8>]) -> Result<usize, Error> {
        Err(self.not_yet())
    }

    fn write(&self, _: &[u8]) -> Result<usize, Error> {
        Err(self.not_yet())
    }

    fn become_other(self: Rc<Self>) -> Result<(), Error> {
        self.settle();
        if self.socket.borrow().is_some() { Err(Error::NOTCONN) } else { Ok(()) }
    }
}
