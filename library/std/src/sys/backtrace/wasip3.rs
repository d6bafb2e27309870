//! The stack that a panic prints: as the host tells it.
//!
//! Here because upstream's way begins with return addresses, which nobody can read here.

use wasi_rt::backtrace::{Form, ask};

use crate::backtrace_rs::PrintFmt;
use crate::io;

/// What is said where the host tells no stack.
const NONE: &[u8] =
    b"note: no backtrace: this runtime does not tell where its guests are, or the component has no names\n";

/// Prints the stack of this thread.
pub fn print(w: &mut dyn io::Write, format: PrintFmt) -> io::Result<()> {
    let form = if matches!(format, PrintFmt::Short) { Form::Short } else { Form::Full };
    w.write_all(ask(form).as_deref().unwrap_or(NONE))
}
