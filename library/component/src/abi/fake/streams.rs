//! Streams of the fake host: a channel between two ends, each in the hands of the guest or of the host.
//!
//! The guest's ends are handles; the host's are [`HostWriter`] and [`HostReader`], which tests and the fake files, sockets
//! and standard streams hold. Elements are moved as bytes, whatever they are.

use core::mem::MaybeUninit;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::vec::Vec;

use super::host::{Entry, alive, trap, with};

/// A byte of an element: elements may have padding.
type Byte = MaybeUninit<u8>;

/// A stream.
pub(super) struct Channel {
    /// Interface, function and index: the stream's type.
    kind: &'static str,
    element_size: usize,
    writer: Writer,
    reader: Reader,
    /// What the host does when the guest has read, written or dropped its end.
    observer: Option<Observer>,
}

type Observer = Rc<RefCell<dyn FnMut(&HostReader)>>;

enum Writer {
    Guest { handle: u32, copy: Option<(*const Byte, usize)> },
    Host { queue: VecDeque<Byte> },
    Dropped { left: VecDeque<Byte> },
}

enum Reader {
    Guest { handle: u32, copy: Option<(*mut Byte, usize)> },
    Host { appetite: usize, taken: Vec<Byte> },
    Dropped,
}

/// Canonical ABI: `EventCode.STREAM_READ`.
const EVENT_READ: u32 = 2;
/// Canonical ABI: `EventCode.STREAM_WRITE`.
const EVENT_WRITE: u32 = 3;
const BLOCKED: u32 = 0xffff_ffff;
const COMPLETED: u32 = 0;
const DROPPED: u32 = 1;
const CANCELLED: u32 = 2;

/// Moves what can be moved, and notifies the guest's ends.
fn pump(channel: &Rc<RefCell<Channel>>) {
    let channel = &mut *channel.borrow_mut();
    let size = channel.element_size;
    // A queue the host's writer left behind is read to its end before the reader sees the drop.
    let ended = matches!(channel.writer, Writer::Dropped { .. });
    match (&mut channel.writer, &mut channel.reader) {
        (
            Writer::Guest { copy: Some((from, available)), handle: writable },
            Reader::Guest { copy: Some((to, room)), handle },
        ) => {
            let count = (*available).min(*room);
            // SAFETY: both guests promised their buffers for the duration of the copy (contracts of `read` and `write`).
            unsafe { core::ptr::copy_nonoverlapping(*from, *to, count * size) };
            let (writable, readable) = (*writable, *handle);
            end_write(&mut channel.writer, writable, COMPLETED, count);
            end_read(&mut channel.reader, readable, COMPLETED, count);
        }
        (
            Writer::Host { queue } | Writer::Dropped { left: queue },
            Reader::Guest { copy: Some((to, room)), handle },
        ) if !queue.is_empty() => {
            let count = (queue.len() / size).min(*room);
            for (offset, byte) in queue.drain(..count * size).enumerate() {
                // SAFETY: the guest promised room for `room` elements for the duration of the copy (contract of `read`).
                unsafe { to.add(offset).write(byte) };
            }
            let result = if ended && queue.is_empty() { DROPPED } else { COMPLETED };
            let readable = *handle;
            end_read(&mut channel.reader, readable, result, count);
        }
        (Writer::Dropped { .. }, Reader::Guest { copy: Some(_), handle }) => {
            let readable = *handle;
            end_read(&mut channel.reader, readable, DROPPED, 0);
        }
        (Writer::Guest { copy: Some((from, available)), handle }, Reader::Host { appetite, taken })
            if *appetite > 0 =>
        {
            let count = (*available).min(*appetite);
            *appetite -= count;
            // SAFETY: the guest promised its buffer for the duration of the copy (contract of `write`).
            taken.extend_from_slice(unsafe { core::slice::from_raw_parts(*from, count * size) });
            let writable = *handle;
            end_write(&mut channel.writer, writable, COMPLETED, count);
        }
        (Writer::Guest { copy: Some(_), handle }, Reader::Dropped) => {
            let writable = *handle;
            end_write(&mut channel.writer, writable, DROPPED, 0);
        }
        _ => {}
    }
}

