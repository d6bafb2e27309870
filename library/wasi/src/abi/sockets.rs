//! `wasi:sockets@0.3.0`: the imports, and over them calls that cannot be made wrongly.
//!
//! Here are handles that close what they name, addresses in, addresses out, errors as [`Error`]. What a socket *does* (buffers,
//! timeouts, modes) is [`crate::net`]. Left out: keep-alive, the backlog and the buffer sizes, for which std has no word.

use core::mem::MaybeUninit;
use core::net::SocketAddr;

use alloc_crate::string::String;
use alloc_crate::vec::Vec;
use core::net::IpAddr;

use super::clocks::Mark;
use crate::Error;
use component_rt::abi::memory::StreamAndFuture;
use component_rt::call;
use component_rt::future::FutureReader;
use component_rt::in_flight::InFlight;
use component_rt::stream::{self, ReadableEnd, WritableEnd};
use component_rt::waitable::Handle;

pub mod layout;

use layout::{Family, IpAddress, LookupOutcome, Outcome, ReceivedDatagram, SendArguments, SocketAddress};

/// The most bytes a datagram may have: implementations may trap on longer ones (`udp-socket.send`).
pub const MAX_DATAGRAM: usize = 65_535;

component_rt::imports! {
    /// `types`: the resource `tcp-socket`.
    ///
    /// `unsafe` here means: the last argument has room for the result, or the arguments in memory are valid.
    pub(crate) mod tcp = "wasi:sockets/types@0.3.0", fake crate::abi::fake::sockets::tcp {
        unsafe fn create(family: u32, result: *mut Outcome<u32>) = "[static]tcp-socket.create";
        unsafe fn bind(socket: u32, case: u32, a: u32, b: u32, c: u32, d: u32, e: u32, f: u32, g: u32, h: u32, i: u32,
            j: u32, k: u32, result: *mut Outcome<()>) = "[method]tcp-socket.bind";
        /// `connect`, synchronous lowering: the host blocks this thread.
        unsafe fn connect(socket: u32, case: u32, a: u32, b: u32, c: u32, d: u32, e: u32, f: u32, g: u32, h: u32, i: u32,
            j: u32, k: u32, result: *mut Outcome<()>) = "[method]tcp-socket.connect";
        /// `connect`, asynchronous lowering.
        unsafe fn connect_async(arguments: *const layout::ConnectArguments, result: *mut Outcome<()>) -> u32
            = "[async-lower][method]tcp-socket.connect";
        unsafe fn listen(socket: u32, result: *mut Outcome<u32>) = "[method]tcp-socket.listen";
        safe fn send(socket: u32, stream: u32) -> u32 = "[method]tcp-socket.send";
        unsafe fn receive(socket: u32, result: *mut StreamAndFuture) = "[method]tcp-socket.receive";
        unsafe fn local_address(socket: u32, result: *mut Outcome<SocketAddress>) = "[method]tcp-socket.get-local-address";
        unsafe fn remote_address(socket: u32, result: *mut Outcome<SocketAddress>) = "[method]tcp-socket.get-remote-address";
        unsafe fn hop_limit(socket: u32, result: *mut Outcome<u8>) = "[method]tcp-socket.get-hop-limit";
        unsafe fn set_hop_limit(socket: u32, value: u32, result: *mut Outcome<()>) = "[method]tcp-socket.set-hop-limit";
        safe fn drop(socket: u32) = "[resource-drop]tcp-socket";
    }
}

