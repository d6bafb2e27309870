//! Random bytes of the host, good for cryptography.

use core::ffi::{c_int, c_void};

use wasi_rt::{Error, random};

use crate::abi::size_t;
use crate::answer::done;

c! {
    "getentropy" "(i32, i32) -> (i32)" 0 1 = getentropy;
    "arc4random" "() -> (i32)" = arc4random;
    "arc4random_buf" "(i32, i32) -> ()" 0 1 = arc4random_buf;
    "arc4random_uniform" "(i32) -> (i32)" 0 = arc4random_uniform;
}

/// As many bytes as one call of `getentropy` gives: `GETENTROPY_MAX`.
const MOST: usize = 256;

/// POSIX: `getentropy`.
pub unsafe extern "C" fn getentropy(to: *mut c_void, length: size_t) -> c_int {
    if length > MOST {
        return done(Err(Error::IO));
    }
    // SAFETY: the caller's promise.
    unsafe { arc4random_buf(to, length) };
    0
}

/// `arc4random`, of OpenBSD.
pub extern "C" fn arc4random() -> u32 {
    let mut bytes = [0; 4];
    random::fill(&mut bytes);
    u32::from_ne_bytes(bytes)
}

/// `arc4random_buf`, of OpenBSD.
pub unsafe extern "C" fn arc4random_buf(to: *mut c_void, length: size_t) {
    if length > 0 {
        // SAFETY: the caller's promise; they are initialised first, for a slice is.
        random::fill(unsafe {
            to.cast::<u8>().write_bytes(0, length);
            core::slice::from_raw_parts_mut(to.cast(), length)
        });
    }
}

/// `arc4random_uniform`, of OpenBSD: below `bound`, each as likely.
pub extern "C" fn arc4random_uniform(bound: u32) -> u32 {
    if bound < 2 {
        return 0;
    }
    // The smallest numbers are left out that would make some remainders likelier than others.
    let least = bound.wrapping_neg() % bound;
    loop {
        let number = arc4random();
        if number >= least {
            return number % bound;
        }
    }
}
