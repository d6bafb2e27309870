//! Unit futures of the fake host: the guest has both ends.

use core::cell::Cell;
use std::rc::Rc;

use super::host::{Entry, trap, with};

/// A future of nothing.
pub(super) struct UnitFuture {
    readable: u32,
    reading: Cell<bool>,
    written: Cell<bool>,
    reader_is_gone: Cell<bool>,
}

/// Canonical ABI: `EventCode.FUTURE_READ`.
const EVENT_READ: u32 = 4;
const BLOCKED: u32 = 0xffff_ffff;
const COMPLETED: u32 = 0;
const DROPPED: u32 = 1;
const CANCELLED: u32 = 2;

pub(crate) fn future_new_unit() -> u64 {
    with(|host| {
        let readable = host.add(Entry::Set);
        let future = Rc::new(UnitFuture {
            readable,
            reading: Cell::new(false),
            written: Cell::new(false),
            reader_is_gone: Cell::new(false),
        });
        host.slot(readable).entry = Entry::UnitReadable(Rc::clone(&future));
        u64::from(readable) | u64::from(host.add(Entry::UnitWritable(future))) << 32
    })
}

fn readable(end: u32) -> Rc<UnitFuture> {
    let future = with(|host| match &host.slot(end).entry {
        Entry::UnitReadable(future) => Some(Rc::clone(future)),
        _ => None,
    });
    future.unwrap_or_else(|| trap(format_args!("handle {end} is not a readable end of a unit future")))
}

fn writable(end: u32) -> Rc<UnitFuture> {
    let future = with(|host| match &host.slot(end).entry {
        Entry::UnitWritable(future) => Some(Rc::clone(future)),
        _ => None,
    });
    future.unwrap_or_else(|| trap(format_args!("handle {end} is not a writable end of a unit future")))
}

/// # Safety
///
/// None: a unit has no bytes. `unsafe` because the import is.
pub(crate) unsafe fn future_read_unit(end: u32, _: *mut u8) -> u32 {
    let future = readable(end);
    if future.reading.replace(true) {
        trap(format_args!("future {end} is copying already"));
    }
    if future.written.get() { COMPLETED } else { BLOCKED }
}

/// # Safety
///
/// As for `future_read_unit`.
pub(crate) unsafe fn future_write_unit(end: u32, _: *const u8) -> u32 {
    let future = writable(end);
    if future.reader_is_gone.get() {
        return DROPPED;
    }
    if future.written.replace(true) {
        trap(format_args!("future {end} was written before"));
    }
    if !future.reading.get() {
        return BLOCKED;
    }
    with(|host| host.notify(future.readable, EVENT_READ, COMPLETED));
    COMPLETED
}

pub(crate) fn future_cancel_read_unit(end: u32) -> u32 {
    let future = readable(end);
    if !future.reading.replace(false) {
        trap(format_args!("future {end} is not copying"));
    }
    let (set, event) = with(|host| (host.slot(end).set, host.slot(end).event.take()));
    if set != 0 {
        trap(format_args!("future {end} is in a waitable set"));
    }
    event.map_or(CANCELLED, |(_, payload)| payload)
}

pub(crate) fn future_drop_readable_unit(end: u32) {
    let future = readable(end);
    if future.reading.get() && !future.written.get() {
        trap(format_args!("future {end} is copying"));
    }
    future.reader_is_gone.set(true);
    with(|host| Some(host.remove(end)));
}

pub(crate) fn future_drop_writable_unit(end: u32) {
    let future = writable(end);
    if !future.written.get() && !future.reader_is_gone.get() {
        trap(format_args!("future {end} is dropped before it is written"));
    }
    with(|host| Some(host.remove(end)));
}
