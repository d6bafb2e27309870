//! `std::net::TcpStream`.

use wasi_rt::net as platform;

use super::{Socket, each_addr, nonzero};
use crate::fmt;
use crate::io::{self, BorrowedCursor, IoSlice, IoSliceMut};
use crate::net::{Shutdown, SocketAddr, ToSocketAddrs};
use crate::rc::Rc;
use crate::sys::{AsInner, FromInner, map_error};
use crate::time::Duration;

pub struct TcpStream {
    inner: Socket,
}

impl TcpStream {
    pub fn connect<A: ToSocketAddrs>(addr: A) -> io::Result<TcpStream> {
        each_addr(addr, |addr| Self::new(platform::TcpStream::connect(addr).map_err(map_error)?))
    }

    pub fn connect_timeout(addr: &SocketAddr, timeout: Duration) -> io::Result<TcpStream> {
        Self::new(platform::TcpStream::connect_timeout(addr, nonzero(timeout)?).map_err(map_error)?)
    }

    pub(super) fn new(stream: platform::TcpStream) -> io::Result<TcpStream> {
        Socket::new(stream).map(|inner| TcpStream { inner })
    }

    fn platform(&self) -> io::Result<Rc<platform::TcpStream>> {
        self.inner.platform()
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
        if how != Shutdown::Write {
            stream.shutdown_read();
        }
        if how == Shutdown::Read { Ok(()) } else { stream.shutdown_write().map_err(map_error) }
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

impl fmt::Debug for TcpStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut res = f.debug_struct("TcpStream");
        if let Ok(addr) = self.socket_addr() {
            res.field("addr", &addr);
        }
        if let Ok(peer) = self.peer_addr() {
            res.field("peer", &peer);
        }
        res.field("fd", &self.inner.as_raw()).finish()
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
