//! Threads: those of the component instance, which take turns.

use component_rt::thread::Refused;

use crate::ffi::CStr;
use crate::io;
use crate::num::NonZero;
use crate::os::component::clock;
use crate::ptr;
use crate::thread::ThreadInit;
use crate::time::Duration;

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
        return match component_rt::thread::spawn(stack, name, main, init.cast(), || None) {
            Ok(thread) => Ok(Thread(thread)),
            Err(refused) => {
                // SAFETY: there is no thread that has taken it.
                drop(unsafe { Box::from_raw(init) });
                Err(match refused {
                    Refused::NoMemory => io::const_error!(io::ErrorKind::OutOfMemory, "no memory for a thread"),
                    Refused::TooMany => io::const_error!(io::ErrorKind::WouldBlock, "there are too many threads"),
                })
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
    let clock = clock();
    clock.sleep_until(clock.monotonic_now().saturating_add(duration));
}

/// The end of a thread, or of a task that has thread-local variables of its own.
pub(crate) fn end() {
    // SAFETY: nothing of the thread runs after this.
    unsafe { crate::sys::thread_local::destructors::run() };
    crate::rt::thread_cleanup();
}
