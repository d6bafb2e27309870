//! `tcp-socket`.

use super::flow::Flow;
use super::*;
use crate::abi::sockets::layout::{ConnectArguments, Outcome, SocketAddress};
use component_rt::abi::fake::host::trap;
use component_rt::abi::fake::streams::HostWriter;
use component_rt::abi::fake::waitables;
use component_rt::abi::memory::StreamAndFuture;

const KIND: &str = "tcp-socket";
const CONNECTIONS: &str = "wasi:sockets/types@0.3.0#[method]tcp-socket.listen#0";

/// A socket.
pub(super) struct Tcp {
    is_ipv6: bool,
    local: Cell<Option<SocketAddr>>,
    hop_limit: Cell<u8>,
    state: RefCell<State>,
}

enum State {
    Idle,
    Listening(HostWriter),
    Connected { peer: SocketAddr, outgoing: Rc<Flow>, incoming: Rc<Flow>, sends: Cell<bool>, receives: Cell<bool> },
    Closed,
}

impl Tcp {
    fn new(is_ipv6: bool, local: Option<SocketAddr>, state: State) -> Rc<Tcp> {
        Rc::new(Tcp { is_ipv6, local: Cell::new(local), hop_limit: Cell::new(64), state: RefCell::new(state) })
    }

    fn bind(&self, address: SocketAddr) -> Result<(), Error> {
        if self.local.get().is_some() {
            return Err(Error::NOTCONN);
        }
        let free = |network: &Network, address: &SocketAddr| !network.listeners.contains_key(address);
        self.local.set(Some(bindable(address, self.is_ipv6, free)?));
        Ok(())
    }

    fn listen(self: &Rc<Self>) -> Result<u32, Error> {
        let Some(local) = self.local.get() else { return Err(Error::NOTCONN) };
        let (readable, writer) = HostWriter::new(CONNECTIONS, size_of::<u32>());
        *self.state.borrow_mut() = State::Listening(writer);
        if with(|network| network.listeners.insert(local, Rc::clone(self))).is_some() {
            return Err(Error::ADDRINUSE);
        }
        Ok(readable)
    }

    /// Connects now.
    fn connect(&self, to: SocketAddr) -> Result<(), Error> {
        let listener = with(|network| bound_at(&network.listeners, to));
        let writer = match listener.as_ref().map(|listener| listener.state.borrow()).as_deref() {
            Some(State::Listening(writer)) => writer.clone(),
            _ => {
                *self.state.borrow_mut() = State::Closed;
                return Err(Error::CONNREFUSED);
            }
        };
        let local = match self.local.get() {
            Some(local) => local,
            None => bindable(SocketAddr::new(to.ip(), 0), self.is_ipv6, |_, _| true)?,
        };
        self.local.set(Some(local));
        let (there, back) = (Rc::new(Flow::default()), Rc::new(Flow::default()));
        with(|network| {
            for end in [local, to] {
                network.connections.extend([(end, Rc::clone(&there)), (end, Rc::clone(&back))]);
            }
        });
        let connected = |peer, outgoing: &Rc<Flow>, incoming: &Rc<Flow>| State::Connected {
            peer,
            outgoing: Rc::clone(outgoing),
            incoming: Rc::clone(incoming),
            sends: Cell::new(false),
            receives: Cell::new(false),
        };
        *self.state.borrow_mut() = connected(to, &there, &back);
        let accepted = Tcp::new(self.is_ipv6, Some(to), connected(local, &back, &there));
        accepted.hop_limit.set(listener.map_or(64, |listener| listener.hop_limit.get()));
        on_arrival(move || writer.write_values(std::vec![host::add_resource(KIND, accepted)]));
        Ok(())
    }
}

fn socket(index: u32) -> Rc<Tcp> {
    host::resource(KIND, index)
}

/// # Safety
///
/// `result` has room for the result. The same holds for every function here.
pub(crate) unsafe fn create(family: u32, result: *mut Outcome<u32>) {
    let handle = host::add_resource(KIND, Tcp::new(family == 1, None, State::Idle));
    // SAFETY: the caller's promise.
    unsafe { result.write(Outcome::lower(Ok(handle))) };
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
    let (socket, to) = (socket(index), address(case, a, b, c, d, e, f, g, h, i, j, k));
    let outcome = check_remote(to, socket.is_ipv6).and_then(|()| {
        assert!(!with(|network| network.silent.contains(&to)), "deadlock: a connection that {to} will never answer");
        host::advance_to(host::now() + with(|network| network.latency));
        socket.connect(to)
    });
    // SAFETY: the caller's promise.
    unsafe { result.write(Outcome::lower(outcome)) };
}

pub(crate) unsafe fn connect_async(arguments: *const ConnectArguments, result: *mut Outcome<()>) -> u32 {
    // SAFETY: the caller promises arguments there.
    let (socket, to) = unsafe { (socket((*arguments).socket), (*arguments).address.lift()) };
    if let Err(error) = check_remote(to, socket.is_ipv6) {
        // SAFETY: the caller's promise.
        unsafe { result.write(Outcome::lower(Err(error))) };
        return waitables::RETURNED;
    }
    let (silent, latency) = with(|network| (network.silent.contains(&to), network.latency));
    let mark = if silent { u64::MAX } else { host::now() + latency };
    waitables::begin_subtask(mark, move || {
        // SAFETY: the caller promises room until the call has returned.
        unsafe { result.write(Outcome::lower(socket.connect(to))) };
    })
}

pub(crate) unsafe fn listen(index: u32, result: *mut Outcome<u32>) {
    // SAFETY: the caller's promise.
    unsafe { result.write(Outcome::lower(socket(index).listen())) };
}

pub(crate) fn send(index: u32, stream: u32) -> u32 {
    match &*socket(index).state.borrow() {
        State::Connected { outgoing, sends, .. } if !sends.replace(true) => outgoing.send(stream),
        _ => trap(format_args!("send is called once, on a connected socket")),
    }
}

pub(crate) unsafe fn receive(index: u32, result: *mut StreamAndFuture) {
    let (stream, future) = match &*socket(index).state.borrow() {
        State::Connected { incoming, receives, .. } if !receives.replace(true) => incoming.receive(),
        _ => trap(format_args!("receive is called once, on a connected socket")),
    };
    // SAFETY: the caller's promise.
    unsafe { result.write(StreamAndFuture { stream, future }) };
}

pub(crate) unsafe fn local_address(index: u32, result: *mut Outcome<SocketAddress>) {
    let local = socket(index).local.get().ok_or(Error::NOTCONN);
    // SAFETY: the caller's promise.
    unsafe { result.write(Outcome::lower(local.map(|local| SocketAddress::lower(&local)))) };
}

pub(crate) unsafe fn remote_address(index: u32, result: *mut Outcome<SocketAddress>) {
    let peer = match &*socket(index).state.borrow() {
        State::Connected { peer, .. } => Ok(SocketAddress::lower(peer)),
        _ => Err(Error::NOTCONN),
    };
    // SAFETY: the caller's promise.
    unsafe { result.write(Outcome::lower(peer)) };
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
    host::drop_resource(KIND, index);
    match &*socket.state.borrow() {
        State::Connected { outgoing, .. } => super::flow::schedule_close(outgoing),
        State::Listening(writer) => {
            writer.end();
            with(|network| network.listeners.remove(&socket.local.get()?));
        }
        State::Idle | State::Closed => {}
    }
}
