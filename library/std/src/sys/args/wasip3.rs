//! The command line's arguments: `wasi:cli/environment`'s `get-arguments`.

pub use super::common::Args;
use crate::ffi::OsString;

pub fn args() -> Args {
    Args::new(wasi_rt::env::args().iter().map(OsString::from).collect())
}
