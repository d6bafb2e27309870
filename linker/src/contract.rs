//! Every name the linker shares with the library and with rustc, in one place.
//!
//! Here so that neither side can change a name alone: component-rt and the target specs refer to this file by comment. What these names mean
//! to the component model is said where they are used; wit-component's own names (`[async-lift]` and the like) are not repeated here.

/// Core export of a command: `entry-name` in the target specs, so rustc's own main shim, `() -> i32`, is the sync lift of
/// `wasi:cli/run.run`. It returns 0 (ok) or 1 (err) and nothing else. A module that exports it becomes a command.
pub const RUN: &str = "wasi:cli/run@0.3.0#run";

/// Allocator for what the host passes to the program, `(old, old_size, align, new_size) -> ptr`.
///
/// component-rt defines it as a weak symbol, so that the one of a user's wit-bindgen may stand beside it.
pub const REALLOC: &str = "cabi_realloc";

/// Made by wasm-ld: runs the static constructors (`.init_array`) of all objects, once.
pub const CALL_CONSTRUCTORS: &str = "__wasm_call_ctors";

/// Core export that wit-component calls when the component is instantiated, all imports being callable already.
pub const INITIALIZE: &str = "_initialize";

/// Custom sections whose names begin with this hold component types. Bindings generators put them into objects; std's objects hold none,
/// because the world of a std program is the linker's.
pub const COMPONENT_TYPE: &str = "component-type";

/// Module name of the imports of WASI 0.1.
pub const WASI_0_1: &str = "wasi_snapshot_preview1";

/// Libraries of a C system that crates ask for with `#[link]`. There are none: a request for one is met with nothing, and only a symbol that is
/// really wanted is an error, by name.
pub const C_LIBRARIES: &[&str] = &["c", "m", "pthread", "dl", "rt", "util", "xnet", "resolv"];
