//! Marks in the code, for the linker: without atomic instructions it would not see which loops wait by looking at
//! memory, nor where a schedule by seed may go over to another thread. The numbers are the linker's, too
//! (library/contract/src/symbols.rs); no program contains one when it is linked.

use crate::arch::asm;

/// Here code looks at what another thread may have changed.
#[inline(always)]
pub(super) fn look() {
    // SAFETY: a number comes onto the stack and leaves it.
    unsafe { asm!("i32.const 1280266059", "drop", options(nomem, nostack, preserves_flags)) }
}

/// Here code changes it without having to look.
#[inline(always)]
pub(super) fn change() {
    // SAFETY: as above.
    unsafe { asm!("i32.const 1128812103", "drop", options(nomem, nostack, preserves_flags)) }
}
