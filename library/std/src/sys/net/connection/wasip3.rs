//! `std::net` on WASI 0.3: std's types in, std's types out.
//!
//! A socket is a descriptor of `component_rt::descriptor`; what it does stands in `component_rt::net`, which speaks
//! `core::net`'s addresses, so nothing is converted here. What wasi:sockets 0.3.0 has no word for is `Unsupported`, and
//! its reason stands beside the method that says so.

use component_rt::descriptor::{self, Entry};
use component_rt::{Error, net as platform};

use crate::fmt;
use crate::io::{self, BorrowedCursor, IoSlice, IoSliceMut};
use crate::net::{Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, ToSocketAddrs};
use crate::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, IntoRawFd, RawFd};
use crate::rc::Rc;
use crate::sys::fd::FileDesc;
use crate::sys::net::connection::each_addr;
use crate::sys::{AsInner, FromInner, IntoInner, map_error};
use crate::time::Duration;

/// A descriptor that is, or is meant to be, a socket: `FromRawFd` takes any, and the first use says what it is.
pub struct Socket(FileDesc);

impl Socket {
    /// Gives a socket of the platform a descriptor.
    fn new(socket: impl descriptor::Socket) -> Result<Socket, Error> {
        let fd = descriptor::insert(Entry::Socket(Rc::new(socket)))?;
        // SAFETY: the table has just made this descriptor, and nobody else knows it.
        Ok(unsafe { Socket::from_raw_fd(fd) })
    }

    fn duplicate(&self) -> io::Result<Socket> {
        self.0.duplicate().map(Socket)
    }
}

pub struct TcpStream {
    inner: Socket,
}

impl TcpStream {
    pub fn connect<A: ToSocketAddrs>(addr: A) -> io::Result<TcpStream> {
        each_addr(addr, |addr| Self::connected(platform::TcpStream::connect(addr)))
    }

    pub fn connect_timeout(addr: &SocketAddr, timeout: Duration) -> io::Result<TcpStream> {
        Self::connected(platform::TcpStream::connect_timeout(addr, nonzero(timeout)?))
    }

    fn connected(stream: Result<platform::TcpStream, Error>) -> io::Result<TcpStream> {
        stream.and_then(|stream| Socket::new(stream)).map(|inner| TcpStream { inner }).map_err(map_error)
    }

    fn platform(&self) -> io::Result<Rc<platform::TcpStream>> {
        descriptor::socket(self.inner.as_raw_fd()).map_err(map_error)
    }

    #[inline]
    pub fn socket(&self) -> &Socket {
        &self.inner
    }

    pub fn into_socket(self) -> Socket {
        self.inner
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

    pub fn peek(&self, buf: &mut [u8]) -> io::Result<usize> {
        self.platform()?.peek(buf).map_err(map_error)
    }

    pub fn read(&self, buf: &mut [u8]) -> io::Result<usize> {
        self.platform()?.read(buf).map_err(map_error)
    }

    pub fn read_buf(&self, mut cursor: BorrowedCursor<'_>) -> io::Result<()> {
        // SAFETY: `read_uninit` only ever writes initialised bytes.
        let unfilled = unsafe { cursor.as_mut() };
        let count = self.platform()?.read_uninit(unfilled).map_err(map_error)?;
        // SAFETY: `read_uninit` initialises as many bytes of its buffer as it returns.
        unsafe { cursor.advance(count) };
        Ok(())
    }

    pub fn read_vectored(&self, bufs: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
        self.platform()?.read_vectored(bufs).map_err(map_error)
    }

    #[inline]
    pub fn is_read_vectored(&self) -> bool {
        true
    }

    pub fn write(&self, buf: &[u8]) -> io::Result<usize> {
        self.platform()?.write(buf).map_err(map_error)
    }

    pub fn write_vectored(&self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
        self.platform()?.write_vectored(bufs).map_err(map_error)
    }

    #[inline]
    pub fn is_write_vectored(&self) -> bool {
        true
    }

    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.platform()?.peer_addr().map_err(map_error)
    }

    pub fn socket_addr(&self) -> io::Result<SocketAddr> {
        self.platform()?.local_addr().map_err(map_error)
    }

    pub fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        let stream = self.platform()?;
        match how {
            Shutdown::Read => stream.shutdown_read(),
            Shutdown::Write => stream.shutdown_write(),
            Shutdown::Both => stream.shutdown_read().and(stream.shutdown_write()),
        }
        .map_err(map_error)
    }

    pub fn duplicate(&self) -> io::Result<TcpStream> {
        self.inner.duplicate().map(|inner| TcpStream { inner })
    }

    pub fn set_linger(&self, linger: Option<Duration>) -> io::Result<()> {
        match linger {
            None => self.platform().map(drop),
            Some(_) => Err(io::const_error!(
                io::ErrorKind::Unsupported,
                "wasi:sockets 0.3.0 has no SO_LINGER: what is written is delivered in the background after close",
            )),
        }
    }

    pub fn linger(&self) -> io::Result<Option<Duration>> {
        self.platform().map(|_| None)
    }

    pub fn set_nodelay(&self, nodelay: bool) -> io::Result<()> {
        self.platform()?.set_nodelay(nodelay);
        Ok(())
    }

    pub fn nodelay(&self) -> io::Result<bool> {
        Ok(self.platform()?.nodelay())
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
}

pub struct TcpListener {
    inner: Socket,
}

