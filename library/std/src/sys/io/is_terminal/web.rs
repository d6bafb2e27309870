//! Whether a standard stream is a terminal: a page has none, a script may.

use crate::fs::File;
use crate::io::{Stderr, StderrLock, Stdin, StdinLock, Stdout, StdoutLock};

/// What may be one.
pub trait Stream {
    /// Its number among the standard streams. `None`: it is none of them.
    const NUMBER: Option<u32>;
}

macro_rules! streams {
    ($($type:ty = $number:expr;)*) => {$(
        impl Stream for $type {
            const NUMBER: Option<u32> = $number;
        }
    )*};
}

streams! {
    File = None;
    Stdin = Some(0);
    StdinLock<'_> = Some(0);
    Stdout = Some(1);
    StdoutLock<'_> = Some(1);
    Stderr = Some(2);
    StderrLock<'_> = Some(2);
}

pub fn is_terminal<T: Stream>(_: &T) -> bool {
    T::NUMBER.is_some_and(web_rt::console::is_terminal)
}
