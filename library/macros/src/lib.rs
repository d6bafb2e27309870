//! The attributes of `std::os::component`: `main`, `test` and `wasm`.
//!
//! Procedural macros that std exports, so that a program needs no crate and no feature for them. The overlay compiles them for the machine that
//! compiles, with the very compiler, and puts them beside that machine's own library in the sysroot, where rustc finds them for std.

// What the expansions of `wasm` refer to stands in a crate below std, and is unsafe where it must be; neither is the user's doing.
#![cfg_attr(component_sysroot, feature(allow_internal_unsafe, allow_internal_unstable))]
#![cfg_attr(component_sysroot, allow(internal_features))]

mod entry;
mod functions;
mod names;
mod tokens;
mod types;
mod wasm;

use proc_macro::TokenStream;

/// Makes an `async fn main` the program's entry.
#[proc_macro_attribute]
pub fn main(arguments: TokenStream, item: TokenStream) -> TokenStream {
    entry::expand("main", arguments, item)
}

/// Makes an `async fn` a test.
#[proc_macro_attribute]
pub fn test(arguments: TokenStream, item: TokenStream) -> TokenStream {
    entry::expand("test", arguments, item)
}

/// Makes functions and types those of the component.
#[cfg_attr(component_sysroot, allow_internal_unsafe)]
#[cfg_attr(component_sysroot, allow_internal_unstable(rustc_private))]
#[proc_macro_attribute]
pub fn wasm(arguments: TokenStream, item: TokenStream) -> TokenStream {
    wasm::expand(arguments, item)
}
