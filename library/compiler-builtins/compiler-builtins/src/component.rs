//! The panic handler of programs in which no crate has one.
//!
//! This crate is the last one that the linker looks into, and into this object only if nobody else has defined the symbol.
//! So it comes after std's handler and any of the user's.

use core::panic::PanicInfo;

unsafe extern "C" {
    /// In the crate core: the file component.rs. It takes a `&PanicInfo`.
    safe fn component_default_panic(info: *const ()) -> !;
}

#[rustc_std_internal_symbol]
fn rust_begin_unwind(info: &PanicInfo<'_>) -> ! {
    component_default_panic((&raw const *info).cast())
}
