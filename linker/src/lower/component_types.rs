//! Component types of the same name get a section each again.
//!
//! Why: wasm-ld joins custom sections of one name by writing their contents one behind the other, and wit-bindgen names
//! a section after its own version and the world. Two crates with bindings for the same world, say two versions of one
//! crate, thus come out as one section that nobody can read.
//!
//! Delete when: wit-component reads such a section, or wasm-ld leaves sections of this kind apart.

use anyhow::{Context, Result};
use wasm_encoder::CustomSection;
use wasmparser::{BinaryReader, Parser, Payload};

use crate::contract;
use crate::module::facts::Facts;
use crate::passes::Options;

/// Magic number, version and layer of a component.
const HEADER: &[u8] = b"\0asm\x0d\0\x01\0";

/// Whether there are any.
pub(crate) fn are_in(module: &[u8]) -> Result<bool> {
    for payload in Parser::new(0).parse_all(module) {
        if let Payload::CustomSection(section) = payload.context("what wasm-ld wrote is not a module")?
            && section.name().starts_with(contract::COMPONENT_TYPE)
        {
            return Ok(true);
        }
    }
    Ok(false)
}

pub(crate) fn rewrite(module: Vec<u8>, _: &Facts, _: &Options<'_>) -> Result<Vec<u8>> {
    split_apart(module)
}

/// Gives each a section.
pub(crate) fn split_apart(module: Vec<u8>) -> Result<Vec<u8>> {
    let mut joined = false;
    for payload in Parser::new(0).parse_all(&module) {
        if let Payload::CustomSection(section) = payload.context("what wasm-ld wrote is not a module")?
            && section.name().starts_with(contract::COMPONENT_TYPE)
        {
            joined |= split(section.data()).len() > 1;
        }
    }
    if !joined {
        return Ok(module);
    }
    crate::module::sections(&module, |payload, result| {
        let Payload::CustomSection(section) = payload else { return Ok(false) };
        if !section.name().starts_with(contract::COMPONENT_TYPE) {
            return Ok(false);
        }
        for part in split(section.data()) {
            result.section(&CustomSection { name: section.name().into(), data: part.into() });
        }
        Ok(true)
    })
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
