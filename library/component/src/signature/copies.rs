//! The built-ins of streams and futures whose elements are typed by Rust types.
//!
//! wit-component knows a stream by a function in whose type it occurs, and by how many are in front of it there, which the compiler does not know.
//! So a built-in is called with the identity of the element's type as its first argument, and the linker makes of it the function that looks
//! which one is meant. Of a type that occurs in no signature there is none: that is a trap.

use core::future::poll_fn;
use core::marker::PhantomData;
use core::mem::{self, MaybeUninit};
use core::task::{Context, Poll, ready};

use alloc_crate::boxed::Box;

use super::text::identity;
use super::value::Value;
use crate::abi::ends::StreamBuiltins;
use crate::assert;
use crate::event::CopyResult;
use crate::interest::Interest;
use crate::waitable::Handle;

#[link(wasm_import_module = "component_import")]
unsafe extern "C" {
    #[link_name = "[stream-new]"]
    safe fn stream_new(identity: u64) -> u64;
    #[link_name = "[stream-read]"]
    fn stream_read(identity: u64, readable: u32, buffer: *mut u8, count: usize) -> u32;
    #[link_name = "[stream-write]"]
    fn stream_write(identity: u64, writable: u32, buffer: *const u8, count: usize) -> u32;
    #[link_name = "[stream-cancel-read]"]
    safe fn stream_cancel_read(identity: u64, readable: u32) -> u32;
    #[link_name = "[stream-cancel-write]"]
    safe fn stream_cancel_write(identity: u64, writable: u32) -> u32;
    #[link_name = "[stream-drop-readable]"]
    safe fn stream_drop_readable(identity: u64, readable: u32);
    #[link_name = "[stream-drop-writable]"]
    safe fn stream_drop_writable(identity: u64, writable: u32);
    #[link_name = "[future-new]"]
    safe fn future_new(identity: u64) -> u64;
    #[link_name = "[future-read]"]
    fn future_read(identity: u64, readable: u32, buffer: *mut u8) -> u32;
    #[link_name = "[future-write]"]
    fn future_write(identity: u64, writable: u32, buffer: *const u8) -> u32;
    #[link_name = "[future-cancel-read]"]
    safe fn future_cancel_read(identity: u64, readable: u32) -> u32;
    #[link_name = "[future-cancel-write]"]
    safe fn future_cancel_write(identity: u64, writable: u32) -> u32;
    #[link_name = "[future-drop-readable]"]
    safe fn future_drop_readable(identity: u64, readable: u32);
    #[link_name = "[future-drop-writable]"]
    safe fn future_drop_writable(identity: u64, writable: u32);
}

/// The built-ins of streams of `T`.
pub struct Typed<T>(PhantomData<fn() -> T>);

impl<T: Value> Typed<T> {
    const IDENTITY: u64 = identity(T::TYPE);
}

// SAFETY: the linker calls those of the stream with these elements; an element in memory is its representation.
unsafe impl<T: Value> StreamBuiltins for Typed<T> {
    type Element = T::Memory;

    #[inline]
    fn new() -> u64 {
        stream_new(Self::IDENTITY)
    }

    #[inline]
    unsafe fn read(readable: u32, buffer: *mut T::Memory, count: usize) -> u32 {
        // SAFETY: the caller's promise.
        unsafe { stream_read(Self::IDENTITY, readable, buffer.cast(), count) }
    }

    #[inline]
    unsafe fn write(writable: u32, buffer: *const T::Memory, count: usize) -> u32 {
        // SAFETY: the caller's promise.
        unsafe { stream_write(Self::IDENTITY, writable, buffer.cast(), count) }
    }

    #[inline]
    fn cancel_read(readable: u32) -> u32 {
        stream_cancel_read(Self::IDENTITY, readable)
    }

    #[inline]
    fn cancel_write(writable: u32) -> u32 {
        stream_cancel_write(Self::IDENTITY, writable)
    }

    #[inline]
    fn drop_readable(readable: u32) {
        stream_drop_readable(Self::IDENTITY, readable);
    }

    #[inline]
    fn drop_writable(writable: u32) {
        stream_drop_writable(Self::IDENTITY, writable);
    }
}

/// Makes a future: who writes its value, and who reads it. `default` makes the value of a writer that is dropped without writing one.
pub fn future<T: Value>(default: fn() -> T) -> (FutureWriter<T>, FutureReader<T>) {
    let ends = future_new(Typed::<T>::IDENTITY);
    let writer = FutureWriter { handle: Handle::new((ends >> 32) as u32), default: Some(default) };
    (writer, FutureReader::from_handle(ends as u32))
}

/// The readable end of a future of `T`.
pub struct FutureReader<T: Value> {
    handle: Handle,
    /// A read goes on, into this.
    value: Option<Box<MaybeUninit<T::Memory>>>,
    interest: Interest,
    types: PhantomData<fn() -> T>,
}

impl<T: Value> FutureReader<T> {
    /// Takes an end that a call has given to us, by its index.
    pub fn from_handle(index: u32) -> Self {
        FutureReader { handle: Handle::new(index), value: None, interest: Interest::new(), types: PhantomData }
    }

