//! Whether a thread of the host computes.
//!
//! Here because a guest whose time is up and that does not end is in a call of the host: what is told of it differs by
//! whether that computes or waits.

use std::time::Duration;

/// How often, and after which time each, a thread is looked at.
const LOOKS: u32 = 5;
const LOOK: Duration = Duration::from_millis(2);

/// A thread of the host, by what the kernel knows it by.
#[derive(Clone, Copy)]
pub(crate) struct Thread {
    #[cfg(target_os = "linux")]
    number: rustix::thread::RawPid,
}

impl Thread {
    /// This one.
    pub(crate) fn this() -> Thread {
        Thread {
            #[cfg(target_os = "linux")]
            number: rustix::thread::gettid().as_raw_nonzero().get(),
        }
    }

    /// Does it want the processor? Asked several times, because a signal that was sent a moment ago wakes a thread that
    /// waits. `still` gives the thread as long as it is the one that is meant.
    pub(crate) fn computes(still: impl Fn() -> Option<Thread>) -> bool {
        (0..LOOKS).all(|_| {
            std::thread::sleep(LOOK);
            still().is_some_and(Thread::is_running)
        })
    }

    /// Does it run, or wait for the processor and nothing else?
    #[cfg(target_os = "linux")]
    fn is_running(self) -> bool {
        // The state is the word after the name, which is in parentheses and may contain any byte.
        let state = |stat: Vec<u8>| {
            let end = stat.iter().rposition(|byte| *byte == b')')?;
            stat.get(end + 2).copied()
        };
        std::fs::read(format!("/proc/self/task/{}/stat", self.number)).ok().and_then(state) == Some(b'R')
    }

    /// Nobody tells.
    #[cfg(not(target_os = "linux"))]
    fn is_running(self) -> bool {
        false
    }
}
