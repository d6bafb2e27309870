//! The panic handler of programs in which no crate has one.
//!
//! It is weak: std's handler, or a crate's own, takes its place. Those are always linked where they are, because rustc has the
//! linker look for the symbol before anything else.

use core::panic::PanicInfo;

unsafe extern "C" {
    /// In the crate core: the file component.rs. It takes a `&PanicInfo`.
    safe fn component_default_panic(info: *const ()) -> !;
}

#[linkage = "weak"]
#[rustc_std_internal_symbol]
fn rust_begin_unwind(info: &PanicInfo<'_>) -> ! {
    component_default_panic((&raw const *info).cast())
}
