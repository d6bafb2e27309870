//! Streams and futures of the component model, whose elements are Rust values.

use component_rt::event::CopyResult;
use component_rt::signature::{FutureReader as Reader, FutureWriter as Writer, Lent, Type, Typed, Value, not_lent};
use component_rt::stream::{self, ReadAhead, ReadableEnd, WriteWhenReady};

use crate::future::{Future, poll_fn};
use crate::pin::Pin;
use crate::task::{Context, Poll};
use crate::{fmt, io, mem};

/// The readable end of a stream: values that come one after the other, from another component or the host.
///
/// It is what `stream<T>` is in WIT, as a parameter or a result of functions with [`wasm`](macro@super::wasm). Dropping it tells the writer that
/// nobody reads any more.
///
/// Cancelling a read loses nothing: what had come is there for the next one.
#[stable(feature = "component_signatures", since = "1.96.0")]
pub struct Stream<T: Value> {
    ahead: ReadAhead<Typed<T>>,
    has_ended: bool,
}

/// Makes a stream: its writable end, and its readable end for somebody else.
///
/// Its type must occur in a signature of the program: else the first use traps. Within one component instance streams can carry numbers only.
#[stable(feature = "component_signatures", since = "1.96.0")]
#[must_use]
pub fn stream<T: Value>() -> (StreamWriter<T>, Stream<T>) {
    let (readable, writable) = stream::new::<Typed<T>>();
    (StreamWriter { end: WriteWhenReady::new(writable) }, Stream::of(readable))
}

impl<T: Value> Stream<T> {
    fn of(end: ReadableEnd<Typed<T>>) -> Stream<T> {
        Stream { ahead: ReadAhead::new(end), has_ended: false }
    }

    /// The next value. `None`: that was all.
    #[stable(feature = "component_signatures", since = "1.96.0")]
    pub async fn next(&mut self) -> Option<T> {
        loop {
            if let Some(element) = self.ahead.take_first() {
                // SAFETY: it has come, and is taken once.
                return Some(unsafe { T::from_memory(element) });
            }
            poll_fn(|context| self.poll_more(1, context)).await?;
        }
    }

    /// Reads what is there, at least one value and about `most` at most, waiting until there is one. Empty: that was all.
    #[stable(feature = "component_signatures", since = "1.96.0")]
    pub async fn read(&mut self, most: usize) -> Vec<T> {
        while self.ahead.elements().is_empty() {
            if poll_fn(|context| self.poll_more(most.max(1), context)).await.is_none() {
                break;
            }
        }
        taken(self.ahead.take_all())
    }

    /// All that still comes.
    #[stable(feature = "component_signatures", since = "1.96.0")]
    pub async fn collect(mut self) -> Vec<T> {
        let mut all = self.read(AT_ONCE).await;
        loop {
            let mut more = self.read(AT_ONCE).await;
            if more.is_empty() {
                return all;
            }
            all.append(&mut more);
        }
    }

    /// Waits until more has come. `None`: the stream has ended.
    fn poll_more(&mut self, count: usize, context: &mut Context<'_>) -> Poll<Option<()>> {
        if self.has_ended {
            return Poll::Ready(None);
        }
        self.ahead.poll_gather(count, context).map(|copied| {
            self.has_ended = copied.result == CopyResult::Dropped;
            (copied.count > 0 || !self.has_ended).then_some(())
        })
    }
}

/// A handle goes over to the callee: there is no reference to one, and it is not lent.
macro_rules! goes_over {
    () => {
        fn referred(reference: &Self) -> &Self {
            reference
        }

        fn refer(&self, _: &mut Lent) -> u32 {
            not_lent()
        }

        fn lend(&self, _: &mut Lent) -> u32 {
            not_lent()
        }
    };
}

/// So many values are read at once, by who wants all.
const AT_ONCE: usize = 4096;

/// What has come, as values.
fn taken<T: Value>(elements: Vec<T::Memory>) -> Vec<T> {
    if T::IS_PLAIN {
        let mut elements = mem::ManuallyDrop::new(elements);
        // SAFETY: a plain value has the layout of its representation, and every one that has come is valid (`Value`).
        return unsafe { Vec::from_raw_parts(elements.as_mut_ptr().cast(), elements.len(), elements.capacity()) };
    }
    // SAFETY: they have come, and are taken once.
    elements.into_iter().map(|element| unsafe { T::from_memory(element) }).collect()
}

#[stable(feature = "component_signatures", since = "1.96.0")]
impl<T: Value> Drop for Stream<T> {
    fn drop(&mut self) {
        drop(taken::<T>(self.ahead.take_all()));
    }
}

#[stable(feature = "component_signatures", since = "1.96.0")]
impl<T: Value> fmt::Debug for Stream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream").finish_non_exhaustive()
    }
}

/// Blocks while nothing is there.
#[stable(feature = "component_signatures", since = "1.96.0")]
impl io::Read for Stream<u8> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.ahead.settle();
        let room = buffer.len();
        // SAFETY: initialised bytes may be looked at as bytes that need not be; only bytes are written there.
        let buffer = unsafe { &mut *(buffer as *mut [u8] as *mut [mem::MaybeUninit<u8>]) };
        if !self.ahead.elements().is_empty() {
            return Ok(self.ahead.take(buffer));
        }
        if self.has_ended || room == 0 {
            return Ok(0);
        }
        let copied = self.ahead.read(buffer);
        self.has_ended = copied.result == CopyResult::Dropped;
        Ok(copied.count)
    }
}

// SAFETY: a handle.
#[unstable(feature = "rustc_private", issue = "27812")]
unsafe impl<T: Value> Value for Stream<T> {
    type Memory = u32;
    type Reference = Self;
    const TYPE: &'static Type = &Type::Stream(T::TYPE);
    const CAN_LEND: bool = false;

