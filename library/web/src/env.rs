//! The command line, and the variables of a test binary. A page has neither; a script that runs programs has both.

use core::mem::MaybeUninit;

use alloc_crate::string::String;
use alloc_crate::vec::Vec;

use component_rt::abi::memory::{RawList, RawString};

use crate::abi::world;

/// The arguments, the program's name first.
pub fn args() -> Vec<String> {
    let mut list = MaybeUninit::<RawList<RawString>>::uninit();
    // SAFETY: there is room for the list.
    unsafe { world::args(list.as_mut_ptr()) };
    // SAFETY: the call has stored the list.
    let list = unsafe { list.assume_init() };
    list.lift().into_iter().map(RawString::lift).collect()
}

/// The variables: names and values.
pub fn vars() -> Vec<(String, String)> {
    let mut list = MaybeUninit::<RawList<[RawString; 2]>>::uninit();
    // SAFETY: there is room for the list.
    unsafe { world::vars(list.as_mut_ptr()) };
    // SAFETY: the call has stored the list.
    let list = unsafe { list.assume_init() };
    list.lift().into_iter().map(|[name, value]| (name.lift(), value.lift())).collect()
}
