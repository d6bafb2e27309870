//! Sockets. `socket` makes one that is nothing yet ([`Unconnected`], or a UDP socket without an address); what it becomes is std's.
//!
//! Options that WASI has no word for are `ENOPROTOOPT`, unless what it does anyway is what is asked for: `SO_REUSEADDR` of a listener,
//! `IPV6_V6ONLY`.

pub(crate) mod address;
mod option;

use core::ffi::{c_int, c_void};
use core::net::SocketAddr;

use alloc_crate::rc::Rc;
use wasi_rt::Error;
use wasi_rt::descriptor::{self, Entry, Socket};
use wasi_rt::net::{TcpListener, TcpStream, UdpSocket, Unconnected};
use wasi_rt::poll::as_a;

use crate::abi::*;
use crate::answer::{count, done, number};
use crate::descriptors::{bytes, set_nonblocking};

pub use option::{getsockopt, setsockopt};

c! {
    "socket" "(i32, i32, i32) -> (i32)" 0 1 2 = socket;
    "bind" "(i32, i32, i32) -> (i32)" 0 1 2 = bind;
    "connect" "(i32, i32, i32) -> (i32)" 0 1 2 = connect;
    "listen" "(i32, i32) -> (i32)" 0 1 = listen;
    "accept" "(i32, i32, i32) -> (i32)" 0 1 2 = accept;
    "accept4" "(i32, i32, i32, i32) -> (i32)" 0 1 2 3 = accept4;
    "shutdown" "(i32, i32) -> (i32)" 0 1 = shutdown;
    "getsockname" "(i32, i32, i32) -> (i32)" 0 1 2 = getsockname;
    "getpeername" "(i32, i32, i32) -> (i32)" 0 1 2 = getpeername;
    "send" "(i32, i32, i32, i32) -> (i32)" 0 1 2 3 = send;
    "recv" "(i32, i32, i32, i32) -> (i32)" 0 1 2 3 = recv;
    "sendto" "(i32, i32, i32, i32, i32, i32) -> (i32)" 0 1 2 3 4 5 = sendto;
    "recvfrom" "(i32, i32, i32, i32, i32, i32) -> (i32)" 0 1 2 3 4 5 = recvfrom;
    "getsockopt" "(i32, i32, i32, i32, i32) -> (i32)" 0 1 2 3 4 = getsockopt;
    "setsockopt" "(i32, i32, i32, i32, i32) -> (i32)" 0 1 2 3 4 = setsockopt;
}

/// A socket by what it is.
enum Kind {
    Stream(Rc<TcpStream>),
    Listener(Rc<TcpListener>),
    Udp(Rc<UdpSocket>),
    Unconnected(Rc<Unconnected>),
}

/// What `fd` is. `NOTSOCK`: no socket.
fn kind(fd: c_int) -> Result<Kind, Error> {
    let of = |socket: &Rc<dyn Socket>| {
        None.or_else(|| as_a(socket).map(Kind::Stream))
            .or_else(|| as_a(socket).map(Kind::Listener))
            .or_else(|| as_a(socket).map(Kind::Udp))
            .or_else(|| as_a(socket).map(Kind::Unconnected))
    };
    let Entry::Socket(socket) = descriptor::get(fd)? else { return Err(Error::NOTSOCK) };
    let kind = of(&socket).ok_or(Error::NOTSOCK)?;
    // What has connected meanwhile is a connection.
    if let Kind::Unconnected(unconnected) = &kind
        && unconnected.is_connecting()
    {
        unconnected.settle();
        if let Entry::Socket(socket) = descriptor::get(fd)? {
            return of(&socket).ok_or(Error::NOTSOCK);
        }
    }
    Ok(kind)
}

/// POSIX: `socket`.
pub extern "C" fn socket(family: c_int, kind: c_int, protocol: c_int) -> c_int {
    let make = || {
        let address = address::unspecified(family).ok_or(Error::AFNOSUPPORT)?;
        let entry: Entry = match (kind & !(SOCK_CLOEXEC | SOCK_NONBLOCK), protocol) {
            (SOCK_STREAM, 0 | IPPROTO_TCP) => Entry::Socket(Rc::new(Unconnected::new(&address)?)),
            (SOCK_DGRAM, 0 | IPPROTO_UDP) => Entry::Socket(Rc::new(UdpSocket::unbound(&address)?)),
            (SOCK_STREAM | SOCK_DGRAM, _) => return Err(Error::PROTONOSUPPORT),
            _ => return Err(Error::PROTOTYPE),
        };
        set_nonblocking(&entry, kind & SOCK_NONBLOCK != 0)?;
        descriptor::insert(entry)
    };
    number(make())
}