component_rt::imports! {
    /// `types`: the resource `udp-socket`. `unsafe` means what it means for TCP.
    pub(crate) mod udp = "wasi:sockets/types@0.3.0", fake crate::abi::fake::sockets::udp {
        unsafe fn create(family: u32, result: *mut Outcome<u32>) = "[static]udp-socket.create";
        unsafe fn bind(socket: u32, case: u32, a: u32, b: u32, c: u32, d: u32, e: u32, f: u32, g: u32, h: u32, i: u32,
            j: u32, k: u32, result: *mut Outcome<()>) = "[method]udp-socket.bind";
        unsafe fn connect(socket: u32, case: u32, a: u32, b: u32, c: u32, d: u32, e: u32, f: u32, g: u32, h: u32, i: u32,
            j: u32, k: u32, result: *mut Outcome<()>) = "[method]udp-socket.connect";
        /// `send`, synchronous lowering: the host blocks this thread.
        unsafe fn send(socket: u32, data: *const u8, length: usize, is_some: u32, case: u32, a: u32, b: u32, c: u32, d: u32,
            e: u32, f: u32, g: u32, h: u32, i: u32, j: u32, k: u32, result: *mut Outcome<()>) = "[method]udp-socket.send";
        /// `send`, asynchronous lowering.
        unsafe fn send_async(arguments: *const SendArguments, result: *mut Outcome<()>) -> u32
            = "[async-lower][method]udp-socket.send";
        /// `receive`, synchronous lowering: the host blocks this thread.
        unsafe fn receive(socket: u32, result: *mut Outcome<ReceivedDatagram>) = "[method]udp-socket.receive";
        /// `receive`, asynchronous lowering.
        unsafe fn receive_async(socket: u32, result: *mut Outcome<ReceivedDatagram>) -> u32
            = "[async-lower][method]udp-socket.receive";
        unsafe fn local_address(socket: u32, result: *mut Outcome<SocketAddress>) = "[method]udp-socket.get-local-address";
        unsafe fn remote_address(socket: u32, result: *mut Outcome<SocketAddress>) = "[method]udp-socket.get-remote-address";
        unsafe fn hop_limit(socket: u32, result: *mut Outcome<u8>) = "[method]udp-socket.get-unicast-hop-limit";
        unsafe fn set_hop_limit(socket: u32, value: u32, result: *mut Outcome<()>)
            = "[method]udp-socket.set-unicast-hop-limit";
        safe fn drop(socket: u32) = "[resource-drop]udp-socket";
    }
}

component_rt::imports! {
    /// `ip-name-lookup`.
    pub(crate) mod ip_name_lookup = "wasi:sockets/ip-name-lookup@0.3.0", fake crate::abi::fake::sockets::lookup {
        /// `resolve-addresses`, synchronous lowering: the host blocks this thread.
        unsafe fn resolve_addresses(name: *const u8, length: usize, result: *mut LookupOutcome) = "resolve-addresses";
        /// `resolve-addresses`, asynchronous lowering.
        unsafe fn resolve_addresses_async(name: *const u8, length: usize, result: *mut LookupOutcome) -> u32
            = "[async-lower]resolve-addresses";
    }
}

component_rt::stream_builtins! {
    /// The bytes given to `tcp-socket.send`.
    pub mod sent_bytes: u8 = "wasi:sockets/types@0.3.0", 0, "[method]tcp-socket.send";
    /// The bytes that `tcp-socket.receive` gives.
    pub mod received_bytes: u8 = "wasi:sockets/types@0.3.0", 0, "[method]tcp-socket.receive";
    /// The connections that `tcp-socket.listen` gives: owned handles of `tcp-socket`.
    pub mod connections: u32 = "wasi:sockets/types@0.3.0", 0, "[method]tcp-socket.listen";
}

component_rt::future_builtins! {
    /// How `tcp-socket.send` ended.
    pub mod send_result: Outcome<()> = "wasi:sockets/types@0.3.0", 1, "[method]tcp-socket.send";
    /// How `tcp-socket.receive` ended.
    pub mod receive_result: Outcome<()> = "wasi:sockets/types@0.3.0", 1, "[method]tcp-socket.receive";
}

/// An owned `tcp-socket`.
#[derive(Debug)]
pub struct TcpSocket(Handle);

