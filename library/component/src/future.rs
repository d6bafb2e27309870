//! Futures: a value that comes later, once. Canonical ABI: `future.*`.
//!
//! Only readable ends: no function of WASI that std calls takes a future. Functions that give a stream give a future beside
//! it, for how the stream ended; a caller who never asks drops it.

use core::marker::PhantomData;
use core::mem::MaybeUninit;

pub use crate::abi::ends::FutureBuiltins;
use crate::assert;
use crate::block;
use crate::event::{CopyResult, Event};
use crate::patience::Patience;
use crate::waitable::{Handle, Waitable};

/// The readable end of a future. Dropping it says that nobody wants the value.
pub struct FutureReader<B: FutureBuiltins> {
    handle: Handle,
    builtins: PhantomData<fn() -> B>,
}

impl<B: FutureBuiltins> FutureReader<B> {
    /// Takes an end that an import has given to us, by its index.
    pub fn from_handle(index: u32) -> Self {
        FutureReader { handle: Handle::new(index), builtins: PhantomData }
    }

    /// Reads the value; blocks until it is there. `None`: the writer has gone without writing one.
    pub fn read(self) -> Option<B::Value> {
        let mut value = MaybeUninit::uninit();
        let result = match self.begin(&mut value) {
            Some(result) => result,
            None => self.ended_by(block::on(&self.handle)),
        };
        taken(result, value)
    }

    /// As [`FutureReader::read`], as long as patience lasts: then the reader comes back as the error and may be asked again.
    pub fn read_within(self, patience: impl Patience) -> Result<Option<B::Value>, Self> {
        let mut value = MaybeUninit::uninit();
        let result = match self.begin(&mut value) {
            Some(result) => result,
            None => match patience.wait(self.handle) {
                Some(event) => self.ended_by(event),
                None => self.cancel(),
            },
        };
        if result == CopyResult::Cancelled { Err(self) } else { Ok(taken(result, value)) }
    }

    fn begin(&self, value: &mut MaybeUninit<B::Value>) -> Option<CopyResult> {
        // SAFETY: `value` has room for the value; it lives in our callers, none of which returns or unwinds before the copy
        // has ended (they block or cancel, and broken rules trap).
        let code = unsafe { B::read(self.handle.index(), value.as_mut_ptr()) };
        CopyResult::decode(code)
    }

    fn ended_by(&self, event: Event) -> CopyResult {
        match event {
            Event::FutureRead(handle, result) if handle == self.handle => result,
            _ => assert::broken("a future.read that blocks ends with its FUTURE_READ event"),
        }
    }

    #[cold]
    fn cancel(&self) -> CopyResult {
        match CopyResult::decode(B::cancel_read(self.handle.index())) {
            Some(result) => result,
            None => assert::broken("future.cancel-read with the synchronous lowering does not block"),
        }
    }
}

fn taken<V>(result: CopyResult, value: MaybeUninit<V>) -> Option<V> {
    match result {
        // SAFETY: a completed future.read has stored the value.
        CopyResult::Completed => Some(unsafe { value.assume_init() }),
        CopyResult::Dropped => None,
        CopyResult::Cancelled => assert::broken("only a cancelled copy ends as cancelled"),
    }
}

impl<B: FutureBuiltins> Waitable for FutureReader<B> {
    fn handle(&self) -> Handle {
        self.handle
    }
}

impl<B: FutureBuiltins> Drop for FutureReader<B> {
    fn drop(&mut self) {
        B::drop_readable(self.handle.index());
    }
}
