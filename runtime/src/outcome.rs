//! How a run ended.
//!
//! Here because an exit code alone cannot tell a guest's `exit(134)` from a trap: the library returns the outcome, the command line maps it
//! to an exit code and a message. The codes follow the shell's and coreutils' customs (124 of `timeout`, 125 to 127 of `env`, 128 + signal).

use crate::deadlock;
use crate::refusal::Refusal;
use crate::trap::Trap;
use crate::waiting::Waiting;
use contract::exit;
use std::fmt;
use std::time::Duration;

/// How a run ended.
#[derive(Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// The guest ended by itself: `run` returned (0, or 1 for an error), or it called exit with this code.
    Exited(u8),
    /// A trap: abort, `unreachable`, an access outside of memory, a violation of the canonical ABI, an uncaught exception. Exit code 134.
    Trapped(Trap),
    /// The call stack or the stack in linear memory was exhausted. Exit code 134.
    StackOverflowed(Trap),
    /// The guest wanted more memory than it was given, and then ended with a trap. Exit code 137.
    MemoryExhausted {
        /// The bytes it would have had with the first growth that was refused.
        wanted: u64,
        /// The bytes it was allowed. `None`: the host had no more.
        limit: Option<u64>,
        /// Where it ended. `None`: before its first instruction.
        trap: Option<Trap>,
    },
    /// The time limit passed. Exit code 124.
    TimedOut {
        /// The time limit.
        limit: Duration,
        /// Where the guest was, if it was computing.
        trap: Option<Trap>,
        /// Its threads and where they were, if it was waiting and that could be found out.
        blocked: Waiting,
    },
    /// Every thread of the guest waits for something that only another one could do. Exit code 135.
    Deadlocked(Waiting),
    /// The guest was never started. Exit code 125, 126 or 127.
    Refused(Refusal),
}

impl Outcome {
    /// The exit code that stands for this outcome: what the guest said, otherwise the code given at the variant.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Exited(code) => *code,
            Self::Trapped(_) | Self::StackOverflowed(_) => exit::TRAPPED,
            Self::MemoryExhausted { .. } => exit::MEMORY_EXHAUSTED,
            Self::TimedOut { .. } => exit::TIMED_OUT,
            Self::Deadlocked(_) => exit::DEADLOCKED,
            Self::Refused(refusal) => refusal.exit_code(),
        }
    }

    /// The time limit passed, and the guest did not come back from a call of the host.
    pub(crate) fn given_up(limit: Duration, computes: bool) -> Self {
        let reason = || "it was computing, in a function of the runtime that had not come to its end".to_owned();
        let trap = computes.then(|| Trap { reason: reason(), thread: None, last_words: None, frames: Vec::new() });
        Self::TimedOut { limit, trap, blocked: Waiting::default() }
    }

    /// The trap that the guest ended with, or where it was when its time was up.
    #[must_use]
    pub fn trap(&self) -> Option<&Trap> {
        match self {
            Self::Trapped(trap) | Self::StackOverflowed(trap) => Some(trap),
            Self::MemoryExhausted { trap, .. } | Self::TimedOut { trap, .. } => trap.as_ref(),
            Self::Exited(_) | Self::Deadlocked(_) | Self::Refused(_) => None,
        }
    }

    /// The same, to be added to.
    pub(crate) fn trap_mut(&mut self) -> Option<&mut Trap> {
        match self {
            Self::Trapped(trap) | Self::StackOverflowed(trap) => Some(trap),
            Self::MemoryExhausted { trap, .. } | Self::TimedOut { trap, .. } => trap.as_mut(),
            Self::Exited(_) | Self::Deadlocked(_) | Self::Refused(_) => None,
        }
    }

    /// Prints the message of this outcome to this process's stderr; nothing for [`Outcome::Exited`]. Returns the exit code.
    pub fn report(&self) -> u8 {
        use std::io::Write as _;
        if !matches!(self, Self::Exited(_)) {
            // A closed stderr leaves nobody to tell.
            let _ = writeln!(std::io::stderr(), "component-run: {self}");
        }
        self.exit_code()
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exited(code) => write!(f, "the guest exited with code {code}"),
            Self::Trapped(trap) => write!(f, "the guest trapped: {trap}"),
            Self::StackOverflowed(trap) => write!(f, "stack overflow in the guest: {trap}"),
            Self::MemoryExhausted { wanted, limit, trap } => {
                write!(f, "out of memory: the guest wanted {} in all", Bytes(*wanted))?;
                match limit {
                    Some(limit) => write!(f, ", its limit is {} (--max-memory)", Bytes(*limit))?,
                    None => write!(f, ", the host did not give it")?,
                }
                match trap {
                    Some(trap) => write!(f, ", and then it trapped: {trap}"),
                    None => Ok(()),
                }
            }
            Self::TimedOut { limit, trap, blocked } => {
                write!(
                    f,
                    "timeout: the guest was still running after {} (--timeout)",
                    humantime::format_duration(*limit)
                )?;
                match trap {
                    Some(trap) => write!(f, ": {trap}"),
                    None => write!(f, "; it was waiting"),
                }?;
                blocked.fmt(f)
            }
            Self::Deadlocked(threads) => deadlock::write(f, threads),
            Self::Refused(refusal) => refusal.fmt(f),
        }
    }
}

/// A number of bytes, for people.
struct Bytes(u64);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            bytes if bytes < 1 << 20 => write!(f, "{bytes} bytes"),
            bytes => write!(f, "{:.1} MiB", bytes as f64 / f64::from(1 << 20)),
        }
    }
}
