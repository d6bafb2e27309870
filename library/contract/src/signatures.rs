//! Functions that a program declares by Rust signatures: what the library's macro `wasm` leaves in objects, and the linker finds there.
//!
//! The macro spells these names out (`library/macros/src/functions.rs`).

/// Custom section: a line of text for each function.
pub const SECTION: &str = "component-signatures";

/// How the core export of an exported function begins, `(operation, memory) -> memory`; then come interface, `#` and name.
pub const EXPORT: &str = "component_export:";

/// Module name of imported functions, `(arguments, result)`. The field is interface, `#` and name; in front of them stands `[async]` for one
/// that also gives a status, and `[task-return]` for what an exported `async` function gives its result to.
pub const IMPORT: &str = "component_import";

/// How the symbols of the linker's own functions begin that are exported, under what comes behind this.
pub const LIFT: &str = "component_lift:";

/// Function `(event, waitable, payload) -> code` of the library: goes on with the task of an `async` export.
pub const CALLBACK: &str = "component_callback";

/// Function `(memory, size, alignment)` of the library: frees arguments that came in memory of their own.
pub const FREE_ARGUMENTS: &str = "component_free";

/// What an exported function's own function is called for: a call. Its arguments are where the caller has put them.
pub const CALL: i32 = 0;

/// The result, which the caller has read, is to be freed.
pub const FREE: i32 = 1;
