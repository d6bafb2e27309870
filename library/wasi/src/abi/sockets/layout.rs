//! How the values of `wasi:sockets` lie in memory, and what they become.
//!
//! Addresses are `core::net`'s on our side, errors [`Error`].

use core::mem::{MaybeUninit, offset_of};
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

use alloc_crate::vec::Vec;

use super::Datagram;
use crate::Error;
use crate::error::{LOOKUP, SOCKETS};
use component_rt::abi::memory::{RawList, RawResult, RawWithOther};
use component_rt::abi::shape::{Kind, Lowered, Shape};
use component_rt::assert;

/// `ip-address-family`.
#[derive(Clone, Copy)]
pub(crate) enum Family {
    Ipv4 = 0,
    Ipv6 = 1,
}

impl Family {
    pub(crate) fn of(address: &SocketAddr) -> Family {
        if address.is_ipv4() { Family::Ipv4 } else { Family::Ipv6 }
    }
}

/// `ip-socket-address`, flat: the case, and the parameters of both cases on top of each other.
pub(crate) fn flat(address: &SocketAddr) -> [u32; 12] {
    match address {
        SocketAddr::V4(v4) => {
            let [a, b, c, d] = v4.ip().octets().map(u32::from);
            [0, v4.port().into(), a, b, c, d, 0, 0, 0, 0, 0, 0]
        }
        SocketAddr::V6(v6) => {
            let [a, b, c, d, e, f, g, h] = v6.ip().segments().map(u32::from);
            [1, v6.port().into(), v6.flowinfo(), a, b, c, d, e, f, g, h, v6.scope_id()]
        }
    }
}

/// `ip-socket-address`, in memory.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct SocketAddress {
    tag: u8,
    case: SocketAddressCase,
}

component_rt::lowered_variant!(SocketAddress { case: Ipv4SocketAddress, Ipv6SocketAddress });

#[repr(C)]
#[derive(Clone, Copy)]
union SocketAddressCase {
    ipv4: Ipv4SocketAddress,
    ipv6: Ipv6SocketAddress,
}

/// `ipv4-socket-address`.
#[repr(C)]
#[derive(Clone, Copy)]
struct Ipv4SocketAddress {
    port: u16,
    address: [u8; 4],
}

component_rt::lowered_record!(Ipv4SocketAddress { port, address });

/// `ipv6-socket-address`.
#[repr(C)]
#[derive(Clone, Copy)]
struct Ipv6SocketAddress {
    port: u16,
    flow_info: u32,
    address: [u16; 8],
    scope_id: u32,
}

component_rt::lowered_record!(Ipv6SocketAddress { port, flow_info, address, scope_id });

impl SocketAddress {
    /// Lowers an address.
    pub fn lower(address: &SocketAddr) -> SocketAddress {
        match address {
            SocketAddr::V4(v4) => {
                let ipv4 = Ipv4SocketAddress { port: v4.port(), address: v4.ip().octets() };
                SocketAddress { tag: 0, case: SocketAddressCase { ipv4 } }
            }
            SocketAddr::V6(v6) => {
                let ipv6 = Ipv6SocketAddress {
                    port: v6.port(),
                    flow_info: v6.flowinfo(),
                    address: v6.ip().segments(),
                    scope_id: v6.scope_id(),
                };
                SocketAddress { tag: 1, case: SocketAddressCase { ipv6 } }
            }
        }
    }

    /// The address.
    pub fn lift(self) -> SocketAddr {
        match self.tag {
            0 => {
                // SAFETY: this tag comes with this payload (from the host, or from `lower`).
                let Ipv4SocketAddress { port, address } = unsafe { self.case.ipv4 };
                SocketAddrV4::new(address.into(), port).into()
            }
            1 => {
                // SAFETY: as above.
                let Ipv6SocketAddress { port, flow_info, address, scope_id } = unsafe { self.case.ipv6 };
                SocketAddrV6::new(address.into(), port, flow_info, scope_id).into()
            }
            _ => assert::broken("the tag of an ip-socket-address is 0 or 1"),
        }
    }
}

