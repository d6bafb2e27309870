//! Declaring imports: one line that is the declaration, its fake, and its row in the table that a test checks against WIT.

use super::shape::{Lowered, Shape};

/// An import as this crate declares it.
#[derive(Clone, Copy, Debug)]
pub struct Import {
    /// The module half of the core import's name: `$root` or an interface.
    pub module: &'static str,
    /// The field half.
    pub field: &'static str,
    /// The core parameters.
    pub params: &'static [CoreType],
    /// The core result.
    pub result: Option<CoreType>,
}

/// A core type, with what a pointer points to.
#[derive(Clone, Copy, Debug)]
pub enum CoreType {
    /// `i32`.
    I32,
    /// `i64`.
    I64,
    /// `f64`.
    F64,
    /// A length: `i32` on wasm32.
    Length,
    /// A pointer: `i32` on wasm32; to what.
    Pointer(&'static Shape),
}

/// Rust types that may appear in the signature of an import.
///
/// # Safety
///
/// `TYPE` is the core type that the type has in the C ABI of wasm32.
pub unsafe trait Flat {
    /// The core type.
    const TYPE: CoreType;
}

macro_rules! flat {
    ($($type:ty = $core:ident),*) => {$(
        // SAFETY: the C ABI of wasm32 passes this number as that core type.
        unsafe impl Flat for $type {
            const TYPE: CoreType = CoreType::$core;
        }
    )*};
}

flat!(u32 = I32, i32 = I32, u64 = I64, i64 = I64, f64 = F64, usize = Length);

// SAFETY: a thin pointer is an `i32` on wasm32.
unsafe impl<T: Lowered> Flat for *const T {
    const TYPE: CoreType = CoreType::Pointer(T::SHAPE.canonical());
}

// SAFETY: a thin pointer is an `i32` on wasm32.
unsafe impl<T: Lowered> Flat for *mut T {
    const TYPE: CoreType = CoreType::Pointer(T::SHAPE.canonical());
}

/// Declares the imports of one interface (or of `$root`) as a module of functions and its table `IMPORTS`.
///
/// ```text
/// imports! {
///     /// What the interface is for.
///     pub(crate) mod monotonic_clock = "wasi:clocks/monotonic-clock@0.3.0", fake crate::abi::fake::clocks {
///         /// `now`: the time. Nanoseconds.
///         safe fn now() -> u64 = "now";
///     }
/// }
/// ```
///
/// Off wasm each function calls the function of its name in the module after `fake`.
#[macro_export]
macro_rules! imports {
    (
        $(#[$meta:meta])*
        $vis:vis mod $name:ident = $module:literal, fake $fake:path {
            $($(#[$about:meta])* $safety:ident fn $function:ident($($arg:ident: $type:ty),* $(,)?) $(-> $result:ty)? = $field:expr;)*
        }
    ) => {
        $(#[$meta])*
        $vis mod $name {
            #[allow(unused_imports, reason = "not every interface has types of its own")]
            use super::*;

            /// These imports, for the test that compares them with WIT.
            pub const IMPORTS: &[$crate::abi::import::Import] = &[$(
                $crate::abi::import::Import {
                    module: $module,
                    field: $field,
                    params: &[$(<$type as $crate::abi::import::Flat>::TYPE),*],
                    result: $crate::imports!(@result $($result)?),
                },
            )*];

            #[cfg(target_family = "wasm")]
            #[link(wasm_import_module = $module)]
            unsafe extern "C" {
                $($(#[$about])* #[link_name = $field] pub(crate) $safety fn $function($($arg: $type),*) $(-> $result)?;)*
            }

            #[cfg(not(target_family = "wasm"))]
            use $fake as fake;

            $($crate::imports!(@fake $(#[$about])* $safety $function($($arg: $type),*) $(-> $result)?);)*
        }
    };
    (@result) => { None };
    (@result $result:ty) => { Some(<$result as $crate::abi::import::Flat>::TYPE) };
    (@fake $(#[$about:meta])* safe $function:ident($($arg:ident: $type:ty),*) $(-> $result:ty)?) => {
        $(#[$about])*
        #[cfg(not(target_family = "wasm"))]
        #[allow(clippy::too_many_arguments, reason = "as many as the function has core parameters")]
        pub(crate) fn $function($($arg: $type),*) $(-> $result)? {
            fake::$function($($arg),*)
        }
    };
    (@fake $(#[$about:meta])* unsafe $function:ident($($arg:ident: $type:ty),*) $(-> $result:ty)?) => {
        $(#[$about])*
        #[cfg(not(target_family = "wasm"))]
        #[allow(clippy::too_many_arguments, reason = "as many as the function has core parameters")]
        pub(crate) unsafe fn $function($($arg: $type),*) $(-> $result)? {
            // SAFETY: the contract of the import is the contract of its fake; our caller keeps it.
            unsafe { fake::$function($($arg),*) }
        }
    };
}

/// Declares the canonical built-ins of one stream type: a module with a type `Stream` that implements
/// [`StreamBuiltins`](crate::abi::ends::StreamBuiltins), and its table `IMPORTS`.
///
/// ```text
/// stream_builtins! {
///     /// The bytes of standard input.
///     pub mod stdin_bytes: u8 = "wasi:cli/stdin@0.3.0", 0, "read-via-stream";
/// }
/// type Stdin = ReadableEnd<stdin_bytes::Stream>;
/// ```
///
/// After the element type: the interface, the index among the streams and futures of the function's type, the function.
#[macro_export]
macro_rules! stream_builtins {
    ($($(#[$meta:meta])* $vis:vis mod $name:ident: $element:ty = $module:literal, $index:literal, $function:literal;)*) => {$(
        $(#[$meta])*
        $vis mod $name {
            #[allow(unused_imports, reason = "the element type may be a primitive")]
            use super::*;

            pub use raw::IMPORTS;

            $crate::imports! {
                mod raw = $module, fake super::stand_in {
                    safe fn new() -> u64 = concat!("[stream-new-", $index, "]", $function);
                    unsafe fn read(end: u32, buffer: *mut $element, count: usize) -> u32
                        = concat!("[async-lower][stream-read-", $index, "]", $function);
                    unsafe fn write(end: u32, buffer: *const $element, count: usize) -> u32
                        = concat!("[async-lower][stream-write-", $index, "]", $function);
                    safe fn cancel_read(end: u32) -> u32 = concat!("[stream-cancel-read-", $index, "]", $function);
                    safe fn cancel_write(end: u32) -> u32 = concat!("[stream-cancel-write-", $index, "]", $function);
                    safe fn drop_readable(end: u32) = concat!("[stream-drop-readable-", $index, "]", $function);
                    safe fn drop_writable(end: u32) = concat!("[stream-drop-writable-", $index, "]", $function);
                }
            }

            #[cfg(not(target_family = "wasm"))]
            mod stand_in {
                #[allow(unused_imports, reason = "the element type may be a primitive")]
                use super::*;
                $crate::abi::fake::streams::stand_in!($element, concat!($module, "#", $function, "#", $index));
            }

            /// The built-ins as a type.
            pub enum Stream {}

            // SAFETY: the seven names above are one stream's, by the same module, index and function; that the element has the
            // layout of `Element` is what `tests/abi_matches_wit.rs` checks for each row of `IMPORTS`.
            unsafe impl $crate::abi::ends::StreamBuiltins for Stream {
                type Element = $element;

                #[inline(always)]
                fn new() -> u64 {
                    raw::new()
                }
                #[inline(always)]
                unsafe fn read(readable: u32, buffer: *mut $element, count: usize) -> u32 {
                    // SAFETY: the same contract.
                    unsafe { raw::read(readable, buffer, count) }
                }
                #[inline(always)]
                unsafe fn write(writable: u32, buffer: *const $element, count: usize) -> u32 {
                    // SAFETY: the same contract.
                    unsafe { raw::write(writable, buffer, count) }
                }
                #[inline(always)]
                fn cancel_read(readable: u32) -> u32 {
                    raw::cancel_read(readable)
                }
                #[inline(always)]
                fn cancel_write(writable: u32) -> u32 {
                    raw::cancel_write(writable)
                }
                #[inline(always)]
                fn drop_readable(readable: u32) {
                    raw::drop_readable(readable)
                }
                #[inline(always)]
                fn drop_writable(writable: u32) {
                    raw::drop_writable(writable)
                }
            }
        }
    )*};
}

/// Declares the canonical built-ins of one future type: a module with a type `Future` that implements
/// [`FutureBuiltins`](crate::abi::ends::FutureBuiltins), and its table `IMPORTS`.
///
/// `future_builtins! { pub mod stdin_end: RawResult<(), u8> = "wasi:cli/stdin@0.3.0", 1, "read-via-stream"; }`, in the words of
/// [`stream_builtins!`](crate::stream_builtins).
#[macro_export]
macro_rules! future_builtins {
    ($($(#[$meta:meta])* $vis:vis mod $name:ident: $value:ty = $module:literal, $index:literal, $function:literal;)*) => {$(
        $(#[$meta])*
        $vis mod $name {
            #[allow(unused_imports, reason = "the value type may be a primitive")]
            use super::*;

            pub use raw::IMPORTS;

            $crate::imports! {
                mod raw = $module, fake super::stand_in {
                    unsafe fn read(end: u32, value: *mut $value) -> u32
                        = concat!("[async-lower][future-read-", $index, "]", $function);
                    safe fn cancel_read(end: u32) -> u32 = concat!("[future-cancel-read-", $index, "]", $function);
                    safe fn drop_readable(end: u32) = concat!("[future-drop-readable-", $index, "]", $function);
                }
            }

            #[cfg(not(target_family = "wasm"))]
            mod stand_in {
                #[allow(unused_imports, reason = "the value type may be a primitive")]
                use super::*;
                $crate::abi::fake::futures::stand_in!($value, concat!($module, "#", $function, "#", $index));
            }

            /// The built-ins as a type.
            pub enum Future {}

            // SAFETY: the three names above are one future's, by the same module, index and function; that the value has the
            // layout of `Value` is what `tests/abi_matches_wit.rs` checks for each row of `IMPORTS`.
            unsafe impl $crate::abi::ends::FutureBuiltins for Future {
                type Value = $value;

                #[inline(always)]
                unsafe fn read(readable: u32, value: *mut $value) -> u32 {
                    // SAFETY: the same contract.
                    unsafe { raw::read(readable, value) }
                }
                #[inline(always)]
                fn cancel_read(readable: u32) -> u32 {
                    raw::cancel_read(readable)
                }
                #[inline(always)]
                fn drop_readable(readable: u32) {
                    raw::drop_readable(readable)
                }
            }
        }
    )*};
}
