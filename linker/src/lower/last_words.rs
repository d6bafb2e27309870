//! Where a program's last words are: an export of the core module, for a host to look at when the program has trapped.
//!
//! Why: a component that imports nothing can tell nobody why it ends. Its library leaves the text in memory, and a mark in
//! the code that does so says where (library/core/src/component.rs). An export of the symbol itself would keep code and data in
//! every program, whether it can come to it or not.
//!
//! Delete when: the component model can hand a text to the host at a trap.

use anyhow::{Context, Result};
use wasm_encoder::{Encode, SectionId};
use wasmparser::BinaryReader;

use crate::contract;
use crate::module::Module;
use crate::passes::Options;

pub(crate) fn rewrite(module: &mut Module<'_>, _: &Options<'_>) -> Result<()> {
    export(module)
}

fn export(module: &mut Module<'_>) -> Result<()> {
    let Some(address) = address(module)? else { return Ok(()) };
    let index = module.globals();
    module.add_globals(&[address])?;
    module.export_global(contract::LAST_WORDS, index);
    Ok(())
}

/// The address that the first mark names. It is looked for in the bytes: most programs have none, and need not be decoded
/// for that.
fn address(module: &Module<'_>) -> Result<Option<i32>> {
    let Some(code) = module.section(SectionId::Code) else { return Ok(None) };
    let mut mark = vec![0x41];
    contract::SAYS_LAST_WORDS.encode(&mut mark);
    mark.extend([0x1a, 0x41]);
    let Some(at) = code.windows(mark.len()).position(|bytes| bytes == mark) else { return Ok(None) };
    let address = BinaryReader::new(&code[at + mark.len()..], 0).read_var_i32();
    Ok(Some(address.context("the mark of last words has no address")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exported(body: &str) -> String {
        let text = format!("(module (memory 1) (global (mut i32) (i32.const 9)) (func (export \"f\") {body}))");
        let linked = wat::parse_str(text).unwrap();
        let mut module = Module::parse(&linked).unwrap();
        export(&mut module).unwrap();
        wasmprinter::print_bytes(module.encode().unwrap()).unwrap()
    }

    #[test]
    fn the_address_that_a_mark_names_is_exported() {
        let mark = format!("i32.const {} drop i32.const 1048 drop unreachable", contract::SAYS_LAST_WORDS);
        let text = exported(&mark);
        assert!(text.contains("(global (;1;) (mut i32) i32.const 1048)"), "{text}");
        assert!(text.contains("(export \"component_last_words\" (global 1))"), "{text}");
        assert!(!exported("i32.const 1280791108 drop unreachable").contains(contract::LAST_WORDS));
    }
}