/// `ip-address`, in memory.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct IpAddress {
    tag: u8,
    case: IpAddressCase,
}

component_rt::lowered_variant!(IpAddress { case: [u8; 4], [u16; 8] });

#[repr(C)]
#[derive(Clone, Copy)]
union IpAddressCase {
    ipv4: [u8; 4],
    ipv6: [u16; 8],
}

impl IpAddress {
    /// Lowers an address.
    #[cfg(not(target_family = "wasm"))]
    pub fn lower(address: IpAddr) -> IpAddress {
        match address {
            IpAddr::V4(v4) => IpAddress { tag: 0, case: IpAddressCase { ipv4: v4.octets() } },
            IpAddr::V6(v6) => IpAddress { tag: 1, case: IpAddressCase { ipv6: v6.segments() } },
        }
    }

    /// The address.
    pub fn lift(self) -> IpAddr {
        match self.tag {
            // SAFETY: this tag comes with this payload (from the host, or from `lower`).
            0 => Ipv4Addr::from(unsafe { self.case.ipv4 }).into(),
            // SAFETY: as above.
            1 => Ipv6Addr::from(unsafe { self.case.ipv6 }).into(),
            _ => assert::broken("the tag of an ip-address is 0 or 1"),
        }
    }
}

/// The arguments of `tcp-socket.connect` in memory, as the asynchronous lowering takes them.
#[repr(C)]
pub struct ConnectArguments {
    /// `self`, borrowed.
    pub socket: u32,
    /// `remote-address`.
    pub address: SocketAddress,
}

component_rt::lowered_record!(ConnectArguments { socket, address });

/// The arguments of `udp-socket.send` in memory, as the asynchronous lowering takes them.
#[repr(C)]
pub struct SendArguments {
    socket: u32,
    data: *const u8,
    length: usize,
    to: OptionalAddress,
}

// SAFETY: offsets and shapes are the compiler's own; `data` and `length` are the two halves of a list of bytes.
unsafe impl Lowered for SendArguments {
    const SHAPE: &'static Shape = &Shape {
        size: size_of::<SendArguments>(),
        align: align_of::<SendArguments>(),
        kind: Kind::Record(&[
            (offset_of!(SendArguments, socket), u32::SHAPE),
            (offset_of!(SendArguments, data), RawList::<u8>::SHAPE),
            (offset_of!(SendArguments, to), OptionalAddress::SHAPE),
        ]),
    };
}

/// `option<ip-socket-address>` as an argument.
#[repr(C)]
struct OptionalAddress {
    tag: u8,
    some: MaybeUninit<SocketAddress>,
}

component_rt::lowered_variant!(OptionalAddress { some: (), SocketAddress });

impl SendArguments {
    /// Lowers the arguments; `data` is only pointed to.
    pub fn lower(socket: u32, data: &[u8], to: Option<&SocketAddr>) -> SendArguments {
        let to = match to {
            None => OptionalAddress { tag: 0, some: MaybeUninit::uninit() },
            Some(address) => OptionalAddress { tag: 1, some: MaybeUninit::new(SocketAddress::lower(address)) },
        };
        SendArguments { socket, data: data.as_ptr(), length: data.len(), to }
    }

    /// The arguments again: socket, data, address.
    ///
    /// # Safety
    ///
    /// The data that was lowered is still there.
    #[cfg(not(target_family = "wasm"))]
    pub unsafe fn lift(&self) -> (u32, &[u8], Option<SocketAddr>) {
        // SAFETY: the caller's promise; `lower` took pointer and length from a slice.
        let data = unsafe { core::slice::from_raw_parts(self.data, self.length) };
        let to = match self.to.tag {
            0 => None,
            // SAFETY: `lower` stores a payload with this tag.
            _ => Some(unsafe { self.to.some.assume_init() }.lift()),
        };
        (self.socket, data, to)
    }
}

/// `tuple<list<u8>, ip-socket-address>`, in memory: what `udp-socket.receive` gives.
#[repr(C)]
pub struct ReceivedDatagram {
    data: RawList<u8>,
    from: SocketAddress,
}

component_rt::lowered_record!(ReceivedDatagram { data, from });

