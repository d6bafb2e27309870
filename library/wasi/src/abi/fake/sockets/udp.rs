//! `udp-socket`.

use std::collections::VecDeque;

use super::*;
use crate::abi::sockets::Datagram;
use crate::abi::sockets::layout::{Outcome, ReceivedDatagram, SendArguments, SocketAddress};
use component_rt::abi::fake::host::trap;
use component_rt::abi::fake::waitables::{self, OpenSubtask};

const KIND: &str = "udp-socket";

/// The most bytes a datagram over IPv4 can carry.
const MAX_SENT: usize = 65_507;

/// A socket.
pub(super) struct Udp {
    is_ipv6: bool,
    local: Cell<Option<SocketAddr>>,
    peer: Cell<Option<SocketAddr>>,
    hop_limit: Cell<u8>,
    arrived: RefCell<VecDeque<Result<Datagram, Error>>>,
    receivers: RefCell<VecDeque<(OpenSubtask, *mut Outcome<ReceivedDatagram>)>>,
}

impl Udp {
    fn bind(self: &Rc<Self>, address: SocketAddr) -> Result<(), Error> {
        let free = |network: &Network, address: &SocketAddr| !network.datagram_sockets.contains_key(address);
        let local = bindable(address, self.is_ipv6, free)?;
        self.local.set(Some(local));
        with(|network| network.datagram_sockets.insert(local, Rc::clone(self)));
        Ok(())
    }

    fn connect(&self, to: SocketAddr) -> Result<(), Error> {
        check_remote(to, self.is_ipv6)?;
        self.peer.set(Some(to));
        Ok(())
    }

    fn send(self: &Rc<Self>, data: &[u8], to: Option<SocketAddr>) -> Result<(), Error> {
        let to = to.or(self.peer.get()).ok_or(Error::INVAL)?;
        check_remote(to, self.is_ipv6)?;
        if data.len() > MAX_SENT {
            return Err(Error::MSGSIZE);
        }
        let (sender, data) = (Rc::clone(self), data.to_vec());
        on_arrival(move || match with(|network| bound_at(&network.datagram_sockets, to)) {
            Some(receiver) => {
                let from = sender.local.get().expect("std binds datagram sockets before it uses them");
                if receiver.peer.get().is_none_or(|peer| peer == from) {
                    receiver.arrive(Ok((data, from)));
                }
            }
            None if sender.peer.get().is_some() => sender.arrive(Err(Error::CONNREFUSED)),
            None => {}
        });
        Ok(())
    }

    fn arrive(&self, datagram: Result<Datagram, Error>) {
        self.arrived.borrow_mut().push_back(datagram);
        while let Some((subtask, result)) = self.receivers.borrow_mut().pop_front() {
            // One that was cancelled takes nothing.
            if subtask.goes_on() {
                let datagram = self.arrived.borrow_mut().pop_front().expect("pushed just above");
                // SAFETY: who began the call promised room until it has returned.
                unsafe { result.write(Outcome::lower(datagram.map(ReceivedDatagram::lower))) };
                return subtask.returns();
            }
        }
    }
}

fn socket(index: u32) -> Rc<Udp> {
    host::resource(KIND, index)
}

/// # Safety
///
/// `result` has room for the result. The same holds for every function here.
pub(crate) unsafe fn create(family: u32, result: *mut Outcome<u32>) {
    let socket = Udp {
        is_ipv6: family == 1,
        local: Cell::new(None),
        peer: Cell::new(None),
        hop_limit: Cell::new(64),
        arrived: RefCell::default(),
        receivers: RefCell::default(),
    };
    // SAFETY: the caller's promise.
    unsafe { result.write(Outcome::lower(Ok(host::add_resource(KIND, Rc::new(socket))))) };
}

#[expect(clippy::too_many_arguments, reason = "the canonical ABI's flattening")]
pub(crate) unsafe fn bind(
    index: u32,
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
    result: *mut Outcome<()>,
) {
    let outcome = socket(index).bind(address(case, a, b, c, d, e, f, g, h, i, j, k));
    // SAFETY: the caller's promise.
    unsafe { result.write(Outcome::lower(outcome)) };
}

