//! Component types of the same name get a section each again.
//!
//! Why: wasm-ld joins custom sections of one name by writing their contents one behind the other, and wit-bindgen names
//! a section after its own version and the world. Two crates with bindings for the same world, say two versions of one
//! crate, thus come out as one section that nobody can read.
//!
//! Delete when: wit-component reads such a section, or wasm-ld leaves sections of this kind apart.

use anyhow::Result;
use wasmparser::BinaryReader;

use crate::contract;
use crate::module::Module;
use crate::passes::Options;

/// Magic number, version and layer of a component.
const HEADER: &[u8] = b"\0asm\x0d\0\x01\0";

pub(crate) fn rewrite(module: &mut Module<'_>, _: &Options<'_>) -> Result<()> {
    split_apart(module);
    Ok(())
}

/// Gives each a section.
pub(crate) fn split_apart(module: &mut Module<'_>) {
    module.replace_custom_sections(|name, data| {
        let parts = name.starts_with(contract::COMPONENT_TYPE).then(|| split(data))?;
        (parts.len() > 1).then(|| parts.into_iter().map(<[u8]>::to_vec).collect())
    });
}

/// The components that stand one behind the other in `data`; all of it as one if it is anything else, for others to
/// complain about.
///
/// Where a section would begin, a header cannot be one: as a custom section (its first byte is 0) of 97 bytes it would
/// have a name of 115.
fn split(data: &[u8]) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    let mut rest = data;
    while let Some(end) = next(rest) {
        let (part, behind) = rest.split_at(end);
        parts.push(part);
        rest = behind;
    }
    parts.push(rest);
    parts
}

/// Where a second component begins in `data`, if one does.
fn next(data: &[u8]) -> Option<usize> {
    let mut reader = BinaryReader::new(data.strip_prefix(HEADER)?, 0);
    while !reader.eof() {
        let at = HEADER.len() + reader.current_position();
        if data[at..].starts_with(HEADER) {
            return Some(at);
        }
        reader.read_u8().ok()?;
        let size = reader.read_var_u32().ok()?;
        reader.read_bytes(size as usize).ok()?;
    }
    None
}