fn end_read(reader: &mut Reader, handle: u32, result: u32, count: usize) {
    *reader = Reader::Guest { handle, copy: None };
    with(|host| host.notify(handle, EVENT_READ, result | (count as u32) << 4));
}

fn end_write(writer: &mut Writer, handle: u32, result: u32, count: usize) {
    *writer = Writer::Guest { handle, copy: None };
    with(|host| host.notify(handle, EVENT_WRITE, result | (count as u32) << 4));
}

/// Lets the host see what the guest has done to a stream.
fn observed(channel: &Rc<RefCell<Channel>>) {
    let observer = channel.borrow().observer.clone();
    if let Some(observer) = observer {
        (observer.borrow_mut())(&HostReader(Rc::clone(channel)));
    }
}

/// The event that a built-in finds right after its pump, or BLOCKED.
fn at_once(handle: u32) -> u32 {
    with(|host| host.slot(handle).event.take()).map_or(BLOCKED, |(_, payload)| payload)
}

/// The built-ins of one stream type, made by `stream_builtins!`.
#[doc(hidden)]
#[macro_export]
macro_rules! stream_stand_in {
    ($element:ty, $kind:expr) => {
        pub(crate) fn new() -> u64 {
            $crate::abi::fake::streams::new($kind, size_of::<$element>())
        }
        pub(crate) unsafe fn read(end: u32, buffer: *mut $element, count: usize) -> u32 {
            // SAFETY: the same contract.
            unsafe { $crate::abi::fake::streams::read($kind, end, buffer.cast(), count) }
        }
        pub(crate) unsafe fn write(end: u32, buffer: *const $element, count: usize) -> u32 {
            // SAFETY: the same contract.
            unsafe { $crate::abi::fake::streams::write($kind, end, buffer.cast(), count) }
        }
        pub(crate) fn cancel_read(end: u32) -> u32 {
            $crate::abi::fake::streams::cancel_read($kind, end)
        }
        pub(crate) fn cancel_write(end: u32) -> u32 {
            $crate::abi::fake::streams::cancel_write($kind, end)
        }
        pub(crate) fn drop_readable(end: u32) {
            $crate::abi::fake::streams::drop_readable($kind, end)
        }
        pub(crate) fn drop_writable(end: u32) {
            $crate::abi::fake::streams::drop_writable($kind, end)
        }
    };
}
pub use stream_stand_in as stand_in;

/// Canonical ABI: `stream.new`, of the stream type `kind`.
pub fn new(kind: &'static str, element_size: usize) -> u64 {
    with(|host| {
        let channel = Rc::new(RefCell::new(Channel {
            kind,
            element_size,
            writer: Writer::Dropped { left: VecDeque::new() },
            reader: Reader::Dropped,
            observer: None,
        }));
        let readable = host.add(Entry::Readable(Rc::clone(&channel)));
        let writable = host.add(Entry::Writable(Rc::clone(&channel)));
        let mut ends = channel.borrow_mut();
        ends.reader = Reader::Guest { handle: readable, copy: None };
        ends.writer = Writer::Guest { handle: writable, copy: None };
        u64::from(readable) | u64::from(writable) << 32
    })
}

fn readable(kind: &'static str, end: u32) -> Rc<RefCell<Channel>> {
    let channel = with(|host| match &host.slot(end).entry {
        Entry::Readable(channel) if channel.borrow().kind == kind => Some(Rc::clone(channel)),
        _ => None,
    });
    channel.unwrap_or_else(|| trap(format_args!("handle {end} is not a readable end of {kind}")))
}

fn writable(kind: &'static str, end: u32) -> Rc<RefCell<Channel>> {
    let channel = with(|host| match &host.slot(end).entry {
        Entry::Writable(channel) if channel.borrow().kind == kind => Some(Rc::clone(channel)),
        _ => None,
    });
    channel.unwrap_or_else(|| trap(format_args!("handle {end} is not a writable end of {kind}")))
}

/// Canonical ABI: `stream.read`, `async`, of the stream type `kind`.
///
/// # Safety
///
/// `buffer` has room for `count` elements, and nobody touches it until the copy has ended.
pub unsafe fn read(kind: &'static str, end: u32, buffer: *mut Byte, count: usize) -> u32 {
    let channel = readable(kind, end);
    match &mut channel.borrow_mut().reader {
        Reader::Guest { copy: copy @ None, .. } => *copy = Some((buffer, count)),
        _ => trap(format_args!("readable end {end} is copying already")),
    }
    pump(&channel);
    observed(&channel);
    at_once(end)
}

