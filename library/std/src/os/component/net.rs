//! Sockets without blocking: what there is beyond reading and writing.

use wasi_rt::descriptor::{self, Entry};
use wasi_rt::net as platform;

use crate::future::{Future, poll_fn};
use crate::io;
use crate::net::{
    IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6, TcpListener, TcpStream, UdpSocket,
};
use crate::os::fd::{AsRawFd, FromRawFd};
use crate::rc::Rc;
use crate::string::String;
use crate::sys::map_error;
use crate::task::{Context, Poll};
use crate::vec::{self, Vec};

/// [`TcpStream`] without blocking; reading and writing are [`AsyncRead`](super::AsyncRead) and [`AsyncWrite`](super::AsyncWrite).
#[stable(feature = "component_async", since = "1.96.0")]
pub trait TcpStreamExt: Sized + Sealed {
    /// As [`TcpStream::connect`]; a name is looked up without blocking, too. Dropped before it is ready, nothing is connected.
    ///
    /// # Errors
    ///
    /// As [`TcpStream::connect`].
    #[stable(feature = "component_async", since = "1.96.0")]
    fn connect_async(to: impl Destination) -> impl Future<Output = io::Result<Self>>;

    /// As [`TcpStream::peek`].
    ///
    /// # Errors
    ///
    /// As [`TcpStream::peek`].
    #[stable(feature = "component_async", since = "1.96.0")]
    fn poll_peek(&self, context: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>>;

    /// As [`TcpStream::peek`].
    ///
    /// # Errors
    ///
    /// As [`TcpStream::peek`].
    #[stable(feature = "component_async", since = "1.96.0")]
    fn peek_async(&self, buffer: &mut [u8]) -> impl Future<Output = io::Result<usize>> {
        poll_fn(|context| self.poll_peek(context, buffer))
    }
}

#[stable(feature = "component_async", since = "1.96.0")]
impl TcpStreamExt for TcpStream {
    async fn connect_async(to: impl Destination) -> io::Result<TcpStream> {
        let mut last = None;
        for address in to.addresses().find().await? {
            match connect(&address).await {
                Ok(stream) => return Ok(stream),
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or(io::Error::NO_ADDRESSES))
    }

    fn poll_peek(&self, context: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        let socket = descriptor::socket::<platform::TcpStream>(self.as_raw_fd()).map_err(map_error)?;
        socket.poll_peek(buffer, context).map_err(map_error)
    }
}

async fn connect(address: &SocketAddr) -> io::Result<TcpStream> {
    let mut connecting = platform::TcpStream::begin_connect(address).map_err(map_error)?;
    let stream = poll_fn(|context| connecting.poll(context)).await.map_err(map_error)?;
    tcp_stream(stream)
}

fn tcp_stream(stream: platform::TcpStream) -> io::Result<TcpStream> {
    let fd = descriptor::insert(Entry::Socket(Rc::new(stream))).map_err(map_error)?;
    // SAFETY: the descriptor is new, and nobody else's.
    Ok(unsafe { TcpStream::from_raw_fd(fd) })
}

/// [`TcpListener`] without blocking.
#[stable(feature = "component_async", since = "1.96.0")]
pub trait TcpListenerExt: Sealed {
    /// As [`TcpListener::accept`]. Pending, it has taken no connection.
    ///
    /// # Errors
    ///
    /// As [`TcpListener::accept`].
    #[stable(feature = "component_async", since = "1.96.0")]
    fn poll_accept(&self, context: &mut Context<'_>) -> Poll<io::Result<(TcpStream, SocketAddr)>>;

    /// As [`TcpListener::accept`]. Dropped before it is ready, it has taken no connection.
    ///
    /// # Errors
    ///
    /// As [`TcpListener::accept`].
    #[stable(feature = "component_async", since = "1.96.0")]
    fn accept_async(&self) -> impl Future<Output = io::Result<(TcpStream, SocketAddr)>> {
        poll_fn(|context| self.poll_accept(context))
    }
}

#[stable(feature = "component_async", since = "1.96.0")]
impl TcpListenerExt for TcpListener {
    fn poll_accept(&self, context: &mut Context<'_>) -> Poll<io::Result<(TcpStream, SocketAddr)>> {
        let socket = descriptor::socket::<platform::TcpListener>(self.as_raw_fd()).map_err(map_error)?;
        socket.poll_accept(context).map(|accepted| {
            let (stream, peer) = accepted.map_err(map_error)?;
            Ok((tcp_stream(stream)?, peer))
        })
    }
}

/// [`UdpSocket`] without blocking.
#[stable(feature = "component_async", since = "1.96.0")]
pub trait UdpSocketExt: Sealed {
    /// As [`UdpSocket::recv_from`]. Pending, it has taken no datagram.
    ///
    /// # Errors
    ///
    /// As [`UdpSocket::recv_from`].
    #[stable(feature = "component_async", since = "1.96.0")]
    fn poll_recv_from(&self, context: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<(usize, SocketAddr)>>;

    /// As [`UdpSocket::peek_from`].
    ///
    /// # Errors
    ///
    /// As [`UdpSocket::peek_from`].
    #[stable(feature = "component_async", since = "1.96.0")]
    fn poll_peek_from(&self, context: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<(usize, SocketAddr)>>;

    /// As [`UdpSocket::recv_from`]. Dropped before it is ready, it has taken no datagram.
    ///
    /// # Errors
    ///
    /// As [`UdpSocket::recv_from`].
    #[stable(feature = "component_async", since = "1.96.0")]
    fn recv_from_async(&self, buffer: &mut [u8]) -> impl Future<Output = io::Result<(usize, SocketAddr)>> {
        poll_fn(|context| self.poll_recv_from(context, buffer))
    }

    /// As [`UdpSocket::recv`]. Dropped before it is ready, it has taken no datagram.
    ///
    /// # Errors
    ///
    /// As [`UdpSocket::recv`].
    #[stable(feature = "component_async", since = "1.96.0")]
    fn recv_async(&self, buffer: &mut [u8]) -> impl Future<Output = io::Result<usize>> {
        poll_fn(|context| self.poll_recv_from(context, buffer).map_ok(|(count, _)| count))
    }

    /// As [`UdpSocket::peek_from`].
    ///
    /// # Errors
    ///
    /// As [`UdpSocket::peek_from`].
    #[stable(feature = "component_async", since = "1.96.0")]
    fn peek_from_async(&self, buffer: &mut [u8]) -> impl Future<Output = io::Result<(usize, SocketAddr)>> {
        poll_fn(|context| self.poll_peek_from(context, buffer))
    }

    /// As [`UdpSocket::send_to`]; a name is looked up without blocking, too. Dropped before it is ready, the datagram is sent or not, as a whole.
    ///
    /// # Errors
    ///
    /// As [`UdpSocket::send_to`].
    #[stable(feature = "component_async", since = "1.96.0")]
    fn send_to_async(&self, data: &[u8], to: impl Destination) -> impl Future<Output = io::Result<usize>>;

    /// As [`UdpSocket::send`]. Dropped before it is ready, the datagram is sent or not, as a whole.
    ///
    /// # Errors
    ///
    /// As [`UdpSocket::send`].
    #[stable(feature = "component_async", since = "1.96.0")]
    fn send_async(&self, data: &[u8]) -> impl Future<Output = io::Result<usize>>;
}

#[stable(feature = "component_async", since = "1.96.0")]
impl UdpSocketExt for UdpSocket {
    fn poll_recv_from(&self, context: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<(usize, SocketAddr)>> {
        udp(self)?.poll_receive(buffer, context).map_err(map_error)
    }

    fn poll_peek_from(&self, context: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<(usize, SocketAddr)>> {
        udp(self)?.poll_peek(buffer, context).map_err(map_error)
    }

    async fn send_to_async(&self, data: &[u8], to: impl Destination) -> io::Result<usize> {
        match to.addresses().find().await?.next() {
            Some(address) => send(self, data, Some(&address)).await,
            None => Err(io::Error::NO_ADDRESSES),
        }
    }

    async fn send_async(&self, data: &[u8]) -> io::Result<usize> {
        send(self, data, None).await
    }
}

fn udp(socket: &UdpSocket) -> io::Result<Rc<platform::UdpSocket>> {
    descriptor::socket(socket.as_raw_fd()).map_err(map_error)
}

async fn send(socket: &UdpSocket, data: &[u8], to: Option<&SocketAddr>) -> io::Result<usize> {
    // Kept until the call has ended, which has borrowed it.
    let socket = udp(socket)?;
    let mut sending = socket.begin_send(data, to).map_err(map_error)?;
    poll_fn(|context| sending.poll(context)).await.map_err(map_error)
}

/// The addresses of `host`, a name or an address, with `port`; without blocking. As
/// [`ToSocketAddrs::to_socket_addrs`](crate::net::ToSocketAddrs::to_socket_addrs) gives them.
///
/// # Errors
///
/// The name is none, or cannot be looked up.
#[stable(feature = "component_async", since = "1.96.0")]
pub async fn lookup_host(host: &str, port: u16) -> io::Result<impl Iterator<Item = SocketAddr>> {
    Host(String::from(host), port).find().await
}

/// Where to connect or send to: an address or a name with a port, as those of [`ToSocketAddrs`](crate::net::ToSocketAddrs).
#[stable(feature = "component_async", since = "1.96.0")]
pub trait Destination: DestinationSealed {}

mod sealed {
    use super::*;

    #[unstable(feature = "component_async_internals", issue = "none")]
    pub trait Sealed {}

    #[unstable(feature = "component_async_internals", issue = "none")]
    impl Sealed for TcpStream {}
    #[unstable(feature = "component_async_internals", issue = "none")]
    impl Sealed for TcpListener {}
    #[unstable(feature = "component_async_internals", issue = "none")]
    impl Sealed for UdpSocket {}

    #[unstable(feature = "component_async_internals", issue = "none")]
    pub trait DestinationSealed {
        /// Taken at once, so that nothing is borrowed while a name is looked up.
        fn addresses(&self) -> Wanted;
    }
}
use sealed::{DestinationSealed, Sealed};

/// What is to be found.
#[unstable(feature = "component_async_internals", issue = "none")]
#[allow(missing_debug_implementations)]
pub enum Wanted {
    Known(Vec<SocketAddr>),
    Name(Host),
    Not(io::Error),
}

/// A name and a port.
#[unstable(feature = "component_async_internals", issue = "none")]
#[allow(missing_debug_implementations)]
pub struct Host(String, u16);

impl Wanted {
    async fn find(self) -> io::Result<vec::IntoIter<SocketAddr>> {
        match self {
            Wanted::Known(addresses) => Ok(addresses.into_iter()),
            Wanted::Name(host) => host.find().await,
            Wanted::Not(error) => Err(error),
        }
    }

    /// `host:port`, as std reads it.
    fn of(text: &str) -> Wanted {
        if let Ok(address) = text.parse() {
            return Wanted::Known(vec![address]);
        }
        let host = text.rsplit_once(':').map(|(host, port)| (host, port.parse()));
        match host {
            Some((host, Ok(port))) => Wanted::Name(Host(String::from(host), port)),
            Some((_, Err(_))) => Wanted::Not(io::const_error!(io::ErrorKind::InvalidInput, "invalid port value")),
            None => Wanted::Not(io::const_error!(io::ErrorKind::InvalidInput, "invalid socket address")),
        }
    }

    fn host(host: &str, port: u16) -> Wanted {
        match host.parse::<IpAddr>() {
            Ok(ip) => Wanted::Known(vec![SocketAddr::new(ip, port)]),
            Err(_) => Wanted::Name(Host(String::from(host), port)),
        }
    }
}

impl Host {
    async fn find(self) -> io::Result<vec::IntoIter<SocketAddr>> {
        let Host(name, port) = self;
        crate::sys::net::check_host(&name)?;
        let mut resolving = platform::begin_resolve(&name);
        let addresses = poll_fn(|context| resolving.poll(context)).await.map_err(crate::sys::net::lookup_error)?;
        let addresses: Vec<_> = addresses.into_iter().map(|address| SocketAddr::new(address, port)).collect();
        Ok(addresses.into_iter())
    }
}

macro_rules! destinations {
    ($($type:ty: $self:ident => $addresses:expr;)*) => {$(
        #[stable(feature = "component_async", since = "1.96.0")]
        impl Destination for $type {}
        #[unstable(feature = "component_async_internals", issue = "none")]
        impl DestinationSealed for $type {
            fn addresses(&self) -> Wanted {
                let $self = self;
                $addresses
            }
        }
    )*};
}

destinations! {
    SocketAddr: it => Wanted::Known(vec![*it]);
    SocketAddrV4: it => Wanted::Known(vec![(*it).into()]);
    SocketAddrV6: it => Wanted::Known(vec![(*it).into()]);
    (IpAddr, u16): it => Wanted::Known(vec![(*it).into()]);
    (Ipv4Addr, u16): it => Wanted::Known(vec![(*it).into()]);
    (Ipv6Addr, u16): it => Wanted::Known(vec![(*it).into()]);
    &str: it => Wanted::of(it);
    String: it => Wanted::of(it);
    &String: it => Wanted::of(it);
    (&str, u16): it => Wanted::host(it.0, it.1);
    (String, u16): it => Wanted::host(&it.0, it.1);
    &[SocketAddr]: it => Wanted::Known(it.to_vec());
    &SocketAddr: it => Wanted::Known(vec![**it]);
}
