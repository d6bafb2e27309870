//! The command line's arguments: the program's host or the page has them, or there are none.

pub use super::common::Args;

pub fn args() -> Args {
    Args::new(crate::os::component::platform::args())
}