/// POSIX: `bind`.
pub unsafe extern "C" fn bind(fd: c_int, name: *const sockaddr, length: socklen_t) -> c_int {
    let bind = || {
        // SAFETY: the caller's promise.
        let address = unsafe { address::read(name, length) }?;
        match kind(fd)? {
            Kind::Unconnected(socket) => socket.bind(&address),
            Kind::Udp(socket) => socket.bind_to(&address),
            _ => Err(Error::INVAL),
        }
    };
    done(bind())
}

/// POSIX: `connect`.
pub unsafe extern "C" fn connect(fd: c_int, name: *const sockaddr, length: socklen_t) -> c_int {
    let connect = || {
        // SAFETY: the caller's promise.
        let address = unsafe { address::read(name, length) };
        match kind(fd)? {
            Kind::Unconnected(socket) => socket.connect(&address?),
            Kind::Udp(socket) => socket.connect(&address?),
            // Who has begun to connect may ask in this way what came of it.
            Kind::Stream(stream) => Err(stream.take_error().unwrap_or(Error::ISCONN)),
            Kind::Listener(_) => Err(Error::NOTSUP),
        }
    };
    done(connect())
}

/// POSIX: `listen`. How many connections may wait to be accepted is the host's affair: the number is a hint in POSIX, too.
pub extern "C" fn listen(fd: c_int, _backlog: c_int) -> c_int {
    let listen = || match kind(fd)? {
        Kind::Unconnected(socket) => socket.listen(),
        Kind::Listener(_) => Ok(()),
        Kind::Stream(_) => Err(Error::INVAL),
        Kind::Udp(_) => Err(Error::NOTSUP),
    };
    done(listen())
}

/// POSIX: `accept`.
pub unsafe extern "C" fn accept(fd: c_int, name: *mut sockaddr, length: *mut socklen_t) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { accept4(fd, name, length, 0) }
}

/// POSIX: `accept4`.
pub unsafe extern "C" fn accept4(fd: c_int, name: *mut sockaddr, length: *mut socklen_t, flags: c_int) -> c_int {
    let accept = || {
        if flags & !(SOCK_CLOEXEC | SOCK_NONBLOCK) != 0 {
            return Err(Error::INVAL);
        }
        let (stream, peer) = match kind(fd)? {
            Kind::Listener(listener) => listener.accept()?,
            Kind::Udp(_) => return Err(Error::NOTSUP),
            _ => return Err(Error::INVAL),
        };
        stream.modes().set_nonblocking(flags & SOCK_NONBLOCK != 0);
        let fd = descriptor::insert(Entry::Socket(Rc::new(stream)))?;
        // SAFETY: the caller's promise.
        unsafe { address::write(&peer, name, length) };
        Ok(fd)
    };
    number(accept())
}

/// POSIX: `shutdown`.
pub extern "C" fn shutdown(fd: c_int, how: c_int) -> c_int {
    let shut = || {
        if !matches!(how, SHUT_RD | SHUT_WR | SHUT_RDWR) {
            return Err(Error::INVAL);
        }
        let Kind::Stream(stream) = kind(fd)? else { return Err(Error::NOTCONN) };
        if how & SHUT_RD != 0 {
            stream.shutdown_read();
        }
        if how & SHUT_WR != 0 { stream.shutdown_write() } else { Ok(()) }
    };
    done(shut())
}

fn local(fd: c_int) -> Result<SocketAddr, Error> {
    let unspecified =
        |is_v6: bool| address::unspecified(if is_v6 { AF_INET6 } else { AF_INET }).ok_or(Error::AFNOSUPPORT);
    match kind(fd)? {
        Kind::Stream(stream) => stream.local_addr(),
        Kind::Listener(listener) => listener.local_addr(),
        // One that is not bound has none, which is INVAL of POSIX; Linux says 0.0.0.0:0.
        Kind::Udp(socket) => socket.local_addr().map_err(|error| match error {
            Error::NOTCONN => Error::INVAL,
            error => error,
        }),
        Kind::Unconnected(socket) => socket.local_addr()?.map_or_else(|| unspecified(socket.is_v6()), Ok),
    }
}

