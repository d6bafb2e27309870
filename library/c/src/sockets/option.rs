//! Options of sockets.

use core::ffi::{c_int, c_void};
use core::time::Duration;

use wasi_rt::Error;
use wasi_rt::net::Modes;

use super::{Kind, kind, local};
use crate::abi::*;
use crate::answer::done;
use crate::sockets::address::family;

/// POSIX: `getsockopt`.
pub unsafe extern "C" fn getsockopt(
    fd: c_int,
    level: c_int,
    name: c_int,
    value: *mut c_void,
    length: *mut socklen_t,
) -> c_int {
    let get = || {
        let kind = kind(fd)?;
        let number = match (level, name, &kind) {
            (SOL_SOCKET, SO_ERROR, _) => error(&kind).map_or(0, Error::raw),
            (SOL_SOCKET, SO_TYPE, Kind::Udp(_)) => SOCK_DGRAM,
            (SOL_SOCKET, SO_TYPE, _) => SOCK_STREAM,
            (SOL_SOCKET, SO_PROTOCOL, Kind::Udp(_)) => IPPROTO_UDP,
            (SOL_SOCKET, SO_PROTOCOL, _) => IPPROTO_TCP,
            (SOL_SOCKET, SO_DOMAIN, _) => domain(fd, &kind)?,
            (SOL_SOCKET, SO_ACCEPTCONN, _) => matches!(kind, Kind::Listener(_)).into(),
            // So the host binds.
            (SOL_SOCKET, SO_REUSEADDR, Kind::Listener(_) | Kind::Unconnected(_)) => 1,
            (SOL_SOCKET, SO_RCVTIMEO, _) => return store(as_time(modes(&kind).read_timeout()), value, length),
            (SOL_SOCKET, SO_SNDTIMEO, _) => return store(as_time(modes(&kind).write_timeout()), value, length),
            (IPPROTO_IP, IP_TTL, _) if domain(fd, &kind)? == AF_INET => ttl(&kind)? as c_int,
            (IPPROTO_IPV6, IPV6_UNICAST_HOPS, _) if domain(fd, &kind)? == AF_INET6 => ttl(&kind)? as c_int,
            (IPPROTO_IPV6, IPV6_V6ONLY, _) if domain(fd, &kind)? == AF_INET6 => 1,
            (IPPROTO_TCP, TCP_NODELAY, Kind::Stream(stream)) => stream.nodelay().into(),
            (IPPROTO_TCP, TCP_NODELAY, Kind::Unconnected(socket)) => socket.nodelay().get().into(),
            _ => return Err(Error::NOPROTOOPT),
        };
        store(number, value, length)
    };
    done(get())
}

/// POSIX: `setsockopt`.
pub unsafe extern "C" fn setsockopt(
    fd: c_int,
    level: c_int,
    name: c_int,
    value: *const c_void,
    length: socklen_t,
) -> c_int {
    let set = || {
        let kind = kind(fd)?;
        // SAFETY: the caller's promise: there are as many bytes as `length` says.
        let number = || unsafe { load::<c_int>(value, length) };
        // SAFETY: the caller's promise.
        let time = || unsafe { load::<timeval>(value, length) }.and_then(duration);
        match (level, name, &kind) {
            (SOL_SOCKET, SO_REUSEADDR, Kind::Listener(_) | Kind::Unconnected(_)) if number()? != 0 => Ok(()),
            (SOL_SOCKET, SO_RCVTIMEO, _) => time().map(|time| modes(&kind).set_read_timeout(time)),
            (SOL_SOCKET, SO_SNDTIMEO, _) => time().map(|time| modes(&kind).set_write_timeout(time)),
            (IPPROTO_IP, IP_TTL, _) if domain(fd, &kind)? == AF_INET => set_ttl(&kind, number()?),
            (IPPROTO_IPV6, IPV6_UNICAST_HOPS, _) if domain(fd, &kind)? == AF_INET6 => set_ttl(&kind, number()?),
            (IPPROTO_IPV6, IPV6_V6ONLY, _) if domain(fd, &kind)? == AF_INET6 && number()? != 0 => Ok(()),
            // A wish, as std's `set_nodelay` (see there).
            (IPPROTO_TCP, TCP_NODELAY, Kind::Stream(stream)) => number().map(|wish| stream.set_nodelay(wish != 0)),
            (IPPROTO_TCP, TCP_NODELAY, Kind::Unconnected(socket)) => {
                number().map(|wish| socket.nodelay().set(wish != 0))
            }
            _ => Err(Error::NOPROTOOPT),
        }
    };
    done(set())
}

