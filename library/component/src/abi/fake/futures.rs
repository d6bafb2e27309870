//! Futures of the fake host: the guest reads, the host writes.

use core::mem::MaybeUninit;
use std::boxed::Box;
use std::cell::RefCell;
use std::rc::Rc;

use super::host::{Entry, alive, trap, with};

type Byte = MaybeUninit<u8>;

/// A future.
pub(super) struct Future {
    kind: &'static str,
    handle: u32,
    state: State,
    copy: Option<*mut Byte>,
}

enum State {
    Awaited,
    Written(Box<[Byte]>),
    Read,
    WriterDropped,
}

/// Canonical ABI: `EventCode.FUTURE_READ`.
const EVENT_READ: u32 = 4;
const BLOCKED: u32 = 0xffff_ffff;
const COMPLETED: u32 = 0;
const DROPPED: u32 = 1;
const CANCELLED: u32 = 2;

fn pump(future: &Rc<RefCell<Future>>) {
    let future = &mut *future.borrow_mut();
    let Some(to) = future.copy else { return };
    let result = match &future.state {
        State::Awaited => return,
        State::Written(bytes) => {
            // SAFETY: the guest promised room for the value for the duration of the copy (contract of `read`).
            unsafe { core::ptr::copy_nonoverlapping(bytes.as_ptr(), to, bytes.len()) };
            future.state = State::Read;
            COMPLETED
        }
        State::WriterDropped => DROPPED,
        State::Read => trap(format_args!("future {} was read before", future.handle)),
    };
    future.copy = None;
    with(|host| host.notify(future.handle, EVENT_READ, result));
}

/// The built-ins of one future type, made by `future_builtins!`.
#[doc(hidden)]
#[macro_export]
macro_rules! future_stand_in {
    ($value:ty, $kind:expr) => {
        pub(crate) unsafe fn read(end: u32, value: *mut $value) -> u32 {
            // SAFETY: the same contract.
            unsafe { $crate::abi::fake::futures::read($kind, end, value.cast()) }
        }
        pub(crate) fn cancel_read(end: u32) -> u32 {
            $crate::abi::fake::futures::cancel_read($kind, end)
        }
        pub(crate) fn drop_readable(end: u32) {
            $crate::abi::fake::futures::drop_readable($kind, end)
        }
    };
}
pub use future_stand_in as stand_in;

fn future(kind: &'static str, end: u32) -> Rc<RefCell<Future>> {
    let future = with(|host| match &host.slot(end).entry {
        Entry::Future(future) if future.borrow().kind == kind => Some(Rc::clone(future)),
        _ => None,
    });
    future.unwrap_or_else(|| trap(format_args!("handle {end} is not a readable end of {kind}")))
}

/// Canonical ABI: `future.read`, `async`, of the future type `kind`.
///
/// # Safety
///
/// `value` has room for the value, and nobody touches it until the copy has ended.
pub unsafe fn read(kind: &'static str, end: u32, value: *mut Byte) -> u32 {
    let future = future(kind, end);
    if future.borrow_mut().copy.replace(value).is_some() {
        trap(format_args!("future {end} is copying already"));
    }
    pump(&future);
    with(|host| host.slot(end).event.take()).map_or(BLOCKED, |(_, payload)| payload)
}

/// Canonical ABI: `future.cancel-read`, of the future type `kind`.
pub fn cancel_read(kind: &'static str, end: u32) -> u32 {
    let future = future(kind, end);
    if let Some((_, payload)) = with(|host| host.slot(end).event.take()) {
        return payload;
    }
    match future.borrow_mut().copy.take() {
        Some(_) => CANCELLED,
        None => trap(format_args!("future {end} is not copying")),
    }
}

/// Canonical ABI: `future.drop-readable`, of the future type `kind`.
pub fn drop_readable(kind: &'static str, end: u32) {
    if !alive() {
        return;
    }
    if future(kind, end).borrow().copy.is_some() {
        trap(format_args!("future {end} is copying"));
    }
    with(|host| Some(host.remove(end)));
}

/// The host's end of a future.
#[derive(Clone)]
pub struct HostFuture(Rc<RefCell<Future>>);

impl HostFuture {
    /// Makes a future of a type: its name is `interface#function#index`. Gives the guest's readable end.
    pub fn new(kind: &'static str) -> (u32, HostFuture) {
        let future = Rc::new(RefCell::new(Future { kind, handle: 0, state: State::Awaited, copy: None }));
        let handle = with(|host| host.add(Entry::Future(Rc::clone(&future))));
        future.borrow_mut().handle = handle;
        (handle, HostFuture(future))
    }

    /// Writes the value, lowered. What it owns moves with it.
    pub fn write<V>(&self, value: V) {
        let value = core::mem::ManuallyDrop::new(value);
        // SAFETY: the value is that many bytes, perhaps uninitialised ones; it is not dropped, so it has moved.
        let bytes = unsafe { core::slice::from_raw_parts((&raw const value).cast::<Byte>(), size_of::<V>()) };
        self.0.borrow_mut().state = State::Written(bytes.into());
        pump(&self.0);
    }

    /// Drops the host's end without a value.
    pub fn drop_end(&self) {
        self.0.borrow_mut().state = State::WriterDropped;
        pump(&self.0);
    }
}
