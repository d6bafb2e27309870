//! The command line's arguments: the program's host has them, or there are none.

pub use super::common::Args;

pub fn args() -> Args {
    Args::new(crate::os::component::host().map_or_else(Vec::new, |host| host.args()))
}