impl TcpSocket {
    /// `tcp-socket.create`, for addresses of `address`'s family.
    pub fn create(address: &SocketAddr) -> Result<TcpSocket, Error> {
        // SAFETY: the import stores its result where it is told.
        let handle = unsafe { layout::returned(|result| tcp::create(Family::of(address) as u32, result))? };
        Ok(TcpSocket::from_handle(handle))
    }

    /// Takes a socket that the host has given to us, by its index.
    pub fn from_handle(index: u32) -> TcpSocket {
        TcpSocket(Handle::new(index))
    }

    /// `bind`.
    pub fn bind(&self, address: &SocketAddr) -> Result<(), Error> {
        let [case, a, b, c, d, e, f, g, h, i, j, k] = layout::flat(address);
        // SAFETY: the import stores its result where it is told.
        unsafe { layout::returned(|r| tcp::bind(self.0.index(), case, a, b, c, d, e, f, g, h, i, j, k, r)) }
    }

    /// `connect`; blocks until the connection stands or has failed.
    pub fn connect(&self, address: &SocketAddr) -> Result<(), Error> {
        let [case, a, b, c, d, e, f, g, h, i, j, k] = layout::flat(address);
        // SAFETY: the import stores its result where it is told.
        unsafe { layout::returned(|r| tcp::connect(self.0.index(), case, a, b, c, d, e, f, g, h, i, j, k, r)) }
    }

    /// `connect`; `None` when the monotonic clock reached `deadline` first. The socket is then of no more use.
    pub fn connect_until(&self, address: &SocketAddr, deadline: Mark) -> Option<Result<(), Error>> {
        let arguments = layout::ConnectArguments { socket: self.0.index(), address: SocketAddress::lower(address) };
        // SAFETY: one call, its return area of its result's layout; `arguments` outlives the call.
        let outcome = unsafe { call::until::<Outcome<()>>(deadline, |result| tcp::connect_async(&arguments, result)) };
        outcome.map(Outcome::lift)
    }

    /// `connect`, begun. The socket stays until the call has ended.
    pub fn begin_connect(&self, address: &SocketAddr) -> InFlight<Outcome<()>, layout::ConnectArguments> {
        let arguments = layout::ConnectArguments { socket: self.0.index(), address: SocketAddress::lower(address) };
        // SAFETY: one asynchronous call, whose result has this layout, and which points to its arguments only.
        unsafe { InFlight::begin(arguments, |arguments, result| tcp::connect_async(arguments, result)) }
    }

    /// `listen`.
    pub fn listen(&self) -> Result<ReadableEnd<connections::Stream>, Error> {
        // SAFETY: the import stores its result where it is told.
        let stream = unsafe { layout::returned(|result| tcp::listen(self.0.index(), result))? };
        Ok(ReadableEnd::from_handle(stream))
    }

    /// `send`: the end to write to, and how sending ended. Once per socket.
    pub fn send(&self) -> (WritableEnd<sent_bytes::Stream>, FutureReader<send_result::Future>) {
        let (readable, writable) = stream::new();
        (writable, FutureReader::from_handle(tcp::send(self.0.index(), readable.into_handle())))
    }

    /// `receive`: the end to read from, and how receiving ended. Once per socket.
    pub fn receive(&self) -> (ReadableEnd<received_bytes::Stream>, FutureReader<receive_result::Future>) {
        let mut area = MaybeUninit::<StreamAndFuture>::uninit();
        // SAFETY: the import stores both handles where it is told, before it returns.
        let both = unsafe {
            tcp::receive(self.0.index(), area.as_mut_ptr());
            area.assume_init()
        };
        (ReadableEnd::from_handle(both.stream), FutureReader::from_handle(both.future))
    }

    /// `get-local-address`.
    pub fn local_address(&self) -> Result<SocketAddr, Error> {
        // SAFETY: the import stores its result where it is told.
        unsafe { layout::returned(|result| tcp::local_address(self.0.index(), result)) }.map(SocketAddress::lift)
    }

