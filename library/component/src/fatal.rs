//! How a program ends that cannot go on.
//!
//! Where there is WASI or the web, the crate above has streams to tell it: it defines functions by these names, in assembly, so that a
//! program contains only the messages it can come to. Without either what is to be said are the program's last words.

#[cfg(all(target_env = "component", target_os = "none"))]
pub(crate) use last_words::{deadlock, out_of_memory, stack_overflow};
#[cfg(not(all(target_env = "component", target_os = "none")))]
pub(crate) use told_above::{deadlock, out_of_memory, stack_overflow};

#[cfg(not(all(target_env = "component", target_os = "none")))]
mod told_above {
    unsafe extern "C" {
        /// There is no memory for a task's thread-local variables: says so and ends the program.
        #[link_name = "component_out_of_memory"]
        pub(crate) safe fn out_of_memory() -> !;
        /// The stack has overflowed. Called on the reserve stack.
        #[link_name = "component_stack_overflow"]
        pub(crate) safe fn stack_overflow() -> !;
        /// The only thread waits for something that only another could do.
        #[link_name = "component_deadlock"]
        pub(crate) safe fn deadlock() -> !;
    }
}

#[cfg(all(target_env = "component", target_os = "none"))]
mod last_words {
    use core::component::LastWords;

    fn end(words: &'static [u8]) -> ! {
        LastWords::begin().add(words);
        crate::assert::trap()
    }

    /// There is no memory for a task's thread-local variables.
    pub(crate) extern "C" fn out_of_memory() -> ! {
        end(b"no memory for a task's thread-local variables\n")
    }

    /// The stack has overflowed. Called on the reserve stack.
    pub(crate) extern "C" fn stack_overflow() -> ! {
        end(b"thread has overflowed its stack\n")
    }

    /// The only thread waits for something that only another could do.
    pub(crate) extern "C" fn deadlock() -> ! {
        end(b"deadlock: the only thread waits for something that only another thread could do (a lock, a join, a channel)\n")
    }
}
