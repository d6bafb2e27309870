//! Where a program's last words are: an export of the core module, for a host to look at when the program has trapped.
//!
//! Why: a component that imports nothing can tell nobody why it ends. Its library leaves the text in memory, and a mark in
//! the code that does so says where (library/core/src/component.rs). An export of the symbol itself would keep code and data in
//! every program, whether it can come to it or not.
//!
//! Delete when: the component model can hand a text to the host at a trap.

use anyhow::{Context, Result};
use wasm_encoder::{Encode, Module, RawSection, SectionId};
use wasmparser::{BinaryReader, Parser, Payload};

use crate::contract;
use crate::module::facts::Facts;
use crate::passes::Options;

/// The module with the export, if it says last words anywhere.
///
/// # Errors
///
/// What was read is not a module.
pub(crate) fn rewrite(module: Vec<u8>, _facts: &Facts, _options: &Options<'_>) -> Result<Vec<u8>> {
    exported(module)
}

fn exported(module: Vec<u8>) -> Result<Vec<u8>> {
    let Some(address) = address(&module)? else { return Ok(module) };
    let mut result = Module::new();
    let mut globals = 0;
    for payload in Parser::new(0).parse_all(&module) {
        let payload = payload?;
        match &payload {
            Payload::ImportSection(imports) => {
                for import in imports.clone().into_imports() {
                    globals += u32::from(matches!(import?.ty, wasmparser::TypeRef::Global(_)));
                }
            }
            Payload::GlobalSection(section) => globals += section.count(),
            _ => {}
        }
        let Some((id, range)) = payload.as_section() else { continue };
        let section = &module[range.start as usize..range.end as usize];
        let more = match payload {
            Payload::GlobalSection(_) => {
                let mut global = vec![0x7f, 0x00, 0x41];
                address.encode(&mut global);
                global.push(0x0b);
                global
            }
            Payload::ExportSection(_) => {
                let mut export = Vec::new();
                contract::LAST_WORDS.encode(&mut export);
                export.push(0x03);
                globals.encode(&mut export);
                export
            }
            _ => Vec::new(),
        };
        let data = if more.is_empty() { section.to_vec() } else { longer(section, &more)? };
        result.section(&RawSection { id, data: &data });
    }
    Ok(result.finish())
}

/// The address that the first mark names. A module with one has a stack, so a global; and an entry, so an export.
fn address(module: &[u8]) -> Result<Option<i32>> {
    let mut mark = vec![0x41];
    contract::SAYS_LAST_WORDS.encode(&mut mark);
    mark.extend([0x1a, 0x41]);
    for payload in Parser::new(0).parse_all(module) {
        if let Some((id, range)) = payload?.as_section()
            && id == u8::from(SectionId::Code)
        {
            let code = &module[range.start as usize..range.end as usize];
            let Some(at) = code.windows(mark.len()).position(|bytes| bytes == mark) else { return Ok(None) };
            let address = BinaryReader::new(&code[at + mark.len()..], 0).read_var_i32();
            return Ok(Some(address.context("the mark of last words has no address")?));
        }
    }
    Ok(None)
}

/// A list, with one more item.
fn longer(list: &[u8], item: &[u8]) -> Result<Vec<u8>> {
    let mut reader = BinaryReader::new(list, 0);
    let mut data = Vec::with_capacity(list.len() + item.len() + 1);
    (reader.read_var_u32()? + 1).encode(&mut data);
    data.extend(&list[reader.current_position()..]);
    data.extend(item);
    Ok(data)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn module(body: &str) -> Vec<u8> {
        wat::parse_str(format!("(module (memory 1) (global (mut i32) (i32.const 9)) (func (export \"f\") {body}))"))
            .unwrap()
    }

    #[test]
    fn the_address_that_a_mark_names_is_exported() {
        let mark = format!("i32.const {} drop i32.const 1048 drop unreachable", contract::SAYS_LAST_WORDS);
        let text = wasmprinter::print_bytes(exported(module(&mark)).unwrap()).unwrap();
        assert!(text.contains("(global (;1;) i32 i32.const 1048)"), "{text}");
        assert!(text.contains("(export \"component_last_words\" (global 1))"), "{text}");
    }

    #[test]
    fn without_a_mark_nothing_changes() {
        let silent = module("i32.const 1280791108 drop unreachable");
        assert_eq!(exported(silent.clone()).unwrap(), silent);
    }
}
