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
use crate::mem;
use crate::panic::PanicInfo;
use crate::slice;

/// What there is room for, in bytes. The rest of a longer text is left out.
const ROOM: usize = 4096;

/// The layout is the runtime's, too: the length, then the text.
#[repr(C)]
struct Words {
    length: usize,
    text: [u8; ROOM],
}

static LAST_WORDS: SyncUnsafeCell<Words> = SyncUnsafeCell::new(Words { length: 0, text: [0; ROOM] });

/// The length of the text that was forgotten last.
static FORGOTTEN: SyncUnsafeCell<usize> = SyncUnsafeCell::new(0);

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

    /// This text.
    pub fn of(text: &[u8]) {
        LastWords::begin().add(text);
    }

    /// Forgets them: whoever wanted to say them lives on.
    pub fn forget() {
        // SAFETY: as in `begin`.
        unsafe { *FORGOTTEN.get() = mem::replace(&mut (*LAST_WORDS.get()).length, 0) };
    }

    /// Says those again that were forgotten last: they were the last after all.
    pub fn recall() {
        // SAFETY: as in `begin`. The text is still there, unless somebody has begun another one.
        unsafe { (*LAST_WORDS.get()).length = *FORGOTTEN.get() };
    }

    /// Adds to the text as much as there is room for.
    pub fn add(&mut self, text: &[u8]) {
        // SAFETY: as in `begin`.
        let words = unsafe { &mut *LAST_WORDS.get() };
        add(&mut words.text, &mut words.length, text);
    }

    /// Adds a number, in decimal.
    fn add_number(&mut self, number: u32) {
        // SAFETY: as in `begin`.
        let words = unsafe { &mut *LAST_WORDS.get() };
        add_number(&mut words.text, &mut words.length, number);
    }
}

/// Puts bytes into `room` from `length` on, as many as fit.
#[optimize(size)]
#[inline(never)]
fn add(room: &mut [u8], length: &mut usize, text: &[u8]) {
    let room = room.get_mut(*length..).unwrap_or_default();
    for (to, from) in room.iter_mut().zip(text) {
        *to = *from;
        *length += 1;
    }
}

#[optimize(size)]
#[inline(never)]
fn add_number(room: &mut [u8], length: &mut usize, number: u32) {
    if number >= 10 {
        add_number(room, length, number / 10);
    }
    add(room, length, &[b'0' + (number % 10) as u8]);
}

impl Write for LastWords {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.add(text.as_bytes());
        Ok(())
    }

    #[optimize(size)]
    fn write_char(&mut self, character: char) -> fmt::Result {
        self.add(character.encode_utf8(&mut [0; 4]).as_bytes());
        Ok(())
    }

    fn write_fmt(&mut self, text: fmt::Arguments<'_>) -> fmt::Result {
        fmt::write(self, text)
    }
}

/// Writes a message with values in it. Nothing as long as no panic has one: most of what writes them is then not there. Where there is WASI, whose
/// programs tell their panics in another way, it is always there for those without std.
static WRITE_VALUES: SyncUnsafeCell<Option<fn(&PanicInfo<'_>)>> =
    SyncUnsafeCell::new(if cfg!(target_env = "component") { None } else { Some(write_values) });

/// Says that a panic that is about to begin may have values in its message.
#[cfg(target_env = "component")]
#[inline]
pub(crate) fn has_values() {
    // SAFETY: threads of an instance take turns, and none is interrupted here.
    unsafe { *WRITE_VALUES.get() = Some(write_values) }
}

fn write_values(info: &PanicInfo<'_>) {
    let words = &mut LastWords(());
    let _ = fmt::Display::fmt(&info.message(), &mut fmt::Formatter::new(words, fmt::FormattingOptions::new()));
}

/// Whether a panic is anybody's business, a hook's or a `catch_unwind`'s.
static IS_WATCHED: SyncUnsafeCell<bool> = SyncUnsafeCell::new(false);

/// Whether a panic has more to do than to leave last words. Without, its message need not outlive it.
#[inline]
pub fn panics_are_watched() -> bool {
    // SAFETY: threads of an instance take turns, and none is interrupted here.
    unsafe { *IS_WATCHED.get() }
}

/// Says that it has, from now on.
#[inline]
pub fn watch_panics() {
    // SAFETY: as above.
    unsafe { *IS_WATCHED.get() = true }
}

/// The message for memory that there is none of. The next of these messages takes its place.
pub fn failed_allocation(size: usize) -> &'static str {
    message(&["memory allocation of ", " bytes failed"], &[size])
}

/// The message for an index that is too large, likewise.
#[cfg(target_env = "component")]
pub(crate) fn out_of_bounds(length: usize, index: usize) -> &'static str {
    message(&["index out of bounds: the len is ", " but the index is "], &[length, index])
}

/// Texts and numbers in turn.
#[optimize(size)]
fn message(texts: &[&str], numbers: &[usize]) -> &'static str {
    static MESSAGE: SyncUnsafeCell<[u8; 80]> = SyncUnsafeCell::new([0; 80]);
    // SAFETY: threads of an instance take turns, none is interrupted here, and the program ends with this message.
    let room = unsafe { &mut *MESSAGE.get() };
    let mut length = 0;
    let mut numbers = numbers.iter();
    for text in texts {
        add(room, &mut length, text.as_bytes());
        if let Some(number) = numbers.next() {
            add_number(room, &mut length, *number as u32);
        }
    }
    // SAFETY: letters, digits and spaces, no more of them than there is room for.
    unsafe { crate::str::from_utf8_unchecked(room.get_unchecked(..length)) }
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

/// Leaves the text of a panic that nobody catches, and ends the program.
#[optimize(size)]
pub extern "C" fn panicked(info: &PanicInfo<'_>) -> ! {
    words_of(info);
    wasm32::unreachable()
}

/// Leaves the text of a panic that nobody catches, for who can tell it to somebody. There is one such text: asked again, this ends the program.
#[optimize(size)]
pub fn words_of(info: &PanicInfo<'_>) -> &'static [u8] {
    static IS_WRITING: SyncUnsafeCell<bool> = SyncUnsafeCell::new(false);
    // SAFETY: threads of an instance take turns, and none is interrupted here. Values of a message that panic themselves come here again.
    if unsafe { IS_WRITING.get().replace(true) } {
        wasm32::unreachable()
    }
    let mut words = LastWords::begin();
    words.add(b"panicked at ");
    if let Some(place) = info.location() {
        words.add(place.file().as_bytes());
        for number in [place.line(), place.column()] {
            words.add(b":");
            words.add_number(number);
        }
    }
    words.add(b":\n");
    let message = info.message();
    if let Some(text) = message.as_str() {
        words.add(text.as_bytes());
    // SAFETY: as above.
    } else if let Some(write_values) = unsafe { *WRITE_VALUES.get() } {
        write_values(info);
    }
    // SAFETY: as above, and nobody writes after this: the program ends.
    unsafe { slice::from_raw_parts((&raw const (*LAST_WORDS.get()).text).cast(), (*LAST_WORDS.get()).length) }
}
