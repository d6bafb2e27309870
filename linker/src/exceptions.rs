//! Exceptions that are no panics are refused beside those that are.
//!
//! `catch_unwind` is compiled to a handler for one tag, that of panics, and everything else passes it. Code that is safe relies on nothing passing it
//! (rust-lang/rust#148273). The tags of a component all come from its own objects, since nothing is thrown across its boundary: with one tag
//! there is nothing that could pass. To be deleted when `catch_unwind` stops foreign exceptions.

use anyhow::{Result, bail};
use wasmparser::{BinaryReader, Name, NameSectionReader};

use crate::module::Module;

/// The tag of Rust's panics, which is that of C++'s exceptions too.
const PANIC: &str = "__cpp_exception";

/// Looks at the tags of a linked module.
///
/// # Errors
///
/// There is a second one.
pub(crate) fn check(module: &Module<'_>) -> Result<()> {
    let tags = module.tags()?;
    if tags < 2 {
        return Ok(());
    }
    let mut names = Vec::new();
    for (_, section) in module.custom_sections().filter(|(name, _)| *name == "name") {
        // Names are for the message alone: what cannot be read of them is not missed.
        for part in NameSectionReader::new(BinaryReader::new(section, 0)).flatten() {
            let Name::Tag(map) = part else { continue };
            names.extend(map.into_iter().flatten().map(|naming| naming.name).filter(|name| *name != PANIC));
        }
    }
    let names = if names.is_empty() { "one without a name".to_owned() } else { format!("`{}`", names.join("`, `")) };
    bail!(
        "beside panics there are exceptions of another kind, {names}, and `catch_unwind` would let them pass, which safe code relies on never \
         happening (rust-lang/rust#148273). Compile the code that throws them without exceptions (C: without setjmp and longjmp), or catch \
         them where they are thrown and return an error"
    )
}
