//! Names of hosts: `getaddrinfo`.

use core::ffi::{CStr, c_char, c_int};
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use core::ptr;

use alloc_crate::boxed::Box;
use alloc_crate::vec;
use alloc_crate::vec::Vec;
use wasi_rt::{Error, errno, net};

use crate::abi::*;
use crate::sockets::address::{self, Lowered};

c! {
    "getaddrinfo" "(i32, i32, i32, i32) -> (i32)" 0 1 2 3 = getaddrinfo;
    "freeaddrinfo" "(i32) -> ()" 0 = freeaddrinfo;
    "gai_strerror" "(i32) -> (i32)" 0 = gai_strerror;
}

// What the crate `libc` has no names for; the numbers are wasi-libc's.
const AI_PASSIVE: c_int = 0x01;
const AI_CANONNAME: c_int = 0x02;
const AI_NUMERICHOST: c_int = 0x04;
const AI_ADDRCONFIG: c_int = 0x20;
const AI_NUMERICSERV: c_int = 0x400;
const EAI_BADFLAGS: c_int = -1;
const EAI_NONAME: c_int = -2;
const EAI_AGAIN: c_int = -3;
const EAI_FAIL: c_int = -4;
const EAI_FAMILY: c_int = -6;
const EAI_SOCKTYPE: c_int = -7;
const EAI_SERVICE: c_int = -8;

/// An answer, with the address that it points to.
#[repr(C)]
struct Answer {
    info: addrinfo,
    address: Lowered,
}

/// What is wanted.
struct Hints {
    flags: c_int,
    family: c_int,
    kind: c_int,
    protocol: c_int,
}

/// POSIX: `getaddrinfo`. A service is a number: there is no table of their names.
pub unsafe extern "C" fn getaddrinfo(
    host: *const c_char,
    service: *const c_char,
    hints: *const addrinfo,
    to: *mut *mut addrinfo,
) -> c_int {
    // SAFETY: the caller's promise.
    let hints = match unsafe { hints.as_ref() } {
        None => Hints { flags: 0, family: AF_UNSPEC, kind: 0, protocol: 0 },
        Some(hints) => Hints {
            flags: hints.ai_flags,
            family: hints.ai_family,
            kind: hints.ai_socktype,
            protocol: hints.ai_protocol,
        },
    };
    // SAFETY: the caller's promise.
    let text = |string: *const c_char| (!string.is_null()).then(|| unsafe { CStr::from_ptr(string) }.to_bytes());
    match answers(text(host), text(service), &hints) {
        Ok(first) => {
            // SAFETY: the caller's promise.
            unsafe { to.write(first) };
            0
        }
        Err(error) => error,
    }
}

fn answers(host: Option<&[u8]>, service: Option<&[u8]>, hints: &Hints) -> Result<*mut addrinfo, c_int> {
    const KNOWN: c_int = AI_PASSIVE | AI_NUMERICHOST | AI_ADDRCONFIG | AI_NUMERICSERV;
    if hints.flags & !KNOWN != 0 {
        // Of the others it is the canonical name that WASI does not tell.
        return Err(if hints.flags & AI_CANONNAME != 0 { EAI_FAIL } else { EAI_BADFLAGS });
    }
    if !matches!(hints.family, AF_UNSPEC | AF_INET | AF_INET6) {
        return Err(EAI_FAMILY);
    }
    let kinds = [(SOCK_STREAM, IPPROTO_TCP), (SOCK_DGRAM, IPPROTO_UDP)];
    let kinds: Vec<_> = kinds
        .into_iter()
        .filter(|(kind, _)| hints.kind == 0 || hints.kind == *kind)
        .filter(|(_, protocol)| hints.protocol == 0 || hints.protocol == *protocol)
        .collect();
    if kinds.is_empty() {
        return Err(EAI_SOCKTYPE);
    }
    let port = match service {
        None | Some(b"") => 0,
        Some(service) => str::from_utf8(service).ok().and_then(|text| text.parse().ok()).ok_or(EAI_SERVICE)?,
    };
    let mut ips = match host {
        None if service.is_none() => return Err(EAI_NONAME),
        None if hints.flags & AI_PASSIVE != 0 => vec![Ipv4Addr::UNSPECIFIED.into(), Ipv6Addr::UNSPECIFIED.into()],
        None => vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()],
        Some(host) => resolve(host, hints.flags)?,
    };
    ips.retain(|ip: &IpAddr| hints.family == AF_UNSPEC || hints.family == address::family(ip));
    if ips.is_empty() {
        return Err(EAI_NONAME);
    }
    let mut first = ptr::null_mut();
    for ip in ips.into_iter().rev() {
        for (kind, protocol) in kinds.iter().rev() {
            let (lowered, length) = address::lower(&SocketAddr::new(ip, port));
            let info = addrinfo {
                ai_flags: 0,
                ai_family: address::family(&ip),
                ai_socktype: *kind,
                ai_protocol: *protocol,
                ai_addrlen: length as socklen_t,
                ai_addr: ptr::null_mut(),
                ai_canonname: ptr::null_mut(),
                ai_next: first,
            };
            let answer = Box::into_raw(Box::new(Answer { info, address: lowered }));
            // SAFETY: just made. The first field is the whole's address, by which it is known.
            unsafe {
                (*answer).info.ai_addr = (&raw mut (*answer).address).cast();
                first = answer.cast();
            }
        }
    }
    Ok(first)
}

fn resolve(host: &[u8], flags: c_int) -> Result<Vec<IpAddr>, c_int> {
    let host = str::from_utf8(host).map_err(|_| EAI_NONAME)?;
    if let Ok(ip) = host.parse() {
        return Ok(vec![ip]);
    }
    if flags & AI_NUMERICHOST != 0 {
        return Err(EAI_NONAME);
    }
    net::resolve(host).map_err(|error| match error {
        Error::NOENT | Error::INVAL => EAI_NONAME,
        Error::AGAIN => EAI_AGAIN,
        Error::NOTRECOVERABLE => EAI_FAIL,
        error => {
            errno::set(error);
            EAI_SYSTEM
        }
    })
}

/// POSIX: `freeaddrinfo`.
pub unsafe extern "C" fn freeaddrinfo(mut first: *mut addrinfo) {
    while !first.is_null() {
        // SAFETY: the caller's promise: all came from `answers`, and are given back once.
        let answer = unsafe { Box::from_raw(first.cast::<Answer>()) };
        first = answer.info.ai_next;
    }
}

/// POSIX: `gai_strerror`.
pub extern "C" fn gai_strerror(error: c_int) -> *const c_char {
    let text = match error {
        EAI_BADFLAGS => c"Invalid flags",
        EAI_NONAME => c"Name does not resolve",
        EAI_AGAIN => c"Try again",
        EAI_FAIL => c"Non-recoverable error",
        EAI_FAMILY => c"Unrecognized address family or invalid length",
        EAI_SOCKTYPE => c"Unrecognized socket type",
        EAI_SERVICE => c"Unrecognized service",
        EAI_SYSTEM => c"System error",
        _ => c"Unknown error",
    };
    text.as_ptr()
}