/// POSIX: `getsockname`.
pub unsafe extern "C" fn getsockname(fd: c_int, name: *mut sockaddr, length: *mut socklen_t) -> c_int {
    // SAFETY: the caller's promise.
    done(local(fd).map(|address| unsafe { address::write(&address, name, length) }))
}

/// POSIX: `getpeername`.
pub unsafe extern "C" fn getpeername(fd: c_int, name: *mut sockaddr, length: *mut socklen_t) -> c_int {
    let peer = kind(fd).and_then(|kind| match kind {
        Kind::Stream(stream) => stream.peer_addr(),
        Kind::Udp(socket) => socket.peer_addr(),
        _ => Err(Error::NOTCONN),
    });
    // SAFETY: the caller's promise.
    done(peer.map(|address| unsafe { address::write(&address, name, length) }))
}

/// POSIX: `send`.
pub unsafe extern "C" fn send(fd: c_int, from: *const c_void, length: size_t, flags: c_int) -> ssize_t {
    // SAFETY: the caller's promise.
    unsafe { sendto(fd, from, length, flags, core::ptr::null(), 0) }
}

/// POSIX: `sendto`. There are no signals, so `MSG_NOSIGNAL` is always so.
pub unsafe extern "C" fn sendto(
    fd: c_int,
    from: *const c_void,
    length: size_t,
    flags: c_int,
    to: *const sockaddr,
    to_length: socklen_t,
) -> ssize_t {
    let send = || {
        if flags & !MSG_NOSIGNAL != 0 {
            return Err(Error::NOTSUP);
        }
        // SAFETY: the caller's promise.
        let data = unsafe { bytes(from, length) };
        match kind(fd)? {
            Kind::Udp(socket) if to.is_null() => socket.send(data),
            // SAFETY: the caller's promise.
            Kind::Udp(socket) => socket.send_to(data, &unsafe { address::read(to, to_length) }?),
            Kind::Stream(stream) => stream.write(data),
            Kind::Unconnected(socket) => Socket::write(&*socket, data),
            Kind::Listener(_) => Err(Error::NOTCONN),
        }
    };
    count(send())
}

/// POSIX: `recv`.
pub unsafe extern "C" fn recv(fd: c_int, to: *mut c_void, length: size_t, flags: c_int) -> ssize_t {
    // SAFETY: the caller's promise.
    unsafe { recvfrom(fd, to, length, flags, core::ptr::null_mut(), core::ptr::null_mut()) }
}

/// POSIX: `recvfrom`.
pub unsafe extern "C" fn recvfrom(
    fd: c_int,
    to: *mut c_void,
    length: size_t,
    flags: c_int,
    name: *mut sockaddr,
    name_length: *mut socklen_t,
) -> ssize_t {
    let receive = || {
        let peeks = match flags & !MSG_NOSIGNAL {
            0 => false,
            MSG_PEEK => true,
            _ => return Err(Error::NOTSUP),
        };
        // SAFETY: the caller's promise.
        let room = unsafe { crate::descriptors::room(to, length) };
        // SAFETY: what a program has in memory is initialised for whoever looks from outside.
        let buffer = unsafe { room.assume_init_mut() };
        let (count, from) = match kind(fd)? {
            Kind::Udp(socket) if peeks => socket.peek(buffer).map(|(count, from)| (count, Some(from)))?,
            Kind::Udp(socket) => socket.receive(buffer).map(|(count, from)| (count, Some(from)))?,
            Kind::Stream(stream) if peeks => (stream.peek(buffer)?, None),
            Kind::Stream(stream) => (stream.read(buffer)?, None),
            Kind::Unconnected(socket) if socket.is_connecting() => return Err(Error::AGAIN),
            _ => return Err(Error::NOTCONN),
        };
        match from {
            // SAFETY: the caller's promise.
            Some(from) => unsafe { address::write(&from, name, name_length) },
            // SAFETY: the caller's promise; of a connection nobody tells who has sent.
            None => unsafe { name_length.as_mut() }.into_iter().for_each(|length| *length = 0),
        }
        Ok(count)
    };
    count(receive())
}