    fn into_memory(self) -> u32 {
        let this = mem::ManuallyDrop::new(self);
        // SAFETY: it is moved out of what is not dropped.
        match unsafe { crate::ptr::read(&this.ahead) }.into_handle() {
            Ok(index) => index,
            Err(_) => panic!("values have come in this stream that nobody took: it cannot be passed on"),
        }
    }

    unsafe fn from_memory(index: u32) -> Stream<T> {
        Stream::of(ReadableEnd::from_handle(index))
    }

    goes_over!();
}

/// The writable end of a stream. Dropping it ends the stream.
#[stable(feature = "component_signatures", since = "1.96.0")]
pub struct StreamWriter<T: Value> {
    end: WriteWhenReady<Typed<T>>,
}

impl<T: Value> StreamWriter<T> {
    /// Writes all of them, waiting until the reader has taken them. Gives back what it did not take, because it is gone.
    ///
    /// Cancelled, some may have been written.
    #[stable(feature = "component_signatures", since = "1.96.0")]
    pub async fn write_all(&mut self, values: Vec<T>) -> Vec<T> {
        let mut left = Left { elements: values.into_iter().map(T::into_memory).collect(), written: 0 };
        while left.written < left.elements.len() {
            let copied = poll_fn(|context| self.end.poll_write(&left.elements[left.written..], context)).await;
            left.took(copied.count);
            if copied.result == CopyResult::Dropped {
                break;
            }
        }
        left.into_values()
    }

    /// Writes one. `Err`: the reader is gone.
    #[stable(feature = "component_signatures", since = "1.96.0")]
    pub async fn write(&mut self, value: T) -> Result<(), T> {
        self.write_all(vec![value]).await.pop().map_or(Ok(()), Err)
    }
}

/// Values that are being written.
struct Left<T: Value> {
    elements: Vec<T::Memory>,
    written: usize,
}

impl<T: Value> Left<T> {
    /// So many more have been taken.
    fn took(&mut self, count: usize) {
        for element in &self.elements[self.written..self.written + count] {
            // SAFETY: the reader has its own, and this is done once for each.
            unsafe { T::free(*element) };
        }
        self.written += count;
    }

    fn into_values(mut self) -> Vec<T> {
        self.elements.drain(..mem::take(&mut self.written));
        taken(mem::take(&mut self.elements))
    }
}

impl<T: Value> Drop for Left<T> {
    fn drop(&mut self) {
        self.elements.drain(..self.written);
        drop(taken::<T>(mem::take(&mut self.elements)));
    }
}

#[stable(feature = "component_signatures", since = "1.96.0")]
impl<T: Value> fmt::Debug for StreamWriter<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamWriter").finish_non_exhaustive()
    }
}

/// Blocks while the reader takes nothing.
#[stable(feature = "component_signatures", since = "1.96.0")]
impl io::Write for StreamWriter<u8> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.is_empty() {
            return Ok(0);
        }
        match self.end.write_within(bytes, component_rt::patience::Forever) {
            Some(copied) if copied.count > 0 => Ok(copied.count),
            _ => Err(io::const_error!(io::ErrorKind::BrokenPipe, "the reader of the stream is gone")),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The readable end of a future of the component model: a value that comes later, from another component or the host. `None`: it never will.
///
/// It is what `future<T>` is in WIT, and may be awaited. Dropping it tells the writer that nobody wants the value.
#[stable(feature = "component_signatures", since = "1.96.0")]
pub struct FutureReader<T: Value>(Reader<T>);

/// Makes a future: its writable end, and its readable end for somebody else. `default` makes the value of a writer that is dropped without
/// writing one.
#[stable(feature = "component_signatures", since = "1.96.0")]
#[must_use]
pub fn future<T: Value>(default: fn() -> T) -> (FutureWriter<T>, FutureReader<T>) {
    let (writer, reader) = component_rt::signature::future(default);
    (FutureWriter(writer), FutureReader(reader))
}

#[stable(feature = "component_signatures", since = "1.96.0")]
impl<T: Value> Future for FutureReader<T> {
    type Output = Option<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        self.0.poll(context)
    }
}

#[stable(feature = "component_signatures", since = "1.96.0")]
impl<T: Value> Unpin for FutureReader<T> {}

#[stable(feature = "component_signatures", since = "1.96.0")]
impl<T: Value> fmt::Debug for FutureReader<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FutureReader").finish_non_exhaustive()
    }
}

// SAFETY: a handle.
#[unstable(feature = "rustc_private", issue = "27812")]
unsafe impl<T: Value> Value for FutureReader<T> {
    type Memory = u32;
    type Reference = Self;
    const TYPE: &'static Type = &Type::Future(T::TYPE);
    const CAN_LEND: bool = false;

    fn into_memory(self) -> u32 {
        self.0.into_handle()
    }

    unsafe fn from_memory(index: u32) -> FutureReader<T> {
        FutureReader(Reader::from_handle(index))
    }

    goes_over!();
}

/// The writable end of a future.
#[stable(feature = "component_signatures", since = "1.96.0")]
pub struct FutureWriter<T: Value>(Writer<T>);

impl<T: Value> FutureWriter<T> {
    /// Writes the value, and waits until it is taken. `Err`: nobody wants it. Cancelled, the value is there for who reads it.
    #[stable(feature = "component_signatures", since = "1.96.0")]
    pub async fn write(self, value: T) -> Result<(), T> {
        self.0.write(value).await
    }
}

#[stable(feature = "component_signatures", since = "1.96.0")]
impl<T: Value> fmt::Debug for FutureWriter<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FutureWriter").finish_non_exhaustive()
    }
}