impl ReceivedDatagram {
    /// Lowers a datagram.
    #[cfg(not(target_family = "wasm"))]
    pub fn lower((data, from): Datagram) -> ReceivedDatagram {
        ReceivedDatagram { data: RawList::lower(data), from: SocketAddress::lower(&from) }
    }

    /// The datagram; its bytes are not copied.
    pub fn lift(self) -> Datagram {
        (self.data.lift(), self.from.lift())
    }
}

/// A case that stands for an error; one that is none of the cases becomes the last one, `other`.
#[cfg(not(target_family = "wasm"))]
fn case(error: Error, codes: crate::error::ErrorCodes) -> u8 {
    codes.errors.iter().position(|case| *case == error).unwrap_or(codes.errors.len() - 1) as u8
}

/// `types.error-code`, in memory.
#[repr(transparent)]
pub struct ErrorCode(RawWithOther<{ SOCKETS.errors.len() as u8 - 1 }>);

// SAFETY: transparent.
unsafe impl Lowered for ErrorCode {
    const SHAPE: &'static Shape = RawWithOther::<{ SOCKETS.errors.len() as u8 - 1 }>::SHAPE;
}

impl ErrorCode {
    /// The error.
    pub fn lift(self) -> Error {
        SOCKETS.error(self.0.lift())
    }

    /// Lowers an error; one that is none of the cases becomes `other(none)`.
    #[cfg(not(target_family = "wasm"))]
    pub fn lower(error: Error) -> ErrorCode {
        ErrorCode(RawWithOther::lower(case(error, SOCKETS)))
    }
}

/// `result<T, types.error-code>`, in memory.
#[repr(transparent)]
pub struct Outcome<T>(RawResult<T, ErrorCode>);

// SAFETY: transparent.
unsafe impl<T: Lowered> Lowered for Outcome<T> {
    const SHAPE: &'static Shape = RawResult::<T, ErrorCode>::SHAPE;
}

impl<T> Outcome<T> {
    /// The result.
    pub fn lift(self) -> Result<T, Error> {
        self.0.lift().map_err(ErrorCode::lift)
    }

    /// Lowers a result.
    #[cfg(not(target_family = "wasm"))]
    pub fn lower(result: Result<T, Error>) -> Outcome<T> {
        Outcome(RawResult::lower(result.map_err(ErrorCode::lower)))
    }
}

/// Calls an import with a return area and lifts what it stored there.
///
/// # Safety
///
/// `import` stores a result where its argument points, before it returns.
pub(crate) unsafe fn returned<T>(import: impl FnOnce(*mut Outcome<T>)) -> Result<T, Error> {
    let mut area = MaybeUninit::<Outcome<T>>::uninit();
    import(area.as_mut_ptr());
    // SAFETY: the caller's promise.
    unsafe { area.assume_init() }.lift()
}

/// `result<list<ip-address>, ip-name-lookup.error-code>`, in memory.
#[repr(transparent)]
pub struct LookupOutcome(RawResult<RawList<IpAddress>, LookupCode>);

/// `ip-name-lookup.error-code`, in memory.
type LookupCode = RawWithOther<{ LOOKUP.errors.len() as u8 - 1 }>;

// SAFETY: transparent.
unsafe impl Lowered for LookupOutcome {
    const SHAPE: &'static Shape = RawResult::<RawList<IpAddress>, LookupCode>::SHAPE;
}

impl LookupOutcome {
    /// The addresses.
    pub fn lift(self) -> Result<Vec<IpAddress>, Error> {
        match self.0.lift() {
            Ok(addresses) => Ok(addresses.lift()),
            Err(code) => Err(LOOKUP.error(code.lift())),
        }
    }

    /// Lowers a result.
    #[cfg(not(target_family = "wasm"))]
    pub fn lower(result: Result<Vec<IpAddr>, Error>) -> LookupOutcome {
        LookupOutcome(RawResult::lower(match result {
            Ok(addresses) => Ok(RawList::lower(addresses.into_iter().map(IpAddress::lower).collect())),
            Err(error) => Err(LookupCode::lower(case(error, LOOKUP))),
        }))
    }
}