    /// Gives the end away.
    pub fn into_handle(mut self) -> u32 {
        // A value that has come is there again for who reads it there: a read that is cancelled took none, and one that has ended cannot be
        // taken back.
        assert::holds(self.settle().is_none(), "a future whose value has come is not passed on");
        let this = mem::ManuallyDrop::new(self);
        this.handle.index()
    }

    /// Waits for the value. `None`: its writer has gone without writing one.
    pub fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<T>> {
        if self.value.is_none() {
            let value = self.value.insert(Box::new(MaybeUninit::uninit()));
            // SAFETY: there is room for the value on the heap, which is there until the read has ended: `settle` sees to that.
            let code = unsafe { future_read(Typed::<T>::IDENTITY, self.handle.index(), value.as_mut_ptr().cast()) };
            if let Some(result) = CopyResult::decode(code) {
                return Poll::Ready(self.came(result));
            }
        }
        let payload = ready!(self.interest.poll(self.handle, context));
        match CopyResult::decode(payload) {
            Some(result) => Poll::Ready(self.came(result)),
            None => assert::broken("an event is not BLOCKED"),
        }
    }

    fn came(&mut self, result: CopyResult) -> Option<T> {
        let value = self.value.take()?;
        match result {
            // SAFETY: a read that has completed has stored the value, which is taken once.
            CopyResult::Completed => Some(unsafe { T::from_memory(*value.assume_init()) }),
            CopyResult::Dropped | CopyResult::Cancelled => None,
        }
    }

    /// Ends a read that goes on. What it gave all the same.
    fn settle(&mut self) -> Option<T> {
        self.value.as_ref()?;
        let code = match self.interest.withdraw() {
            Some(payload) => payload,
            None => future_cancel_read(Typed::<T>::IDENTITY, self.handle.index()),
        };
        match CopyResult::decode(code) {
            Some(result) => self.came(result),
            None => assert::broken("future.cancel-read with the synchronous lowering does not block"),
        }
    }
}

impl<T: Value> Drop for FutureReader<T> {
    fn drop(&mut self) {
        drop(self.settle());
        future_drop_readable(Typed::<T>::IDENTITY, self.handle.index());
    }
}

/// The writable end of a future of `T`.
pub struct FutureWriter<T: Value> {
    handle: Handle,
    /// What is written if nothing else is; `None` once something was.
    default: Option<fn() -> T>,
}

impl<T: Value> FutureWriter<T> {
    /// Writes the value, and waits until it is taken. `Err`: nobody wants it any more. Dropped meanwhile, the value is there for who reads it.
    pub async fn write(mut self, value: T) -> Result<(), T> {
        self.default = None;
        let mut writing = Writing::<T>::begin(self.handle, value);
        mem::forget(self);
        poll_fn(|context| writing.poll(context)).await
    }
}

impl<T: Value> Drop for FutureWriter<T> {
    fn drop(&mut self) {
        if let Some(default) = self.default.take() {
            drop(Writing::<T>::begin(self.handle, default()));
        }
    }
}

/// A write that goes on. Dropping it leaves it going on: the value is the reader's.
struct Writing<T: Value> {
    handle: Handle,
    /// `None`: it has ended.
    value: Option<Box<T::Memory>>,
    /// How, if that is known and not told.
    result: Option<CopyResult>,
    interest: Interest,
}

impl<T: Value> Writing<T> {
    fn begin(handle: Handle, value: T) -> Writing<T> {
        let value = Box::new(value.into_memory());
        // SAFETY: the value stays on the heap until the write has ended, or for ever.
        let code = unsafe { future_write(Typed::<T>::IDENTITY, handle.index(), (&raw const *value).cast()) };
        Writing { handle, value: Some(value), result: CopyResult::decode(code), interest: Interest::new() }
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<(), T>> {
        let result = match self.result.take() {
            Some(result) => result,
            None => match CopyResult::decode(ready!(self.interest.poll(self.handle, context))) {
                Some(result) => result,
                None => assert::broken("an event is not BLOCKED"),
            },
        };
        Poll::Ready(match self.ended(result) {
            None => Ok(()),
            Some(value) => Err(value),
        })
    }

    /// The value, if nobody took it.
    fn ended(&mut self, result: CopyResult) -> Option<T> {
        let value = *self.value.take()?;
        future_drop_writable(Typed::<T>::IDENTITY, self.handle.index());
        if result == CopyResult::Completed {
            // SAFETY: the reader has its own.
            unsafe { T::free(value) };
            return None;
        }
        // SAFETY: nobody took it.
        Some(unsafe { T::from_memory(value) })
    }
}

impl<T: Value> Drop for Writing<T> {
    fn drop(&mut self) {
        let result = self.result.take().or_else(|| self.interest.withdraw().and_then(CopyResult::decode));
        match result {
            Some(result) => drop(self.ended(result)),
            // The reader may still come: what it reads stays where it is.
            None => mem::forget(self.value.take()),
        }
    }
}
