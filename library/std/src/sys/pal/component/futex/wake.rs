//! Waking who waits for a word of memory to change: the half of std's futex that needs no clock, and so is the same with
//! WASI and without.

use crate::sync::atomic::Atomic;

pub type Futex = Atomic<Primitive>;
pub type Primitive = u32;
pub type SmallFutex = Atomic<SmallPrimitive>;
pub type SmallPrimitive = u32;

/// Whether there was a thread to wake.
pub fn futex_wake(futex: &Atomic<u32>) -> bool {
    let woken = component_rt::futex::wake(futex);
    component_rt::schedule::point();
    woken
}

pub fn futex_wake_all(futex: &Atomic<u32>) {
    component_rt::futex::wake_all(futex);
    component_rt::schedule::point();
}

/// As `futex_wake`, for a lock that has been let go of: who waited for it comes before who wants it again.
pub fn futex_hand_on(futex: &Atomic<u32>) -> bool {
    component_rt::futex::hand_on(futex)
}

/// As `futex_wake_all`, likewise.
pub fn futex_hand_on_all(futex: &Atomic<u32>) {
    component_rt::futex::hand_on_all(futex);
}
