//! Canonical built-ins that assembly imports get their real names.
//!
//! Why: `$root` and `[context-get-0]` cannot be written in assembly, and the functions that must not touch the stack
//! pointer of their own accord are assembly.
//!
//! Delete when: LLVM's assembler takes quoted names in `.import_module` and `.import_name`.

use anyhow::Result;
use wasm_encoder::{ImportSection, reencode::Reencode, reencode::RoundtripReencoder};
use wasmparser::Payload;

use crate::contract;
use crate::module::facts::Facts;
use crate::passes::Options;

/// Module name of the built-ins that belong to no interface.
const ROOT: &str = "$root";

pub(crate) fn rewrite(module: Vec<u8>, facts: &Facts, _: &Options<'_>) -> Result<Vec<u8>> {
    if facts.imported_functions.iter().all(|import| import.module != contract::BUILT_IN) {
        return Ok(module);
    }
    crate::module::sections(&module, |payload, result| {
        let Payload::ImportSection(imports) = payload else { return Ok(false) };
        let mut renamed = ImportSection::new();
        for import in imports.clone().into_imports() {
            let import = import?;
            let ty = RoundtripReencoder.entity_type(import.ty)?;
            if import.module == contract::BUILT_IN {
                renamed.import(ROOT, &field(import.name), ty);
            } else {
                renamed.import(import.module, import.name, ty);
            }
        }
        result.section(&renamed);
        Ok(true)
    })
}

/// `context_get_0` is `[context-get-0]`.
fn field(name: &str) -> String {
    format!("[{}]", name.replace('_', "-"))
}