#[expect(clippy::too_many_arguments, reason = "the canonical ABI's flattening")]
pub(crate) unsafe fn connect(
    index: u32,
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
    result: *mut Outcome<()>,
) {
    let outcome = socket(index).connect(address(case, a, b, c, d, e, f, g, h, i, j, k));
    // SAFETY: the caller's promise.
    unsafe { result.write(Outcome::lower(outcome)) };
}

#[expect(clippy::too_many_arguments, reason = "the canonical ABI's flattening")]
pub(crate) unsafe fn send(
    index: u32,
    data: *const u8,
    length: usize,
    is_some: u32,
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
    result: *mut Outcome<()>,
) {
    // SAFETY: the caller promises data there.
    let data = unsafe { core::slice::from_raw_parts(data, length) };
    let to = (is_some == 1).then(|| address(case, a, b, c, d, e, f, g, h, i, j, k));
    // SAFETY: the caller's promise.
    unsafe { result.write(Outcome::lower(socket(index).send(data, to))) };
}

pub(crate) unsafe fn send_async(arguments: *const SendArguments, result: *mut Outcome<()>) -> u32 {
    // SAFETY: the caller promises arguments, and the data they point to.
    let (index, data, to) = unsafe { (*arguments).lift() };
    // SAFETY: the caller's promise.
    unsafe { result.write(Outcome::lower(socket(index).send(data, to))) };
    waitables::RETURNED
}

pub(crate) unsafe fn receive(index: u32, result: *mut Outcome<ReceivedDatagram>) {
    let socket = socket(index);
    let datagram = loop {
        if let Some(datagram) = socket.arrived.borrow_mut().pop_front() {
            break datagram;
        }
        assert!(host::step(u64::MAX), "deadlock: nobody will send a datagram");
    };
    // SAFETY: the caller's promise.
    unsafe { result.write(Outcome::lower(datagram.map(ReceivedDatagram::lower))) };
}

pub(crate) unsafe fn receive_async(index: u32, result: *mut Outcome<ReceivedDatagram>) -> u32 {
    let socket = socket(index);
    if let Some(datagram) = socket.arrived.borrow_mut().pop_front() {
        // SAFETY: the caller's promise.
        unsafe { result.write(Outcome::lower(datagram.map(ReceivedDatagram::lower))) };
        return waitables::RETURNED;
    }
    let (code, subtask) = OpenSubtask::begin();
    socket.receivers.borrow_mut().push_back((subtask, result));
    code
}

pub(crate) unsafe fn local_address(index: u32, result: *mut Outcome<SocketAddress>) {
    let local = socket(index).local.get().ok_or(Error::NOTCONN);
    // SAFETY: the caller's promise.
    unsafe { result.write(Outcome::lower(local.map(|local| SocketAddress::lower(&local)))) };
}

pub(crate) unsafe fn remote_address(index: u32, result: *mut Outcome<SocketAddress>) {
    let peer = socket(index).peer.get().ok_or(Error::NOTCONN);
    // SAFETY: the caller's promise.
    unsafe { result.write(Outcome::lower(peer.map(|peer| SocketAddress::lower(&peer)))) };
}

pub(crate) unsafe fn hop_limit(index: u32, result: *mut Outcome<u8>) {
    // SAFETY: the caller's promise.
    unsafe { result.write(Outcome::lower(Ok(socket(index).hop_limit.get()))) };
}

pub(crate) unsafe fn set_hop_limit(index: u32, value: u32, result: *mut Outcome<()>) {
    let outcome = if value == 0 { Err(Error::INVAL) } else { Ok(()) };
    if outcome.is_ok() {
        socket(index).hop_limit.set(value as u8);
    }
    // SAFETY: the caller's promise.
    unsafe { result.write(Outcome::lower(outcome)) };
}

pub(crate) fn drop(index: u32) {
    let socket = socket(index);
    if socket.receivers.borrow().iter().any(|(subtask, _)| subtask.goes_on()) {
        trap(format_args!("udp-socket {index} is borrowed by a call that has not returned"));
    }
    host::drop_resource(KIND, index);
    with(|network| network.datagram_sockets.remove(&socket.local.get()?));
}
