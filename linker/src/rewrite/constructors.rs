//! Static constructors run once, when the component is instantiated.
//!
//! Why: crates such as `inventory` and `ctor` put functions into `.init_array`, and wasm-ld collects them in
//! `__wasm_call_ctors`. If nothing calls that, wasm-ld makes *every* export call it, each time it is entered: right for
//! a program with one entry, wrong for a component, whose host enters `cabi_realloc` in the middle of everything. So
//! component-ld has wasm-ld export it, which turns those calls off, and this pass gives the export the name that
//! wit-component calls at instantiation, `_initialize`.
//!
//! Left alone: a module that calls its constructors itself (wit-bindgen's exports do, once), or has an `_initialize` of
//! its own. With no constructors the export goes.
//!
//! Delete when: wit-component calls `__wasm_call_ctors`, or wasm-ld makes an `_initialize` for modules without an
//! entry.

use anyhow::Result;
use wasm_encoder::ExportSection;
use wasmparser::{FunctionBody, Operator, Parser, Payload, TypeRef};

use crate::contract;

pub(super) fn rewrite(module: Vec<u8>) -> Result<Vec<u8>> {
    let found = Constructors::find(&module)?;
    if !found.exported {
        return Ok(module);
    }
    super::sections(&module, |payload, result| {
        let Payload::ExportSection(exports) = payload else { return Ok(false) };
        let mut renamed = ExportSection::new();
        for export in exports.clone() {
            let export = export?;
            match export.name {
                contract::CALL_CONSTRUCTORS if found.host_calls() => {
                    renamed.export(contract::INITIALIZE, export.kind.into(), export.index);
                }
                contract::CALL_CONSTRUCTORS => {}
                name => {
                    renamed.export(name, export.kind.into(), export.index);
                }
            }
        }
        result.section(&renamed);
        Ok(true)
    })
}

/// What a module does about its constructors.
#[derive(Default)]
struct Constructors {
    exported: bool,
    empty: bool,
    called: bool,
    has_initialize: bool,
}

impl Constructors {
    /// Whether the host is to run them, at instantiation.
    fn host_calls(&self) -> bool {
        !self.empty && !self.called && !self.has_initialize
    }

    fn find(module: &[u8]) -> Result<Constructors> {
        let mut found = Constructors::default();
        // Index of `__wasm_call_ctors`, and of the body being looked at.
        let mut constructors = 0;
        let mut function = 0;
        for payload in Parser::new(0).parse_all(module) {
            match payload? {
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        function += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                    }
                }
                Payload::ExportSection(exports) => {
                    for export in exports {
                        let export = export?;
                        if export.name == contract::CALL_CONSTRUCTORS {
                            found.exported = true;
                            constructors = export.index;
                        }
                        found.has_initialize |= export.name == contract::INITIALIZE;
                    }
                }
                // The section of the exports stands in front.
                Payload::CodeSectionStart { .. } if !found.exported => break,
                Payload::CodeSectionEntry(body) => {
                    if function == constructors {
                        found.empty = is_empty(&body)?;
                    } else if !found.called {
                        found.called = calls(&body, constructors)?;
                    }
                    if found.empty || found.called {
                        break;
                    }
                    function += 1;
                }
                _ => {}
            }
        }
        Ok(found)
    }
}

fn is_empty(body: &FunctionBody<'_>) -> Result<bool> {
    Ok(matches!(body.get_operators_reader()?.read()?, Operator::End))
}

fn calls(body: &FunctionBody<'_>, function: u32) -> Result<bool> {
    for operator in body.get_operators_reader()? {
        if matches!(operator?, Operator::Call { function_index } if function_index == function) {
            return Ok(true);
        }
    }
    Ok(false)
}