impl TcpListener {
    pub fn bind<A: ToSocketAddrs>(addr: A) -> io::Result<TcpListener> {
        each_addr(addr, |addr| {
            let listener = platform::TcpListener::bind(addr).and_then(|listener| Socket::new(listener));
            listener.map(|inner| TcpListener { inner }).map_err(map_error)
        })
    }

    fn platform(&self) -> io::Result<Rc<platform::TcpListener>> {
        descriptor::socket(self.inner.as_raw_fd()).map_err(map_error)
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
        Ok((TcpStream::connected(Ok(stream))?, peer))
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

pub struct UdpSocket {
    inner: Socket,
}

impl UdpSocket {
    pub fn bind<A: ToSocketAddrs>(addr: A) -> io::Result<UdpSocket> {
        each_addr(addr, |addr| {
            let socket = platform::UdpSocket::bind(addr).and_then(|socket| Socket::new(socket));
            socket.map(|inner| UdpSocket { inner }).map_err(map_error)
        })
    }

    fn platform(&self) -> io::Result<Rc<platform::UdpSocket>> {
        descriptor::socket(self.inner.as_raw_fd()).map_err(map_error)
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
            true => Err(io::const_error!(
                io::ErrorKind::Unsupported,
                "wasi:sockets 0.3.0 has no SO_BROADCAST",
            )),
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

pub struct LookupHost {
    addresses: crate::vec::IntoIter<crate::net::IpAddr>,
    port: u16,
}

impl Iterator for LookupHost {
    type Item = SocketAddr;

    fn next(&mut self) -> Option<SocketAddr> {
        self.addresses.next().map(|address| SocketAddr::new(address, self.port))
    }
}

pub fn lookup_host(host: &str, port: u16) -> io::Result<LookupHost> {
    // The platform wants a name that is text without zero bytes; what a resolver may mean by one is nobody's guess.
    if host.contains('\0') {
        return Err(io::const_error!(io::ErrorKind::InvalidInput, "host name contained an unexpected NUL byte"));
    }
    let addresses = platform::resolve(host).map_err(|error| match error {
        Error::NOENT => io::const_error!(
            io::ErrorKind::Uncategorized,
            "failed to lookup address information: name or service not known",
        ),
        Error::AGAIN => io::const_error!(
            io::ErrorKind::Uncategorized,
            "failed to lookup address information: temporary failure in name resolution",
        ),
        error => map_error(error),
    })?;
    Ok(LookupHost { addresses: addresses.into_iter(), port })
}

/// A timeout as std documents it: zero is refused.
fn nonzero(timeout: Duration) -> io::Result<Duration> {
    match timeout.is_zero() {
        false => Ok(timeout),
        true => Err(io::Error::ZERO_TIMEOUT),
    }
}

/// Datagrams may be sent to a group, but not received from one.
fn no_multicast<T>() -> io::Result<T> {
    Err(io::const_error!(
        io::ErrorKind::Unsupported,
        "wasi:sockets 0.3.0 has no multicast groups and no multicast options",
    ))
}

impl fmt::Debug for TcpStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut res = f.debug_struct("TcpStream");
        if let Ok(addr) = self.socket_addr() {
            res.field("addr", &addr);
        }
        if let Ok(peer) = self.peer_addr() {
            res.field("peer", &peer);
        }
        res.field("fd", &self.inner.as_raw_fd()).finish()
    }
}

impl fmt::Debug for TcpListener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut res = f.debug_struct("TcpListener");
        if let Ok(addr) = self.socket_addr() {
            res.field("addr", &addr);
        }
        res.field("fd", &self.inner.as_raw_fd()).finish()
    }
}

impl fmt::Debug for UdpSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut res = f.debug_struct("UdpSocket");
        if let Ok(addr) = self.socket_addr() {
            res.field("addr", &addr);
        }
        res.field("fd", &self.inner.as_raw_fd()).finish()
    }
}

impl AsInner<FileDesc> for Socket {
    #[inline]
    fn as_inner(&self) -> &FileDesc {
        &self.0
    }
}

impl IntoInner<FileDesc> for Socket {
    fn into_inner(self) -> FileDesc {
        self.0
    }
}

impl FromInner<FileDesc> for Socket {
    fn from_inner(descriptor: FileDesc) -> Socket {
        Socket(descriptor)
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

impl AsRawFd for Socket {
    #[inline]
    fn as_raw_fd(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}

impl IntoRawFd for Socket {
    fn into_raw_fd(self) -> RawFd {
        self.0.into_raw_fd()
    }
}

impl FromRawFd for Socket {
    unsafe fn from_raw_fd(fd: RawFd) -> Socket {
        // SAFETY: the caller owns the descriptor and gives it away (this function's own contract).
        unsafe { Socket(FromRawFd::from_raw_fd(fd)) }
    }
}

impl AsInner<Socket> for TcpStream {
    #[inline]
    fn as_inner(&self) -> &Socket {
        &self.inner
    }
}

impl FromInner<Socket> for TcpStream {
    fn from_inner(inner: Socket) -> TcpStream {
        TcpStream { inner }
    }
}

impl FromInner<Socket> for TcpListener {
    fn from_inner(inner: Socket) -> TcpListener {
        TcpListener { inner }
    }
}

impl FromInner<Socket> for UdpSocket {
    fn from_inner(inner: Socket) -> UdpSocket {
        UdpSocket { inner }
    }
}
