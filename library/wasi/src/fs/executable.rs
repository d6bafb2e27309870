//! The file the program is.

use core::mem::MaybeUninit;

use alloc_crate::string::String;

use super::OpenOptions;
use crate::env;

/// The file this program was loaded from, links resolved, if the program was told and can see it: by custom the first
/// argument is its path, from the directory to start in, and it counts if a component is there. WASI has no word for
/// it.
pub fn executable() -> Option<String> {
    let name = env::args().first().filter(|name| name.contains('/'))?;
    let mut path = String::new();
    if !name.starts_with('/') {
        path = env::initial_cwd().unwrap_or_default();
        path.push('/');
    }
    path.push_str(name);
    let options = OpenOptions { read: true, ..OpenOptions::default() };
    let mut beginning = [MaybeUninit::uninit(); PREAMBLE.len()];
    let count = super::open(path.as_bytes(), &options).and_then(|file| file.read(&mut beginning)).ok()?;
    // SAFETY: that many bytes are initialised now.
    let is_component = beginning[..count].iter().map(|byte| unsafe { byte.assume_init() }).eq(*PREAMBLE);
    super::canonicalize(path.as_bytes()).ok().filter(|_| is_component)
}

/// What a component begins with (component model, binary format: `preamble`).
const PREAMBLE: &[u8; 8] = b"\0asm\x0d\0\x01\0";
