//! Passes that must run: without them the module is no program, wit-component cannot read it, or it would not keep a
//! promise (`last_words`: a component without imports can tell why it has trapped).

pub(crate) mod atomics;
pub(crate) mod built_in_names;
pub(crate) mod component_types;
pub(crate) mod constructors;
pub(crate) mod context_slots;
pub(crate) mod entry;
pub(crate) mod exports;
pub(crate) mod last_words;
mod marks;
pub(crate) mod points;
pub(crate) mod saved_globals;
pub(crate) mod signatures;
pub(crate) mod spin_budget;
pub(crate) mod strip;
pub(crate) mod thread_locals;
