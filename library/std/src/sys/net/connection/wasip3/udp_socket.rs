//! `std::net::UdpSocket`.

use wasi_rt::net as platform;

use super::{Socket, each_addr, nonzero};
use crate::fmt;
use crate::io;
use crate::net::{Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use crate::rc::Rc;
use crate::sys::{FromInner, map_error};
use crate::time::Duration;

pub struct UdpSocket {
    inner: Socket,
}

impl UdpSocket {
    pub fn bind<A: ToSocketAddrs>(addr: A) -> io::Result<UdpSocket> {
        each_addr(addr, |addr| {
            let socket = platform::UdpSocket::bind(addr).map_err(map_error)?;
            Socket::new(socket).map(|inner| UdpSocket { inner })
        })
    }

    fn platform(&self) -> io::Result<Rc<platform::UdpSocket>> {
        self.inner.platform()
    }

    #[inline]
    pub fn socket(&self) -> &Socket {
        &self.inner
    }

    pub fn into_socket(self) -> Socket {
        self.inner
    }

    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.platform()?.peer_addr().map_err(map_error)
    }

    pub fn socket_addr(&self) -> io::Result<SocketAddr> {
        self.platform()?.local_addr().map_err(map_error)
    }

    pub fn recv_from(&self, buf: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        self.platform()?.receive(buf).map_err(map_error)
    }

    pub fn peek_from(&self, buf: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        self.platform()?.peek(buf).map_err(map_error)
    }

    pub fn send_to(&self, buf: &[u8], to: &SocketAddr) -> io::Result<usize> {
        self.platform()?.send_to(buf, to).map_err(map_error)
    }

    pub fn duplicate(&self) -> io::Result<UdpSocket> {
        self.inner.duplicate().map(|inner| UdpSocket { inner })
    }

    pub fn set_read_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        let timeout = timeout.map(nonzero).transpose()?;
        self.platform()?.modes().set_read_timeout(timeout);
        Ok(())
    }

    pub fn set_write_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        let timeout = timeout.map(nonzero).transpose()?;
        self.platform()?.modes().set_write_timeout(timeout);
        Ok(())
    }

    pub fn read_timeout(&self) -> io::Result<Option<Duration>> {
        Ok(self.platform()?.modes().read_timeout())
    }

    pub fn write_timeout(&self) -> io::Result<Option<Duration>> {
        Ok(self.platform()?.modes().write_timeout())
    }

    pub fn set_broadcast(&self, broadcast: bool) -> io::Result<()> {
        match broadcast {
            false => self.platform().map(drop),
            true => Err(io::const_error!(io::ErrorKind::Unsupported, "wasi:sockets 0.3.0 has no SO_BROADCAST",)),
        }
    }

    pub fn broadcast(&self) -> io::Result<bool> {
        self.platform().map(|_| false)
    }

    pub fn set_multicast_loop_v4(&self, _: bool) -> io::Result<()> {
        no_multicast()
    }

    pub fn multicast_loop_v4(&self) -> io::Result<bool> {
        no_multicast()
    }

    pub fn set_multicast_ttl_v4(&self, _: u32) -> io::Result<()> {
        no_multicast()
    }

    pub fn multicast_ttl_v4(&self) -> io::Result<u32> {
        no_multicast()
    }

    pub fn set_multicast_loop_v6(&self, _: bool) -> io::Result<()> {
        no_multicast()
    }

    pub fn multicast_loop_v6(&self) -> io::Result<bool> {
        no_multicast()
    }

    pub fn join_multicast_v4(&self, _: &Ipv4Addr, _: &Ipv4Addr) -> io::Result<()> {
        no_multicast()
    }

    pub fn join_multicast_v6(&self, _: &Ipv6Addr, _: u32) -> io::Result<()> {
        no_multicast()
    }

    pub fn leave_multicast_v4(&self, _: &Ipv4Addr, _: &Ipv4Addr) -> io::Result<()> {
        no_multicast()
    }

    pub fn leave_multicast_v6(&self, _: &Ipv6Addr, _: u32) -> io::Result<()> {
        no_multicast()
    }

    pub fn set_ttl(&self, ttl: u32) -> io::Result<()> {
        self.platform()?.set_ttl(ttl).map_err(map_error)
    }

    pub fn ttl(&self) -> io::Result<u32> {
        self.platform()?.ttl().map_err(map_error)
    }

    pub fn take_error(&self) -> io::Result<Option<io::Error>> {
        Ok(self.platform()?.take_error().map(map_error))
    }

    pub fn set_nonblocking(&self, nonblocking: bool) -> io::Result<()> {
        self.platform()?.modes().set_nonblocking(nonblocking);
        Ok(())
    }

    pub fn recv(&self, buf: &mut [u8]) -> io::Result<usize> {
        self.recv_from(buf).map(|(count, _)| count)
    }

    pub fn peek(&self, buf: &mut [u8]) -> io::Result<usize> {
        self.peek_from(buf).map(|(count, _)| count)
    }

    pub fn send(&self, buf: &[u8]) -> io::Result<usize> {
        self.platform()?.send(buf).map_err(map_error)
    }

    pub fn connect<A: ToSocketAddrs>(&self, addr: A) -> io::Result<()> {
        let socket = self.platform()?;
        each_addr(addr, |addr| socket.connect(addr).map_err(map_error))
    }
}

/// Datagrams may be sent to a group, but not received from one.
fn no_multicast<T>() -> io::Result<T> {
    Err(io::const_error!(
        io::ErrorKind::Unsupported,
        "wasi:sockets 0.3.0 has no multicast groups and no multicast options",
    ))
}

impl fmt::Debug for UdpSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut res = f.debug_struct("UdpSocket");
        if let Ok(addr) = self.socket_addr() {
            res.field("addr", &addr);
        }
        res.field("fd", &self.inner.as_raw()).finish()
    }
}

impl FromInner<Socket> for UdpSocket {
    fn from_inner(inner: Socket) -> UdpSocket {
        UdpSocket { inner }
    }
}
