//! Exceptions that are no panics are refused beside those that are.
//!
//! `catch_unwind` is compiled to a handler for one tag, that of panics, and everything else passes it. Code that is safe relies on nothing passing it
//! (rust-lang/rust#148273). The tags of a component all come from its own objects, since nothing is thrown across its boundary: with one tag
//! there is nothing that could pass. To be deleted when `catch_unwind` stops foreign exceptions.

use anyhow::{Context, Result, bail};
use wasmparser::{KnownCustom, Name, Parser, Payload, TypeRef};

/// The tag of Rust's panics, which is that of C++'s exceptions too.
const PANIC: &str = "__cpp_exception";

/// Looks at the tags of a linked module.
///
/// # Errors
///
/// There is a second one.
pub(crate) fn check(module: &[u8]) -> Result<()> {
    let mut tags = 0;
    let mut names = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        match payload.context("it is not a core module")? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    tags += u32::from(matches!(import?.ty, TypeRef::Tag(_)));
                }
            }
            Payload::TagSection(section) => tags += section.count(),
            Payload::CustomSection(section) => {
                if let KnownCustom::Name(subsections) = section.as_known() {
                    // Names are for the message alone: what cannot be read of them is not missed.
                    for name in subsections.into_iter().flatten() {
                        let Name::Tag(map) = name else { continue };
                        names.extend(map.into_iter().flatten().map(|naming| naming.name).filter(|name| *name != PANIC));
                    }
                }
            }
            _ => {}
        }
    }
    if tags < 2 {
        return Ok(());
    }
    let names = if names.is_empty() { "one without a name".to_owned() } else { format!("`{}`", names.join("`, `")) };
    bail!(
        "beside panics there are exceptions of another kind, {names}, and `catch_unwind` would let them pass, which safe code relies on never \
         happening (rust-lang/rust#148273). Compile the code that throws them without exceptions (C: without setjmp and longjmp), or catch \
         them where they are thrown and return an error"
    )
}
