//! What the host promises, checked: the assertions on both sides of the ABI boundary end here.
//!
//! A host that breaks the canonical ABI leaves nothing to recover: a copy may still be writing into a buffer of ours, so
//! unwinding out of the call would be unsound. On wasm the answer is a trap whose backtrace names this function and the
//! caller; on the fake host a panic, because there it is a test that failed.

/// Ends the instance because the host (or this crate) broke a rule of the canonical ABI. `rule` says which.
#[cold]
#[inline(never)]
#[cfg_attr(target_family = "wasm", rustc_nounwind)]
pub fn broken(rule: &'static str) -> ! {
    #[cfg(target_family = "wasm")]
    {
        // Kept so that a debugger finds the sentence in the frame.
        core::hint::black_box(rule);
        trap()
    }
    #[cfg(not(target_family = "wasm"))]
    panic!("the canonical ABI was broken: {rule}")
}

/// Asserts a rule of the canonical ABI.
#[inline(always)]
pub fn holds(condition: bool, rule: &'static str) {
    if !condition {
        broken(rule)
    }
}

/// Traps: ends the instance at once, nothing unwinds.
#[cfg(target_family = "wasm")]
#[inline(always)]
pub fn trap() -> ! {
    core::arch::wasm32::unreachable()
}

/// Ends the process: nothing unwinds. (On wasm: a trap.)
#[cfg(not(target_family = "wasm"))]
pub fn trap() -> ! {
    std::process::abort()
}
