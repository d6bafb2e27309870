//! Sockets, as `std::net` has them: [`TcpStream`], [`TcpListener`], [`UdpSocket`], and [`resolve`].
//!
//! `wasi:sockets` has no modes and no timeouts: everything is asynchronous, and whoever waits decides how long. So blocking,
//! nonblocking and timeouts are made here ([`Modes`]), as are peeks (what was peeked at waits in the guest), and what a clone
//! of a descriptor shares lives here. A call asks the host for no more than it needs: one call when the host is ready.
//!
//! One socket may be used by several threads. An operation that may block owns its direction for as long as it lasts
//! ([`Exclusive`](component_rt::exclusive::Exclusive)), and borrows nothing else across the wait.
//!
//! Left out, because WASI 0.3.0 has no word for it: TCP_NODELAY (kept as a wish, see [`TcpStream::set_nodelay`]), SO_LINGER,
//! SO_BROADCAST, multicast groups and options, dual-stack IPv6 sockets.

mod modes;
mod receiving;
mod sending;
mod shutdown;
mod tcp_listener;
mod tcp_stream;
mod udp_socket;
mod unconnected;

pub use modes::Modes;
pub use tcp_listener::TcpListener;
pub use tcp_stream::{Connecting, TcpStream};
pub use udp_socket::{Sending, UdpSocket};
pub use unconnected::Unconnected;

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use core::task::{Context, Poll, ready};

use alloc_crate::string::String;
use alloc_crate::vec::Vec;

use crate::Error;
use crate::abi::sockets;
use crate::abi::sockets::layout::LookupOutcome;
use component_rt::in_flight::InFlight;

/// The addresses of a host, in the order in which to try them. Blocks. No zero bytes in `name`.
///
/// # Errors
///
/// `ACCES`: the host does not let this component look names up. `INVAL`: not a host name. `NOENT`: no such name, or it has no
/// address. `AGAIN`: the resolver cannot answer now. `NOTRECOVERABLE`, `IO`: it failed for good. `wasi:sockets/ip-name-lookup`.
pub fn resolve(name: &str) -> Result<Vec<IpAddr>, Error> {
    sockets::resolve_addresses(name)
}

/// As [`resolve`], for who waits in an executor.
pub fn begin_resolve(name: &str) -> Resolving {
    Resolving(Some(sockets::begin_resolve_addresses(name)))
}

/// A name that is being looked up. Dropping it gives it up.
pub struct Resolving(Option<InFlight<LookupOutcome, String>>);

impl Resolving {
    /// The addresses. Asked again after it was ready, there are none.
    pub fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<Vec<IpAddr>, Error>> {
        if let Some(call) = &mut self.0 {
            ready!(call.poll(context));
        }
        Poll::Ready(match self.0.take().map(InFlight::returned) {
            Some(Ok(outcome)) => sockets::addresses(outcome),
            _ => Ok(Vec::new()),
        })
    }
}

impl Drop for Resolving {
    fn drop(&mut self) {
        // The result may have come all the same, and owns memory.
        if let Some(outcome) = self.0.take().and_then(InFlight::cancel) {
            drop(sockets::addresses(outcome));
        }
    }
}

/// The address to connect or send to when a program says `address`: for the unspecified address that is the loopback, as on
/// Linux and the BSDs. WASI refuses it.
fn destination(address: &SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
        _ => return *address,
    };
    SocketAddr::new(ip, address.port())
}

/// A time to live as programs give it.
fn hop_limit(ttl: u32) -> Result<u8, Error> {
    u8::try_from(ttl).map_err(|_| Error::INVAL)
}
