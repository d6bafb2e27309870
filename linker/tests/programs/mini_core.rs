//! As much of `core` as the programs beside it need, so that testing the linker needs no std for any wasm target.
#![feature(no_core, lang_items, auto_traits, rustc_attrs)]
#![allow(internal_features)]
#![no_core]
#![crate_type = "rlib"]

#[lang = "pointee_sized"]
pub trait PointeeSized {}
#[lang = "meta_sized"]
pub trait MetaSized: PointeeSized {}
#[lang = "sized"]
pub trait Sized: MetaSized {}
#[lang = "copy"]
pub trait Copy {}
impl Copy for i32 {}
#[lang = "legacy_receiver"]
pub trait LegacyReceiver {}
#[lang = "sync"]
pub unsafe auto trait Sync {}
#[lang = "freeze"]
pub unsafe auto trait Freeze {}
#[lang = "drop_in_place"]
unsafe fn drop_in_place<T: PointeeSized>(_: *mut T) {}

#[rustc_builtin_macro]
#[macro_export]
macro_rules! global_asm {
    () => {};
}