/// Canonical ABI: `stream.write`, `async`, of the stream type `kind`.
///
/// # Safety
///
/// `buffer` holds `count` elements, and nobody changes it until the copy has ended.
pub unsafe fn write(kind: &'static str, end: u32, buffer: *const Byte, count: usize) -> u32 {
    let channel = writable(kind, end);
    match &mut channel.borrow_mut().writer {
        Writer::Guest { copy: copy @ None, .. } => *copy = Some((buffer, count)),
        _ => trap(format_args!("writable end {end} is copying already")),
    }
    pump(&channel);
    observed(&channel);
    at_once(end)
}

/// Canonical ABI: `stream.cancel-read`, of the stream type `kind`.
pub fn cancel_read(kind: &'static str, end: u32) -> u32 {
    let channel = readable(kind, end);
    if let Some((_, payload)) = with(|host| host.slot(end).event.take()) {
        return payload;
    }
    match &mut channel.borrow_mut().reader {
        Reader::Guest { copy: copy @ Some(_), .. } => *copy = None,
        _ => trap(format_args!("readable end {end} is not copying")),
    }
    CANCELLED
}

/// Canonical ABI: `stream.cancel-write`, of the stream type `kind`.
pub fn cancel_write(kind: &'static str, end: u32) -> u32 {
    let channel = writable(kind, end);
    if let Some((_, payload)) = with(|host| host.slot(end).event.take()) {
        return payload;
    }
    match &mut channel.borrow_mut().writer {
        Writer::Guest { copy: copy @ Some(_), .. } => *copy = None,
        _ => trap(format_args!("writable end {end} is not copying")),
    }
    CANCELLED
}

/// Canonical ABI: `stream.drop-readable`, of the stream type `kind`.
pub fn drop_readable(kind: &'static str, end: u32) {
    if !alive() {
        return;
    }
    let channel = readable(kind, end);
    with(|host| Some(host.remove(end)));
    {
        let channel = &mut *channel.borrow_mut();
        if matches!(channel.reader, Reader::Guest { copy: Some(_), .. }) {
            trap(format_args!("readable end {end} is copying"));
        }
        channel.reader = Reader::Dropped;
        if let Writer::Guest { handle, .. } = channel.writer {
            mark_dropped(handle);
        }
    }
    pump(&channel);
    observed(&channel);
}

/// Canonical ABI: `stream.drop-writable`, of the stream type `kind`.
pub fn drop_writable(kind: &'static str, end: u32) {
    if !alive() {
        return;
    }
    let channel = writable(kind, end);
    with(|host| Some(host.remove(end)));
    {
        let channel = &mut *channel.borrow_mut();
        if matches!(channel.writer, Writer::Guest { copy: Some(_), .. }) {
            trap(format_args!("writable end {end} is copying"));
        }
        channel.writer = Writer::Dropped { left: VecDeque::new() };
        if let Reader::Guest { handle, .. } = channel.reader {
            mark_dropped(handle);
        }
    }
    pump(&channel);
    observed(&channel);
}

/// An event that was not delivered yet tells of the drop as well (as in wasmtime).
fn mark_dropped(handle: u32) {
    with(|host| {
        if let Some((_, payload)) = &mut host.slot(handle).event {
            *payload = *payload & !0xf | DROPPED;
        }
    });
}

/// The host's end of a stream that the guest reads.
#[derive(Clone)]
pub struct HostWriter(Rc<RefCell<Channel>>);

impl HostWriter {
    /// Makes a stream of a type: its name is `interface#function#index`. Gives the guest's readable end.
    pub fn new(kind: &'static str, element_size: usize) -> (u32, HostWriter) {
        let channel = Rc::new(RefCell::new(Channel {
            kind,
            element_size,
            writer: Writer::Host { queue: VecDeque::new() },
            reader: Reader::Dropped,
            observer: None,
        }));
        let readable = with(|host| host.add(Entry::Readable(Rc::clone(&channel))));
        channel.borrow_mut().reader = Reader::Guest { handle: readable, copy: None };
        (readable, HostWriter(channel))
    }