    /// `get-remote-address`.
    pub fn remote_address(&self) -> Result<SocketAddr, Error> {
        // SAFETY: the import stores its result where it is told.
        unsafe { layout::returned(|result| tcp::remote_address(self.0.index(), result)) }.map(SocketAddress::lift)
    }

    /// `get-hop-limit`.
    pub fn hop_limit(&self) -> Result<u8, Error> {
        // SAFETY: the import stores its result where it is told.
        unsafe { layout::returned(|result| tcp::hop_limit(self.0.index(), result)) }
    }

    /// `set-hop-limit`.
    pub fn set_hop_limit(&self, value: u8) -> Result<(), Error> {
        // SAFETY: the import stores its result where it is told.
        unsafe { layout::returned(|result| tcp::set_hop_limit(self.0.index(), value.into(), result)) }
    }
}

impl Drop for TcpSocket {
    fn drop(&mut self) {
        tcp::drop(self.0.index());
    }
}

/// An owned `udp-socket`.
#[derive(Debug)]
pub struct UdpSocket(Handle);

/// A datagram: its bytes, and who sent it.
pub type Datagram = (Vec<u8>, SocketAddr);

impl UdpSocket {
    /// `udp-socket.create`, for addresses of `address`'s family.
    pub fn create(address: &SocketAddr) -> Result<UdpSocket, Error> {
        // SAFETY: the import stores its result where it is told.
        let handle = unsafe { layout::returned(|result| udp::create(Family::of(address) as u32, result))? };
        Ok(UdpSocket(Handle::new(handle)))
    }

    /// `bind`.
    pub fn bind(&self, address: &SocketAddr) -> Result<(), Error> {
        let [case, a, b, c, d, e, f, g, h, i, j, k] = layout::flat(address);
        // SAFETY: the import stores its result where it is told.
        unsafe { layout::returned(|r| udp::bind(self.0.index(), case, a, b, c, d, e, f, g, h, i, j, k, r)) }
    }

    /// `connect`.
    pub fn connect(&self, address: &SocketAddr) -> Result<(), Error> {
        let [case, a, b, c, d, e, f, g, h, i, j, k] = layout::flat(address);
        // SAFETY: the import stores its result where it is told.
        unsafe { layout::returned(|r| udp::connect(self.0.index(), case, a, b, c, d, e, f, g, h, i, j, k, r)) }
    }

    /// `send`; blocks until the datagram is on its way. At most [`MAX_DATAGRAM`] bytes.
    pub fn send(&self, data: &[u8], to: Option<&SocketAddr>) -> Result<(), Error> {
        let [case, a, b, c, d, e, f, g, h, i, j, k] = to.map(layout::flat).unwrap_or_default();
        let is_some = to.is_some().into();
        // SAFETY: the import reads `data` before it returns and stores its result where it is told.
        unsafe {
            layout::returned(|r| {
                udp::send(self.0.index(), data.as_ptr(), data.len(), is_some, case, a, b, c, d, e, f, g, h, i, j, k, r)
            })
        }
    }

    /// `send`; `None` when the monotonic clock reached `deadline` first, and then nothing was sent.
    pub fn send_until(&self, data: &[u8], to: Option<&SocketAddr>, deadline: Mark) -> Option<Result<(), Error>> {
        let arguments = SendArguments::lower(self.0.index(), data, to);
        // SAFETY: one call, its return area of its result's layout; `arguments` and `data` outlive the call.
        let outcome = unsafe { call::until::<Outcome<()>>(deadline, |result| udp::send_async(&arguments, result)) };
        outcome.map(Outcome::lift)
    }

