//! Waiting for a word of memory to change, no longer than until a mark of the clock; and the instructions
//! `memory.atomic.wait` and `memory.atomic.notify` of user code, as functions. WebAssembly threads proposal.

use core::sync::atomic::{AtomicU32, AtomicU64};

use component_rt::futex::{self, value, wake};

use crate::abi::clocks::Mark;

/// As [`component_rt::futex::wait_until`].
pub fn wait_until(word: &AtomicU32, expected: u32, deadline: Mark) -> bool {
    futex::wait_until(word, expected, deadline)
}

// What the linker makes of the instructions (library/contract/src/symbols.rs, `FUTEX`).
component_rt::symbol! {
    "component_futex_notify" "(i32, i32) -> (i32)" 0 1 = notify;
    "component_futex_wait32" "(i32, i32, i64) -> (i32)" 0 1 2 = wait_32;
    "component_futex_wait64" "(i32, i64, i64) -> (i32)" 0 1 2 = wait_64;
}

const OK: u32 = 0;
const NOT_EQUAL: u32 = 1;
const TIMED_OUT: u32 = 2;

/// Wakes up to `count` waiters; gives how many it woke.
extern "C" fn notify(word: &AtomicU32, count: u32) -> u32 {
    (0..count).find(|_| !wake(word)).unwrap_or(count)
}

/// Waits while `word` holds `expected`, for ever if `nanoseconds` is negative.
extern "C" fn wait_32(word: &AtomicU32, expected: u32, nanoseconds: i64) -> u32 {
    wait(word, value(word) == expected, nanoseconds)
}

/// As [`wait_32`] for twice as many bits.
extern "C" fn wait_64(word: &AtomicU64, expected: u64, nanoseconds: i64) -> u32 {
    // SAFETY: the first half of the word, which is as alive as the whole; the queue knows waiters by address only.
    let address = unsafe { AtomicU32::from_ptr(word.as_ptr().cast()) };
    // SAFETY: as above, and of both halves.
    let equal = unsafe { word.as_ptr().read() } == expected;
    wait(address, equal, nanoseconds)
}

/// Nothing happens between the look at the word and the wait: threads take turns.
fn wait(word: &AtomicU32, equal: bool, nanoseconds: i64) -> u32 {
    if !equal {
        return NOT_EQUAL;
    }
    match u64::try_from(nanoseconds) {
        Ok(nanoseconds) => {
            if wait_until(word, value(word), Mark::after(nanoseconds)) {
                OK
            } else {
                TIMED_OUT
            }
        }
        Err(_) => {
            futex::wait(word, value(word));
            OK
        }
    }
}
