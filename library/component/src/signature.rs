//! Functions of the component model that are declared by Rust signatures: what `#[std::os::component::wasm]` expands to.
//!
//! The macro sees names and tokens; what a name stands for only the compiler knows. So a signature is a constant that is made of the types' own
//! constants ([`Value::TYPE`]), and stands in a custom section as text ([`text`]). From these the linker makes the component's types, and the
//! functions between the canonical ABI and ours: it alone knows both sides. Ours is always the same, whatever the types:
//!
//! - an export is `fn(operation, memory) -> memory` ([`call::export`]): the arguments stand in memory one behind the other, as the canonical ABI
//!   lays out a record of them, and so does the result;
//! - an import is `fn(arguments, result)`, with both in memory ([`call::import`]).
//!
//! [`Value::Memory`] is a Rust type with the very layout that the canonical ABI gives the value in memory. So nothing here counts bytes.

mod call;
#[cfg(target_family = "wasm")]
mod copies;
mod lists;
mod resource;
mod text;
mod types;
mod value;

#[cfg(target_family = "wasm")]
pub use call::export_async;
pub use call::{Area, Argument, Arguments, Given, Referred, export, import, import_async};
#[cfg(target_family = "wasm")]
pub use copies::{FutureReader, FutureWriter, Typed, future};
pub use lists::{Borrowed, Cloned, ListMemory};
pub use resource::{Borrow, Exported, Held, Resource, destroy, give, not_lent, take_back};
pub use text::{Declaration, Text, identity};
pub use types::{Direction, Field, Function, Kind, Nominal, Type};
pub use value::{Lent, OptionMemory, ResultMemory, Value, no_case};
