//! Addresses: C's `sockaddr_in` and `sockaddr_in6`, and Rust's.

use core::ffi::c_int;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

use wasi_rt::Error;

use crate::abi::*;

/// The unspecified address of a family, if there is such a family.
pub(crate) fn unspecified(family: c_int) -> Option<SocketAddr> {
    match family {
        AF_INET => Some((Ipv4Addr::UNSPECIFIED, 0).into()),
        AF_INET6 => Some((Ipv6Addr::UNSPECIFIED, 0).into()),
        _ => None,
    }
}

/// What stands at `at`.
///
/// # Safety
///
/// There are `length` bytes, or it is null.
pub(crate) unsafe fn read(at: *const sockaddr, length: socklen_t) -> Result<SocketAddr, Error> {
    let length = length as usize;
    if at.is_null() || length < size_of::<sa_family_t>() {
        return Err(Error::INVAL);
    }
    // SAFETY: there are as many bytes, at whatever address.
    match c_int::from(unsafe { at.cast::<sa_family_t>().read_unaligned() }) {
        AF_INET if length >= SIZE_V4 => {
            // SAFETY: there are as many bytes.
            let [_, _, p, q, a, b, c, d] = unsafe { at.cast::<[u8; SIZE_V4]>().read_unaligned() };
            Ok(SocketAddrV4::new(Ipv4Addr::new(a, b, c, d), u16::from_be_bytes([p, q])).into())
        }
        AF_INET6 if length >= SIZE_V6 => {
            // SAFETY: there are as many bytes; all values of all fields are numbers.
            let fields = unsafe { at.cast::<Fields>().read_unaligned() };
            let ip = Ipv6Addr::from(fields.ip);
            Ok(SocketAddrV6::new(ip, u16::from_be(fields.port), fields.flow, fields.scope).into())
        }
        AF_INET | AF_INET6 => Err(Error::INVAL),
        _ => Err(Error::AFNOSUPPORT),
    }
}

/// How many bytes of a `sockaddr_in` and a `sockaddr_in6` say something.
const SIZE_V4: usize = 8;
const SIZE_V6: usize = size_of::<Fields>();

/// A `sockaddr_in6` without what stands behind it for its alignment.
#[repr(C)]
#[derive(Clone, Copy)]
struct Fields {
    family: sa_family_t,
    port: u16,
    flow: u32,
    ip: [u8; 16],
    scope: u32,
}

/// An address in C's form.
#[repr(C)]
pub(crate) union Lowered {
    v4: sockaddr_in,
    v6: sockaddr_in6,
    bytes: [u8; size_of::<sockaddr_in6>()],
}

/// `address` in C's form, and how long it is.
pub(crate) fn lower(address: &SocketAddr) -> (Lowered, usize) {
    let mut lowered = Lowered { bytes: [0; size_of::<sockaddr_in6>()] };
    let length = match address {
        SocketAddr::V4(address) => {
            lowered.v4 = sockaddr_in {
                sin_family: AF_INET as sa_family_t,
                sin_port: address.port().to_be(),
                sin_addr: in_addr { s_addr: u32::from_ne_bytes(address.ip().octets()) },
            };
            size_of::<sockaddr_in>()
        }
        SocketAddr::V6(address) => {
            lowered.v6 = sockaddr_in6 {
                sin6_family: AF_INET6 as sa_family_t,
                sin6_port: address.port().to_be(),
                sin6_flowinfo: address.flowinfo(),
                sin6_addr: in6_addr { s6_addr: address.ip().octets() },
                sin6_scope_id: address.scope_id(),
            };
            size_of::<sockaddr_in6>()
        }
    };
    (lowered, length)
}

impl Lowered {
    /// Its bytes.
    pub(crate) fn bytes(&self) -> &[u8; size_of::<sockaddr_in6>()] {
        // SAFETY: all of them were zero before a field was written, and what lies between fields was copied from nowhere: numbers only.
        unsafe { &self.bytes }
    }
}

/// Stores `address` where there is room for `*length` bytes, as much of it as that is, and says how long it is. Nothing, if nobody wants it.
///
/// # Safety
///
/// There is that room, or one of them is null.
pub(crate) unsafe fn write(address: &SocketAddr, at: *mut sockaddr, length: *mut socklen_t) {
    if at.is_null() || length.is_null() {
        return;
    }
    let (lowered, size) = lower(address);
    // SAFETY: the caller's promise.
    unsafe {
        let count = size.min(length.read() as usize);
        at.cast::<u8>().copy_from_nonoverlapping(lowered.bytes().as_ptr(), count);
        length.write(size as socklen_t);
    }
}

/// The family of an address.
pub(crate) fn family(ip: &IpAddr) -> c_int {
    if ip.is_ipv6() { AF_INET6 } else { AF_INET }
}
