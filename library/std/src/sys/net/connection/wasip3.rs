//! `std::net` on WASI 0.3: std's types in, std's types out.
//!
//! A socket is a descriptor of `wasi_rt::descriptor`; what it does stands in `wasi_rt::net`, which speaks
//! `core::net`'s addresses, so nothing is converted here. What wasi:sockets 0.3.0 has no word for is `Unsupported`, and
//! its reason stands beside the method that says so.

mod tcp_listener;
mod tcp_stream;
mod udp_socket;

use wasi_rt::descriptor::{self, Entry};
use wasi_rt::{Error, net as platform};

pub use self::tcp_listener::TcpListener;
pub use self::tcp_stream::TcpStream;
pub use self::udp_socket::UdpSocket;
use crate::io;
use crate::net::SocketAddr;
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
    fn new(socket: impl descriptor::Socket) -> io::Result<Socket> {
        FileDesc::new(Entry::Socket(Rc::new(socket))).map(Socket)
    }

    /// The socket of the platform that the descriptor stands for.
    fn platform<S: descriptor::Socket>(&self) -> io::Result<Rc<S>> {
        descriptor::socket(self.as_raw_fd()).map_err(map_error)
    }

    /// The descriptor's number, by the name that std's own tests use on every platform.
    pub fn as_raw(&self) -> RawFd {
        self.as_raw_fd()
    }

    fn duplicate(&self) -> io::Result<Socket> {
        self.0.duplicate().map(Socket)
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
    check_host(host)?;
    let addresses = platform::resolve(host).map_err(lookup_error)?;
    Ok(LookupHost { addresses: addresses.into_iter(), port })
}

/// The platform wants a name that is text without zero bytes; what a resolver may mean by one is nobody's guess.
pub(crate) fn check_host(host: &str) -> io::Result<()> {
    match host.contains('\0') {
        true => Err(io::const_error!(io::ErrorKind::InvalidInput, "host name contained an unexpected NUL byte")),
        false => Ok(()),
    }
}

/// Why a name was not found.
pub(crate) fn lookup_error(error: Error) -> io::Error {
    match error {
        Error::NOENT => io::const_error!(
            io::ErrorKind::Uncategorized,
            "failed to lookup address information: name or service not known",
        ),
        Error::AGAIN => io::const_error!(
            io::ErrorKind::Uncategorized,
            "failed to lookup address information: temporary failure in name resolution",
        ),
        error => map_error(error),
    }
}

/// A timeout as std documents it: zero is refused.
fn nonzero(timeout: Duration) -> io::Result<Duration> {
    match timeout.is_zero() {
        false => Ok(timeout),
        true => Err(io::Error::ZERO_TIMEOUT),
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
