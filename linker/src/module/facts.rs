//! What the passes look up in a module.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use wasmparser::{DataKind, ExternalKind, FuncType, Operator, Parser, Payload, TypeRef};

use crate::contract;

/// The index spaces of a linked module, as far as passes care.
#[derive(Default)]
pub(crate) struct Facts {
    /// Every imported function, by index.
    pub(crate) imported_functions: Vec<Import>,
    /// Kind and index of every export.
    pub(crate) exports: BTreeMap<String, (ExternalKind, u32)>,
    /// The types of the type section.
    pub(crate) types: Vec<FuncType>,
    /// The type of every function that is not imported, as an index of `types`.
    pub(crate) function_types: Vec<u32>,
    /// Imported functions and others together.
    pub(crate) functions: u32,
    /// First value of every defined global that is an `i32.const`.
    pub(crate) globals: Vec<Option<i32>>,
    /// Address and length of every data segment; no address if it is passive.
    pub(crate) segments: Vec<(Option<u32>, u32)>,
    /// Whether an object was compiled with `+atomics`, as far as wasm-ld has left a note of it.
    has_atomics: bool,
    /// Whether there is debug information, which counts in bytes of the code section.
    pub(crate) has_dwarf: bool,
}

/// An imported function.
pub(crate) struct Import {
    pub(crate) module: String,
    pub(crate) field: String,
    /// Index into [`Facts::types`].
    pub(crate) ty: u32,
}

impl Facts {
    pub(crate) fn of(module: &[u8]) -> Result<Facts> {
        let mut facts = Facts::default();
        for payload in Parser::new(0).parse_all(module) {
            match payload.context("what wasm-ld wrote is not a module")? {
                Payload::TypeSection(types) => {
                    facts.types.extend(types.into_iter_err_on_gc_types().collect::<Result<Vec<_>, _>>()?)
                }
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        let import = import?;
                        if let TypeRef::Func(ty) = import.ty {
                            facts.imported_functions.push(Import {
                                module: import.module.to_owned(),
                                field: import.name.to_owned(),
                                ty,
                            });
                            facts.functions += 1;
                        }
                    }
                }
                Payload::FunctionSection(functions) => {
                    facts.functions += functions.count();
                    facts.function_types = functions.into_iter().collect::<Result<_, _>>()?;
                }
                Payload::GlobalSection(globals) => {
                    for global in globals {
                        facts.globals.push(constant(&global?.init_expr)?);
                    }
                }
                Payload::ExportSection(exports) => {
                    for export in exports {
                        let export = export?;
                        facts.exports.insert(export.name.to_owned(), (export.kind, export.index));
                    }
                }
                Payload::DataSection(segments) => {
                    for segment in segments {
                        let segment = segment?;
                        let address = match segment.kind {
                            DataKind::Active { offset_expr, .. } => constant(&offset_expr)?.map(i32::cast_unsigned),
                            DataKind::Passive => None,
                        };
                        facts.segments.push((address, u32::try_from(segment.data.len())?));
                    }
                }
                Payload::CustomSection(section) => {
                    facts.has_dwarf |= section.name().starts_with(".debug_");
                    facts.has_atomics |= section.name() == "target_features"
                        && section.data().windows(8).any(|word| word == b"\x07atomics");
                }
                _ => {}
            }
        }
        Ok(facts)
    }

    /// Whether the program makes threads.
    pub(crate) fn makes_threads(&self) -> bool {
        self.import(contract::BUILT_IN, contract::THREAD_NEW).is_some()
    }

    /// Whether it is worth looking for atomic instructions.
    pub(crate) fn may_be_atomic(&self) -> bool {
        self.has_atomics || self.makes_threads()
    }

    /// The index of an imported function.
    pub(crate) fn import(&self, module: &str, field: &str) -> Option<u32> {
        let at = self.imported_functions.iter().position(|import| import.module == module && import.field == field)?;
        u32::try_from(at).ok()
    }

    /// The index of an exported function.
    pub(crate) fn function(&self, export: &str) -> Option<u32> {
        self.exported(export, ExternalKind::Func)
    }

    /// The index of an exported global. No global is imported, so it is an index of [`Facts::globals`] too.
    pub(crate) fn global(&self, export: &str) -> Option<u32> {
        self.exported(export, ExternalKind::Global)
    }

    /// The value of an exported constant global, which is what an exported data symbol is.
    pub(crate) fn address(&self, export: &str) -> Option<u32> {
        let global = self.global(export)?;
        self.globals.get(global as usize).copied().flatten().map(i32::cast_unsigned)
    }

    fn exported(&self, export: &str, kind: ExternalKind) -> Option<u32> {
        self.exports.get(export).filter(|(is, _)| *is == kind).map(|(_, index)| *index)
    }
}

fn constant(expression: &wasmparser::ConstExpr<'_>) -> Result<Option<i32>> {
    Ok(match expression.get_operators_reader().read()? {
        Operator::I32Const { value } => Some(value),
        _ => None,
    })
}