fn error(kind: &Kind) -> Option<Error> {
    match kind {
        Kind::Stream(stream) => stream.take_error(),
        Kind::Udp(socket) => socket.take_error(),
        _ => None,
    }
}

fn domain(fd: c_int, kind: &Kind) -> Result<c_int, Error> {
    match kind {
        Kind::Unconnected(socket) => Ok(if socket.is_v6() { AF_INET6 } else { AF_INET }),
        Kind::Udp(socket) => Ok(if socket.is_v6() { AF_INET6 } else { AF_INET }),
        _ => local(fd).map(|address| family(&address.ip())),
    }
}

fn modes(kind: &Kind) -> &Modes {
    match kind {
        Kind::Stream(stream) => stream.modes(),
        Kind::Listener(listener) => listener.modes(),
        Kind::Udp(socket) => socket.modes(),
        Kind::Unconnected(socket) => socket.modes(),
    }
}

fn ttl(kind: &Kind) -> Result<u32, Error> {
    match kind {
        Kind::Stream(stream) => stream.ttl(),
        Kind::Listener(listener) => listener.ttl(),
        Kind::Udp(socket) => socket.ttl(),
        Kind::Unconnected(socket) => socket.ttl(),
    }
}

fn set_ttl(kind: &Kind, ttl: c_int) -> Result<(), Error> {
    let ttl = u32::try_from(ttl).map_err(|_| Error::INVAL)?;
    match kind {
        Kind::Stream(stream) => stream.set_ttl(ttl),
        Kind::Listener(listener) => listener.set_ttl(ttl),
        Kind::Udp(socket) => socket.set_ttl(ttl),
        Kind::Unconnected(socket) => socket.set_ttl(ttl),
    }
}

/// Zero stands for no timeout.
fn as_time(timeout: Option<Duration>) -> timeval {
    let timeout = timeout.unwrap_or_default();
    timeval { tv_sec: timeout.as_secs() as time_t, tv_usec: timeout.subsec_micros().into() }
}

fn duration(time: timeval) -> Result<Option<Duration>, Error> {
    let (Ok(seconds), Ok(micros @ 0..1_000_000)) = (u64::try_from(time.tv_sec), u32::try_from(time.tv_usec)) else {
        return Err(Error::DOM);
    };
    let timeout = Duration::new(seconds, micros * 1000);
    Ok((!timeout.is_zero()).then_some(timeout))
}

/// Stores as much of a value as there is room for, and how much that is.
fn store<T: Copy>(what: T, value: *mut c_void, length: *mut socklen_t) -> Result<(), Error> {
    if value.is_null() || length.is_null() {
        return Err(Error::FAULT);
    }
    // SAFETY: the promise of whoever asks for an option: there is as much room as the length says.
    unsafe {
        let count = size_of::<T>().min(length.read() as usize);
        value.cast::<u8>().copy_from_nonoverlapping((&raw const what).cast(), count);
        length.write(count as socklen_t);
    }
    Ok(())
}

/// # Safety
///
/// There are `length` bytes, and all that may stand in as many is a `T`.
unsafe fn load<T: Copy>(value: *const c_void, length: socklen_t) -> Result<T, Error> {
    if value.is_null() || (length as usize) < size_of::<T>() {
        return Err(Error::INVAL);
    }
    // SAFETY: the caller's promise.
    Ok(unsafe { value.cast::<T>().read_unaligned() })
}
