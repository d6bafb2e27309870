//! Threads: those of the component instance, which take turns.

use crate::ffi::CStr;
use crate::io;
use crate::num::NonZero;
use crate::ptr;
use crate::sys::map_error;
use crate::thread::ThreadInit;
use crate::time::{Duration, Instant};

pub struct Thread(component_rt::thread::Thread);

/// Half of what threads have natively: on wasm only variables whose address is taken are on this stack, and three thousand
/// threads must fit into four GiB. Pages that are never touched cost nothing.
pub const DEFAULT_MIN_STACK_SIZE: usize = 1024 * 1024;

impl Thread {
    /// # Safety
    /// See `thread::Builder::spawn_unchecked`.
    pub unsafe fn new(stack: usize, init: Box<ThreadInit>) -> io::Result<Thread> {
        // The thread's handle keeps the name as long as the thread lives.
        let name = init.handle.cname().map_or(ptr::null(), CStr::as_ptr);
        let init = Box::into_raw(init);
        return match wasi_rt::thread::spawn(stack, name, main, init.cast()) {
            Ok(thread) => Ok(Thread(thread)),
            Err(error) => {
                // SAFETY: there is no thread that has taken it.
                drop(unsafe { Box::from_raw(init) });
                Err(map_error(error))
            }
        };

        extern "C" fn main(init: *mut u8) {
            // SAFETY: `new` gave the box away to this thread.
            let init = unsafe { Box::from_raw(init.cast::<ThreadInit>()) };
            let start = init.init();
            start();
            end();
        }
    }

    pub fn join(self) {
        self.0.join();
    }
}

/// One: threads of a component instance take turns.
pub fn available_parallelism() -> io::Result<NonZero<usize>> {
    Ok(NonZero::<usize>::MIN)
}

pub fn yield_now() {
    component_rt::thread::give_way();
}

pub fn sleep(duration: Duration) {
    // The clock's range is 584 years.
    wasi_rt::time::sleep(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX));
}

pub fn sleep_until(deadline: Instant) {
    wasi_rt::time::sleep_until(deadline.into_inner().mark());
}

/// The end of a thread, or of a task that has thread-local variables of its own.
pub(crate) fn end() {
    // SAFETY: nothing of the thread runs after this.
    unsafe { crate::sys::thread_local::destructors::run() };
    crate::rt::thread_cleanup();
}