    /// Offers bytes (the bytes of whole elements).
    pub fn write(&self, bytes: &[u8]) {
        // SAFETY: initialised bytes are bytes.
        self.write_elements(unsafe { core::slice::from_raw_parts(bytes.as_ptr().cast::<Byte>(), bytes.len()) });
    }

    /// Offers elements. What they own moves with them.
    pub fn write_values<T>(&self, elements: Vec<T>) {
        let elements = core::mem::ManuallyDrop::new(elements);
        // SAFETY: the elements are that many bytes, perhaps uninitialised ones; they are not dropped, so they have moved.
        self.write_elements(unsafe {
            core::slice::from_raw_parts(elements.as_ptr().cast::<Byte>(), size_of_val(&**elements))
        });
    }

    fn write_elements(&self, bytes: &[Byte]) {
        match &mut self.0.borrow_mut().writer {
            Writer::Host { queue } => queue.extend(bytes),
            _ => panic!("the host writes after it has dropped its end"),
        }
        pump(&self.0);
    }

    /// Drops the host's end; what was offered can still be read.
    pub fn end(&self) {
        {
            let channel = &mut *self.0.borrow_mut();
            if let Writer::Host { queue } = &mut channel.writer {
                let left = core::mem::take(queue);
                if let (true, Reader::Guest { handle, .. }) = (left.is_empty(), &channel.reader) {
                    mark_dropped(*handle);
                }
                channel.writer = Writer::Dropped { left };
            }
        }
        pump(&self.0);
    }

    /// Has `observer` called whenever the guest has read or dropped its end.
    pub fn observe(&self, mut observer: impl FnMut() + 'static) {
        self.0.borrow_mut().observer = Some(Rc::new(RefCell::new(move |_: &HostReader| observer())));
    }

    /// Whether the guest has dropped its end.
    pub fn reader_is_gone(&self) -> bool {
        matches!(self.0.borrow().reader, Reader::Dropped)
    }

    /// Elements offered and not read yet.
    pub fn left(&self) -> usize {
        let channel = self.0.borrow();
        match &channel.writer {
            Writer::Host { queue } | Writer::Dropped { left: queue } => queue.len() / channel.element_size,
            Writer::Guest { .. } => 0,
        }
    }
}

/// The host's end of a stream that the guest writes.
#[derive(Clone)]
pub struct HostReader(Rc<RefCell<Channel>>);

impl HostReader {
    /// Takes a readable end from the guest, as an import that is given one does. The host reads all there is from now on.
    pub fn take(kind: &'static str, end: u32) -> HostReader {
        let channel = readable(kind, end);
        with(|host| Some(host.remove(end)));
        channel.borrow_mut().reader = Reader::Host { appetite: usize::MAX, taken: Vec::new() };
        pump(&channel);
        HostReader(channel)
    }

    /// Lets the host read that many elements more, and then none.
    pub fn set_appetite(&self, elements: usize) {
        if let Reader::Host { appetite, .. } = &mut self.0.borrow_mut().reader {
            *appetite = elements;
        }
        pump(&self.0);
    }

    /// Has `observer` called whenever the guest has written or dropped its end.
    pub fn observe(&self, observer: impl FnMut(&HostReader) + 'static) {
        self.0.borrow_mut().observer = Some(Rc::new(RefCell::new(observer)));
    }

    /// The bytes read so far, taken out.
    pub fn bytes(&self) -> Vec<u8> {
        match &mut self.0.borrow_mut().reader {
            Reader::Host { taken, .. } => core::mem::take(taken)
                .into_iter()
                .map(|byte| {
                    // SAFETY: a stream of bytes has initialised elements: the guest's buffer is a slice of `u8`.
                    unsafe { byte.assume_init() }
                })
                .collect(),
            _ => Vec::new(),
        }
    }

    /// Whether the guest has dropped its end.
    pub fn writer_is_gone(&self) -> bool {
        matches!(self.0.borrow().writer, Writer::Dropped { .. })
    }

    /// Drops the host's end.
    pub fn drop_end(&self) {
        {
            let channel = &mut *self.0.borrow_mut();
            channel.reader = Reader::Dropped;
            if let Writer::Guest { handle, .. } = channel.writer {
                mark_dropped(handle);
            }
        }
        pump(&self.0);
    }
}
