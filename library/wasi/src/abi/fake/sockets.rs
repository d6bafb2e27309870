//! `wasi:sockets` of the fake host: a network of one machine, on which the guest talks to itself.
//!
//! Bytes and datagrams travel at once, or after a latency that a test sets; connections hold [`CAPACITY`] bytes each way. A test
//! breaks connections, lets addresses swallow what is sent to them, and gives names addresses.

use core::cell::Cell;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::string::String;
use std::vec::Vec;

use crate::Error;
use component_rt::abi::fake::host;
use component_rt::abi::fake::instance::per_instance;

mod flow;
pub mod tcp;
pub mod udp;

/// How many bytes a connection holds in each direction.
pub const CAPACITY: usize = 64 << 10;

/// The machine's network.
struct Network {
    listeners: BTreeMap<SocketAddr, Rc<tcp::Tcp>>,
    connections: Vec<(SocketAddr, Rc<flow::Flow>)>,
    datagram_sockets: BTreeMap<SocketAddr, Rc<udp::Udp>>,
    names: BTreeMap<String, Vec<IpAddr>>,
    silent: BTreeSet<SocketAddr>,
    latency: u64,
    last_port: u16,
}

per_instance! {
    static NETWORK: RefCell<Network> = {
        RefCell::new(Network {
            listeners: BTreeMap::new(),
            connections: Vec::new(),
            datagram_sockets: BTreeMap::new(),
            names: BTreeMap::new(),
            silent: BTreeSet::new(),
            latency: 0,
            last_port: 40_000,
        })
    };
}

fn with<R>(f: impl FnOnce(&mut Network) -> R) -> R {
    NETWORK.with(|network| f(&mut network.borrow_mut()))
}

/// Has everything that is sent from now on arrive that many nanoseconds later.
pub fn set_latency(nanoseconds: u64) {
    with(|network| network.latency = nanoseconds);
}

/// Lets `address` swallow connection attempts: they neither succeed nor fail.
pub fn silence(address: SocketAddr) {
    with(|network| network.silent.insert(address));
}

/// Gives a name addresses.
pub fn set_name(name: &str, addresses: &[IpAddr]) {
    with(|network| network.names.insert(name.into(), addresses.into()));
}

/// Breaks the connection one end of which has this address: both directions fail with `error`, at both ends.
pub fn break_connection(end: SocketAddr, error: Error) {
    let flows: Vec<_> = with(|network| {
        network.connections.iter().filter(|(address, _)| *address == end).map(|(_, flow)| Rc::clone(flow)).collect()
    });
    for flow in flows {
        flow.fail(error);
    }
}

/// Has `action` happen when what is sent now arrives.
fn on_arrival(action: impl FnOnce() + 'static) {
    host::at(host::now() + with(|network| network.latency), action);
}

/// The address of the flat parameters that `ip-socket-address` has.
#[expect(clippy::too_many_arguments, reason = "the canonical ABI's flattening has twelve of them")]
fn address(
    case: u32,
    a: u32,
    b: u32,
    c: u32,
    d: u32,
    e: u32,
    f: u32,
    g: u32,
    h: u32,
    i: u32,
    j: u32,
    k: u32,
) -> SocketAddr {
    let port = u16::try_from(a).expect("a port has 16 bits");
    match case {
        0 => {
            let octets = [b, c, d, e].map(|octet| u8::try_from(octet).expect("an octet has 8 bits"));
            assert_eq!([f, g, h, i, j, k], [0; 6], "the parameters that a case does not use are zero");
            SocketAddr::new(Ipv4Addr::from(octets).into(), port)
        }
        1 => {
            let segments =
                [c, d, e, f, g, h, i, j].map(|segment| u16::try_from(segment).expect("a segment has 16 bits"));
            core::net::SocketAddrV6::new(Ipv6Addr::from(segments), port, b, k).into()
        }
        _ => host::trap(format_args!("{case} is no case of ip-socket-address")),
    }
}

/// An address to bind: ours, of the right family, with a free port for port zero.
fn bindable(
    address: SocketAddr,
    is_ipv6: bool,
    is_free: impl Fn(&Network, &SocketAddr) -> bool,
) -> Result<SocketAddr, Error> {
    if address.is_ipv6() != is_ipv6 {
        return Err(Error::INVAL);
    }
    if !address.ip().is_loopback() && !address.ip().is_unspecified() {
        return Err(Error::ADDRNOTAVAIL);
    }
    with(|network| {
        let mut address = address;
        if address.port() == 0 {
            network.last_port += 1;
            address.set_port(network.last_port);
        }
        if is_free(network, &address) { Ok(address) } else { Err(Error::ADDRINUSE) }
    })
}

/// Where `to` leads: a socket that is bound to it, or to every address of its port.
fn bound_at<T>(sockets: &BTreeMap<SocketAddr, Rc<T>>, to: SocketAddr) -> Option<Rc<T>> {
    let any: IpAddr = if to.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    sockets.get(&to).or_else(|| sockets.get(&SocketAddr::new(any, to.port()))).cloned()
}

/// Checks an address to connect or send to.
fn check_remote(to: SocketAddr, is_ipv6: bool) -> Result<(), Error> {
    let wrong = to.is_ipv6() != is_ipv6 || to.ip().is_unspecified() || to.port() == 0;
    if wrong { Err(Error::INVAL) } else { Ok(()) }
}

/// `wasi:sockets/ip-name-lookup`.
pub mod lookup {
    use component_rt::abi::fake::{host, waitables};

    use super::*;
    use crate::abi::sockets::layout::LookupOutcome;

    pub(crate) unsafe fn resolve_addresses(name: *const u8, length: usize, result: *mut LookupOutcome) {
        // SAFETY: the caller promises a string there.
        let name = unsafe { core::slice::from_raw_parts(name, length) };
        let name = core::str::from_utf8(name).expect("a string argument is UTF-8");
        let addresses = if name.contains(' ') {
            Err(Error::INVAL)
        } else {
            with(|network| network.names.get(name).cloned()).ok_or(Error::NOENT)
        };
        // SAFETY: the caller promises room for the result.
        unsafe { result.write(LookupOutcome::lower(addresses)) };
    }

    /// Takes a microsecond.
    pub(crate) unsafe fn resolve_addresses_async(name: *const u8, length: usize, result: *mut LookupOutcome) -> u32 {
        // SAFETY: the contract of the synchronous lowering, until the call has ended.
        waitables::begin_subtask(host::now() + 1_000, move || unsafe { resolve_addresses(name, length, result) })
    }
}
