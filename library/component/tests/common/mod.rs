//! What the tests of the nouns share.

#![allow(dead_code, reason = "each test file uses its part")]

use core::cell::Cell;
use core::mem::MaybeUninit;
use std::ffi::CStr;
use std::rc::Rc;

use component_rt::abi::memory::RawResult;
use component_rt::thread::{self, Thread};

component_rt::stream_builtins! {
    /// A stream of bytes; which one does not matter.
    pub mod bytes: u8 = "test:test/pipes", 0, "open";
}

component_rt::future_builtins! {
    /// A future of a result; which one does not matter.
    pub mod end: RawResult<(), u8> = "test:test/pipes", 1, "open";
}

/// A stream of bytes.
pub type Bytes = bytes::Stream;

/// Its name in the fake host.
pub const KIND: &str = "test:test/pipes#open#0";

/// The name of [`end`] in the fake host.
pub const END_KIND: &str = "test:test/pipes#open#1";

/// The fake host's clock, as a crate above has one.
pub mod time {
    use component_rt::abi::fake::{host, threads, waitables};
    use component_rt::block;
    use component_rt::deadline::Deadline;
    use component_rt::subtask::Subtask;

    /// A point in time.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Mark(pub u64);

    impl Mark {
        /// The mark `nanoseconds` from now.
        pub fn after(nanoseconds: u64) -> Mark {
            Mark(host::now() + nanoseconds)
        }
    }

    impl Deadline for Mark {
        fn begin(self) -> Option<Subtask> {
            Subtask::begun(waitables::begin_subtask(self.0, || ())).1
        }
    }

    /// Blocks until the clock reaches `mark`.
    pub fn sleep_until(mark: Mark) {
        block::in_call(|| threads::sleep_until(mark.0));
    }

    /// Blocks for `nanoseconds`.
    pub fn sleep(nanoseconds: u64) {
        sleep_until(Mark::after(nanoseconds));
    }
}

/// An uninitialised buffer.
pub fn room<const N: usize>() -> [MaybeUninit<u8>; N] {
    [const { MaybeUninit::uninit() }; N]
}

/// The first `count` bytes of a buffer, which a read has counted.
pub fn filled(buffer: &[MaybeUninit<u8>], count: usize) -> Vec<u8> {
    // SAFETY: the read that counted them has stored them.
    buffer[..count].iter().map(|byte| unsafe { byte.assume_init() }).collect()
}

/// Runs `f`, which must panic, and gives the message.
pub fn must_panic(f: impl FnOnce()) -> String {
    let payload = std::panic::catch_unwind(std::panic::AssertUnwindSafe(f)).expect_err("it returned");
    match payload.downcast::<String>() {
        Ok(message) => *message,
        Err(payload) => payload.downcast_ref::<&str>().map(|message| String::from(*message)).unwrap_or_default(),
    }
}

std::thread_local! {
    /// What the first thread of an instance finds as the seed of its schedule.
    pub static SEED: Cell<Option<u64>> = const { Cell::new(None) };
}

/// A thread of the instance, as std makes one of what `component_rt::thread` gives.
pub struct JoinHandle<T> {
    thread: Thread,
    result: Rc<Cell<Option<std::thread::Result<T>>>>,
}

/// Makes a thread that runs `f`.
pub fn spawn<T: 'static>(f: impl FnOnce() -> T + 'static) -> JoinHandle<T> {
    spawn_named(None, f)
}

/// The same, of a thread with a name.
pub fn spawn_named<T: 'static>(name: Option<&'static CStr>, f: impl FnOnce() -> T + 'static) -> JoinHandle<T> {
    let result = Rc::new(Cell::new(None));
    let theirs = Rc::clone(&result);
    let main: Box<dyn FnOnce()> = Box::new(move || {
        theirs.set(Some(std::panic::catch_unwind(std::panic::AssertUnwindSafe(f))));
    });
    extern "C" fn run(main: *mut u8) {
        // SAFETY: made of a box below, for this call only.
        let main = unsafe { Box::from_raw(main.cast::<Box<dyn FnOnce()>>()) };
        main();
    }
    let name = name.map_or(std::ptr::null(), CStr::as_ptr);
    let main = Box::into_raw(Box::new(main)).cast();
    let thread = thread::spawn(0, name, run, main, || SEED.get()).expect("room for one more");
    JoinHandle { thread, result }
}

impl<T> JoinHandle<T> {
    /// Waits for the end of the thread; panics with what it panicked with.
    pub fn join(self) -> T {
        self.thread.join();
        match self.result.take().expect("a thread that has ended has a result") {
            Ok(value) => value,
            Err(payload) => std::panic::resume_unwind(payload),
        }
    }
}
