//! Threads: those of the component instance, which take turns.

use crate::ffi::CStr;
use crate::io;
use crate::num::NonZero;
use crate::ptr;
use crate::thread::ThreadInit;

use super::platform::spawn;

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
        return match spawn(stack, name, main, init.cast()) {
            Ok(thread) => Ok(Thread(thread)),
            Err(error) => {
                // SAFETY: there is no thread that has taken it.
                drop(unsafe { Box::from_raw(init) });
                Err(error)
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

/// The end of a thread, or of a task that has thread-local variables of its own.
pub(crate) fn end() {
    // SAFETY: nothing of the thread runs after this.
    unsafe { crate::sys::thread_local::destructors::run() };
    crate::rt::thread_cleanup();
}
