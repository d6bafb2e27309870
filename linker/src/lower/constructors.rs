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
//! A program that begins at main is no such module, though bindings in it have exports, too: constructors run before main. They do so at
//! instantiation, and the calls in exports go.
//!
//! Delete when: wit-component calls `__wasm_call_ctors`, or wasm-ld makes an `_initialize` for modules without an
//! entry.

use std::ops::Range;

use anyhow::Result;
use wasm_encoder::ExportSection;
use wasmparser::{FunctionBody, Operator, Parser, Payload, TypeRef};

use crate::contract;
use crate::module::facts::Facts;
use crate::passes::Options;

pub(crate) fn rewrite(module: Vec<u8>, _: &Facts, _: &Options<'_>) -> Result<Vec<u8>> {
    let found = Constructors::find(&module)?;
    if !found.exported {
        return Ok(module);
    }
    let mut module = module;
    if found.called && found.host_calls() {
        for call in calls_of(&module, found.index)? {
            module[call].fill(NOP);
        }
    }
    crate::module::sections(&module, |payload, result| {
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
    /// Which function it is that runs them.
    index: u32,
    empty: bool,
    called: bool,
    has_initialize: bool,
    /// The program begins at a function that calls nothing first.
    begins_at_main: bool,
}

/// The instruction that does nothing.
const NOP: u8 = 0x01;

impl Constructors {
    /// Whether the host is to run them, at instantiation.
    fn host_calls(&self) -> bool {
        !self.empty && (!self.called || self.begins_at_main) && !self.has_initialize
    }

    fn find(module: &[u8]) -> Result<Constructors> {
        let mut found = Constructors::default();
        // Index of the body being looked at.
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
                            found.index = export.index;
                        }
                        found.begins_at_main |= export.name == contract::RUN;
                        found.has_initialize |= export.name == contract::INITIALIZE;
                    }
                }
                // The section of the exports stands in front.
                Payload::CodeSectionStart { .. } if !found.exported => break,
                Payload::CodeSectionEntry(body) => {
                    if function == found.index {
                        found.empty = is_empty(&body)?;
                    } else if !found.called {
                        found.called = calls(&body, found.index)?;
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

/// Where functions call one.
fn calls_of(module: &[u8], function: u32) -> Result<Vec<Range<usize>>> {
    let mut all = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        let Payload::CodeSectionEntry(body) = payload? else { continue };
        let mut operators = body.get_operators_reader()?;
        while !operators.eof() {
            let start = operators.original_position();
            if matches!(operators.read()?, Operator::Call { function_index } if function_index == function) {
                all.push(usize::try_from(start)?..usize::try_from(operators.original_position())?);
            }
        }
    }
    Ok(all)
}
