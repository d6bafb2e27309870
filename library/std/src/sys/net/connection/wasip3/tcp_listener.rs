//! `std::net::TcpListener`.

use wasi_rt::net as platform;

use super::{Socket, TcpStream, each_addr};
use crate::fmt;
use crate::io;
use crate::net::{SocketAddr, ToSocketAddrs};
use crate::rc::Rc;
use crate::sys::{FromInner, map_error};

pub struct TcpListener {
    inner: Socket,
}

impl TcpListener {
    pub fn bind<A: ToSocketAddrs>(addr: A) -> io::Result<TcpListener> {
        each_addr(addr, |addr| {
            let listener = platform::TcpListener::bind(addr).map_err(map_error)?;
            Socket::new(listener).map(|inner| TcpListener { inner })
        })
    }

    fn platform(&self) -> io::Result<Rc<platform::TcpListener>> {
        self.inner.platform()
    }

    #[inline]
    pub fn socket(&self) -> &Socket {
        &self.inner
    }

    pub fn into_socket(self) -> Socket {
        self.inner
    }

    pub fn socket_addr(&self) -> io::Result<SocketAddr> {
        self.platform()?.local_addr().map_err(map_error)
    }

    pub fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        let (stream, peer) = self.platform()?.accept().map_err(map_error)?;
        Ok((TcpStream::new(stream)?, peer))
    }

    pub fn duplicate(&self) -> io::Result<TcpListener> {
        self.inner.duplicate().map(|inner| TcpListener { inner })
    }

    pub fn set_ttl(&self, ttl: u32) -> io::Result<()> {
        self.platform()?.set_ttl(ttl).map_err(map_error)
    }

    pub fn ttl(&self) -> io::Result<u32> {
        self.platform()?.ttl().map_err(map_error)
    }

    pub fn set_only_v6(&self, only_v6: bool) -> io::Result<()> {
        match only_v6 {
            true => self.platform().map(drop),
            false => Err(io::const_error!(
                io::ErrorKind::Unsupported,
                "wasi:sockets 0.3.0 has no dual-stack sockets: an IPv6 listener never takes IPv4 connections",
            )),
        }
    }

    pub fn only_v6(&self) -> io::Result<bool> {
        self.platform()?.only_v6().map_err(map_error)
    }

    pub fn take_error(&self) -> io::Result<Option<io::Error>> {
        // A connection that failed before it was accepted is `accept`'s error; a listener keeps none of its own.
        self.platform().map(|_| None)
    }

    pub fn set_nonblocking(&self, nonblocking: bool) -> io::Result<()> {
        self.platform()?.modes().set_nonblocking(nonblocking);
        Ok(())
    }
}

impl fmt::Debug for TcpListener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut res = f.debug_struct("TcpListener");
        if let Ok(addr) = self.socket_addr() {
            res.field("addr", &addr);
        }
        res.field("fd", &self.inner.as_raw()).finish()
    }
}

impl FromInner<Socket> for TcpListener {
    fn from_inner(inner: Socket) -> TcpListener {
        TcpListener { inner }
    }
}