    /// `send`, begun. The socket stays until the call has ended.
    pub fn begin_send(&self, data: &[u8], to: Option<&SocketAddr>) -> InFlight<Outcome<()>, (SendArguments, Vec<u8>)> {
        // What the vector owns does not move with it.
        let data = Vec::from(data);
        let arguments = SendArguments::lower(self.0.index(), &data, to);
        let begin = |arguments: *const (SendArguments, Vec<u8>), result| {
            // SAFETY: the arguments, and the data they point to, are alive until the call has ended.
            unsafe { udp::send_async(&raw const (*arguments).0, result) }
        };
        // SAFETY: one asynchronous call, whose result has this layout, and which points to these only.
        unsafe { InFlight::begin((arguments, data), begin) }
    }

    /// `receive`; blocks until a datagram is there.
    pub fn receive(&self) -> Result<Datagram, Error> {
        // SAFETY: the import stores its result where it is told.
        unsafe { layout::returned(|result| udp::receive(self.0.index(), result)) }.map(ReceivedDatagram::lift)
    }

    /// `receive`, begun. The socket stays until the call has ended.
    pub fn begin_receive(&self) -> InFlight<Outcome<ReceivedDatagram>> {
        // SAFETY: one asynchronous call, whose result has this layout and which has no arguments in memory.
        unsafe { InFlight::begin((), |_, result| udp::receive_async(self.0.index(), result)) }
    }

    /// `get-local-address`.
    pub fn local_address(&self) -> Result<SocketAddr, Error> {
        // SAFETY: the import stores its result where it is told.
        unsafe { layout::returned(|result| udp::local_address(self.0.index(), result)) }.map(SocketAddress::lift)
    }

    /// `get-remote-address`.
    pub fn remote_address(&self) -> Result<SocketAddr, Error> {
        // SAFETY: the import stores its result where it is told.
        unsafe { layout::returned(|result| udp::remote_address(self.0.index(), result)) }.map(SocketAddress::lift)
    }

    /// `get-unicast-hop-limit`.
    pub fn hop_limit(&self) -> Result<u8, Error> {
        // SAFETY: the import stores its result where it is told.
        unsafe { layout::returned(|result| udp::hop_limit(self.0.index(), result)) }
    }

    /// `set-unicast-hop-limit`.
    pub fn set_hop_limit(&self, value: u8) -> Result<(), Error> {
        // SAFETY: the import stores its result where it is told.
        unsafe { layout::returned(|result| udp::set_hop_limit(self.0.index(), value.into(), result)) }
    }
}

impl Drop for UdpSocket {
    fn drop(&mut self) {
        udp::drop(self.0.index());
    }
}

/// `resolve-addresses`: the addresses of `name`, best first; blocks until they are there. Errors: [`crate::error::LOOKUP`].
pub fn resolve_addresses(name: &str) -> Result<Vec<IpAddr>, Error> {
    let mut area = MaybeUninit::<LookupOutcome>::uninit();
    // SAFETY: the import reads `name` and stores its result in `area` before it returns.
    let addresses = unsafe {
        ip_name_lookup::resolve_addresses(name.as_ptr(), name.len(), area.as_mut_ptr());
        area.assume_init()
    };
    self::addresses(addresses)
}

/// `resolve-addresses`, begun.
pub fn begin_resolve_addresses(name: &str) -> InFlight<LookupOutcome, String> {
    let begin = |name: *const String, result| {
        // SAFETY: the name is alive until the call has returned or was cancelled, and nobody changes it.
        let name: &str = unsafe { &*name };
        // SAFETY: as above; the result has room.
        unsafe { ip_name_lookup::resolve_addresses_async(name.as_ptr(), name.len(), result) }
    };
    // SAFETY: one asynchronous call, whose result has this layout, and which points to the name.
    unsafe { InFlight::begin(String::from(name), begin) }
}

/// The addresses of a name, out of what the call gave.
pub fn addresses(outcome: LookupOutcome) -> Result<Vec<IpAddr>, Error> {
    Ok(outcome.lift()?.into_iter().map(IpAddress::lift).collect())
}
