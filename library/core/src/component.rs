//! Last words: the text that a component which imports nothing leaves behind when it traps.
//!
//! There is nobody to tell it to. So it stays in memory, and a mark in the code says where: component-ld makes of it an
//! export of the core module (library/contract/src/symbols.rs, `LAST_WORDS`), at which a host may look after the trap. To
//! every other host it is a trap like any.
//!
//! Here is also what a panic does in a program without std, unless a crate has a `#[panic_handler]`.

#![unstable(feature = "component_internals", issue = "none")]
#![doc(hidden)]
#![allow(missing_docs)]

use crate::arch::{asm, global_asm, wasm32};
use crate::cell::SyncUnsafeCell;
use crate::fmt::{self, Write};
use crate::panic::PanicInfo;

/// What there is room for, in bytes. The rest of a longer text is left out.
const ROOM: usize = 4096;

/// The layout is the runtime's, too: the length, then the text.
#[repr(C)]
struct Words {
    length: usize,
    text: [u8; ROOM],
}

static LAST_WORDS: SyncUnsafeCell<Words> = SyncUnsafeCell::new(Words { length: 0, text: [0; ROOM] });

/// Writes the last words. Making one forgets those that were written before.
#[derive(Debug)]
pub struct LastWords(());

impl LastWords {
    #[inline]
    pub fn begin() -> LastWords {
        // SAFETY: numbers come onto the stack and leave it.
        unsafe {
            asm!(
                "i32.const 1280791108",
                "drop",
                "i32.const {words}",
                "drop",
                words = sym LAST_WORDS,
                options(nomem, nostack, preserves_flags),
            )
        }
        // SAFETY: threads of an instance take turns, and none is interrupted here.
        unsafe { (*LAST_WORDS.get()).length = 0 };
        LastWords(())
    }

    /// Adds to the text as much as there is room for.
    pub fn add(&mut self, text: &[u8]) {
        // SAFETY: as in `begin`.
        let words = unsafe { &mut *LAST_WORDS.get() };
        let room = words.text.get_mut(words.length..).unwrap_or_default();
        for (to, from) in room.iter_mut().zip(text) {
            *to = *from;
            words.length += 1;
        }
    }
}

impl Write for LastWords {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.add(text.as_bytes());
        Ok(())
    }
}

// What the crate `compiler_builtins` calls in the place of a panic handler. It knows no names of this crate, and
// link-time optimisation does not know of that call: a symbol made by assembly stays.
global_asm!(
    ".section .text.component_default_panic,\"\",@",
    ".globl component_default_panic",
    ".type component_default_panic,@function",
    ".functype {panicked} (i32) -> ()",
    "component_default_panic:",
    ".functype component_default_panic (i32) -> ()",
    "local.get 0",
    "call {panicked}",
    "end_function",
    panicked = sym panicked,
);

extern "C" fn panicked(info: &PanicInfo<'_>) {
    let _ = writeln!(LastWords::begin(), "{info}");
    wasm32::unreachable()
}
