//! The core module, parsed once: the passes change it here, and it is encoded once when they are through.
//!
//! What nobody has changed is copied as wasm-ld has written it, section by section and function by function. Functions
//! are decoded when a pass first asks for code. Debug information counts in bytes from the beginning of the code
//! section: with it, an instruction is replaced where it stands, by one that takes no more room, and the rest is filled
//! with `nop`. That is possible because wasm-ld leaves every index that it has filled in five bytes wide.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

use anyhow::{Context, Result};
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{CustomSection, Encode, ExportSection, FunctionSection, ImportSection, RawSection, SectionId};
use wasmparser::{BinaryReader, ConstExpr, ExternalKind, FuncType, Operator, Parser, Payload, TypeRef};

use crate::contract;
pub(crate) use body::{At, Body};
pub(crate) use change::{Added, Change};
pub(crate) use function::{Function, has};
pub(crate) use instruction::{Arena, Instr, Op};
use names::Names;

mod body;
mod change;
mod escapes;
mod function;
mod instruction;
mod names;

pub(crate) struct Module<'a> {
    pub(crate) arena: Arena<'a>,
    sections: Vec<Section<'a>>,
    /// The sections of which something was changed here.
    changed: BTreeSet<u8>,
    /// All types; those behind the first `linked_types` are new.
    pub(crate) types: Vec<FuncType>,
    linked_types: usize,
    imports: Vec<Import<'a>>,
    exports: Vec<Export<'a>>,
    /// Those that are not imported.
    functions: Vec<Function>,
    imported: u32,
    /// First value of every defined global that is an `i32.const`.
    globals: Vec<Option<i32>>,
    pub(crate) names: Names<'a>,
    are_decoded: bool,
    /// Whether an object was compiled with `+atomics`, as far as wasm-ld has left a note of it.
    has_atomics: bool,
    /// Whether there is debug information.
    pub(crate) has_dwarf: bool,
}

struct Section<'a> {
    id: u8,
    data: Cow<'a, [u8]>,
}

/// Anything that is imported.
#[derive(Clone)]
pub(crate) struct Import<'a> {
    pub(crate) module: Cow<'a, str>,
    pub(crate) field: Cow<'a, str>,
    ty: TypeRef,
}

pub(crate) struct Export<'a> {
    pub(crate) name: Cow<'a, str>,
    pub(crate) kind: ExternalKind,
    pub(crate) index: u32,
}

impl<'a> Module<'a> {
    /// # Errors
    ///
    /// It is not a module.
    pub(crate) fn parse(linked: &'a [u8]) -> Result<Module<'a>> {
        let mut module = Module {
            arena: Arena::new(linked),
            sections: Vec::new(),
            changed: BTreeSet::new(),
            types: Vec::new(),
            linked_types: 0,
            imports: Vec::new(),
            exports: Vec::new(),
            functions: Vec::new(),
            imported: 0,
            globals: Vec::new(),
            names: Names::default(),
            are_decoded: false,
            has_atomics: false,
            has_dwarf: false,
        };
        let mut function_types = Vec::new();
        for payload in Parser::new(0).parse_all(linked) {
            let payload = payload.context("what wasm-ld wrote is not a module")?;
            if let Some((id, range)) = payload.as_section() {
                let data = Cow::Borrowed(&linked[range.start as usize..range.end as usize]);
                module.sections.push(Section { id, data });
            }
            match payload {
                Payload::TypeSection(types) => {
                    module.types = types.into_iter_err_on_gc_types().collect::<Result<Vec<_>, _>>()?;
                }
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        let import = import?;
                        module.imported += u32::from(matches!(import.ty, TypeRef::Func(_)));
                        let (name, field) = (import.module.into(), import.name.into());
                        module.imports.push(Import { module: name, field, ty: import.ty });
                    }
                }
                Payload::FunctionSection(functions) => {
                    function_types = functions.into_iter().collect::<Result<Vec<_>, _>>()?;
                }
                Payload::GlobalSection(globals) => {
                    for global in globals {
                        module.globals.push(constant(&global?.init_expr)?);
                    }
                }
                Payload::ExportSection(exports) => {
                    for export in exports {
                        let export = export?;
                        let (name, kind) = (export.name.into(), export.kind);
                        module.exports.push(Export { name, kind, index: export.index });
                    }
                }
                Payload::CodeSectionEntry(body) => {
                    let ty = *function_types.get(module.functions.len()).context("more bodies than functions")?;
                    let range = body.range();
                    module.functions.push(Function {
                        ty,
                        linked: usize::try_from(range.start)?..usize::try_from(range.end)?,
                        is_changed: false,
                        locals: Vec::new(),
                        code: Vec::new(),
                        has: 0,
                        callees: Vec::new(),
                    });
                }
                Payload::CustomSection(section) => {
                    module.has_dwarf |= section.name().starts_with(".debug_");
                    module.has_atomics |= section.name() == "target_features"
                        && section.data().windows(8).any(|word| word == b"\x07atomics");
                    if section.name() == "name" {
                        module.names = Names::of(section.data())?;
                    }
                }
                _ => {}
            }
        }
        module.linked_types = module.types.len();
        Ok(module)
    }

    /// # Errors
    ///
    /// None but for types that wasm-ld does not write.
    pub(crate) fn encode(&self) -> Result<Vec<u8>> {
        let mut result = wasm_encoder::Module::new();
        for Section { id, data } in &self.sections {
            if *id == SectionId::Custom as u8 && self.names.is_changed && custom(data)?.0 == "name" {
                result.section(&CustomSection { name: "name".into(), data: self.names.encode().into() });
                continue;
            }
            let changed = self.changed.contains(id).then_some(*id);
            const TYPE: u8 = SectionId::Type as u8;
            const IMPORT: u8 = SectionId::Import as u8;
            const FUNCTION: u8 = SectionId::Function as u8;
            const EXPORT: u8 = SectionId::Export as u8;
            const CODE: u8 = SectionId::Code as u8;
            match changed {
                Some(TYPE) => {
                    let mut more = Vec::new();
                    for ty in &self.types[self.linked_types..] {
                        more.push(0x60);
                        for list in [ty.params(), ty.results()] {
                            list.len().encode(&mut more);
                            for ty in list {
                                RoundtripReencoder.val_type(*ty)?.encode(&mut more);
                            }
                        }
                    }
                    let count = u32::try_from(self.types.len() - self.linked_types)?;
                    result.section(&RawSection { id: *id, data: &longer(data, count, &more)? });
                }
                Some(IMPORT) => {
                    let mut imports = ImportSection::new();
                    for import in &self.imports {
                        imports.import(&import.module, &import.field, RoundtripReencoder.entity_type(import.ty)?);
                    }
                    result.section(&imports);
                }
                Some(FUNCTION) => {
                    let mut functions = FunctionSection::new();
                    self.functions.iter().for_each(|function| _ = functions.function(function.ty));
                    result.section(&functions);
                }
                Some(EXPORT) => {
                    let mut exports = ExportSection::new();
                    for export in &self.exports {
                        exports.export(&export.name, export.kind.into(), export.index);
                    }
                    result.section(&exports);
                }
                Some(CODE) => _ = result.section(&RawSection { id: *id, data: &self.code()? }),
                _ => _ = result.section(&RawSection { id: *id, data }),
            }
        }
        Ok(result.finish())
    }

    /// The contents of the code section.
    fn code(&self) -> Result<Vec<u8>> {
        let mut code = Vec::with_capacity(self.functions.iter().map(|function| function.linked.len() + 4).sum());
        self.functions.len().encode(&mut code);
        let mut body = Vec::new();
        for function in &self.functions {
            if !function.is_changed {
                self.arena.linked[function.linked.clone()].encode(&mut code);
                continue;
            }
            body.clear();
            function.encode_locals(&mut body)?;
            self.arena.write(&function.code, &mut body);
            body.as_slice().encode(&mut code);
        }
        Ok(code)
    }

    // Looking things up.

    /// The functions that are imported, by index.
    pub(crate) fn imported_functions(&self) -> impl Iterator<Item = (u32, &Import<'a>, u32)> {
        let functions = self.imports.iter().filter_map(|import| match import.ty {
            TypeRef::Func(ty) => Some((import, ty)),
            _ => None,
        });
        (0..).zip(functions).map(|(index, (import, ty))| (index, import, ty))
    }

    /// The indices of the functions that are not imported.
    pub(crate) fn defined(&self) -> Range<u32> {
        self.imported..self.imported + u32::try_from(self.functions.len()).unwrap_or(u32::MAX - self.imported)
    }

    /// A function that is not imported.
    pub(crate) fn function(&self, index: u32) -> Option<&Function> {
        self.functions.get(index.checked_sub(self.imported)? as usize)
    }

    /// The types of all functions, as indices of `types`.
    pub(crate) fn function_types(&self) -> Vec<u32> {
        self.imported_functions()
            .map(|(_, _, ty)| ty)
            .chain(self.functions.iter().map(|function| function.ty))
            .collect()
    }

    /// The type of a function that is not imported.
    pub(crate) fn type_of(&self, function: &Function) -> Result<&FuncType> {
        self.types.get(function.ty as usize).context("a function's type is not there")
    }

    pub(crate) fn exports(&self) -> &[Export<'a>] {
        &self.exports
    }

    pub(crate) fn has_export(&self, name: &str) -> bool {
        self.exports.iter().any(|export| export.name == name)
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
        let mut imports = self.imported_functions();
        imports.find(|(_, import, _)| import.module == module && import.field == field).map(|(index, ..)| index)
    }

    /// The index of an exported function.
    pub(crate) fn exported_function(&self, name: &str) -> Option<u32> {
        self.exported(name, ExternalKind::Func)
    }

    /// The index of an exported global. No global is imported.
    pub(crate) fn exported_global(&self, name: &str) -> Option<u32> {
        self.exported(name, ExternalKind::Global)
    }

    /// The value of an exported constant global, which is what an exported data symbol is.
    pub(crate) fn address(&self, name: &str) -> Option<u32> {
        let global = self.exported_global(name)?;
        self.globals.get(global as usize).copied().flatten().map(i32::cast_unsigned)
    }

    fn exported(&self, name: &str, kind: ExternalKind) -> Option<u32> {
        let export = self.exports.iter().rfind(|export| export.name == name)?;
        (export.kind == kind).then_some(export.index)
    }

    pub(crate) fn globals(&self) -> u32 {
        u32::try_from(self.globals.len()).unwrap_or(u32::MAX)
    }

    /// How many tags of exceptions there are.
    pub(crate) fn tags(&self) -> Result<u32> {
        let imported = self.imports.iter().filter(|import| matches!(import.ty, TypeRef::Tag(_))).count();
        let own = self.section(SectionId::Tag).map(|tags| BinaryReader::new(tags, 0).read_var_u32()).transpose()?;
        Ok(u32::try_from(imported)? + own.unwrap_or_default())
    }

    /// What stands in a section that is no custom one.
    pub(crate) fn section(&self, id: SectionId) -> Option<&[u8]> {
        self.sections.iter().find(|section| section.id == id as u8).map(|section| &*section.data)
    }

    /// The names of custom sections, and what stands in them.
    pub(crate) fn custom_sections(&self) -> impl Iterator<Item = (&str, &[u8])> {
        let sections = self.sections.iter().filter(|section| section.id == SectionId::Custom as u8);
        sections.filter_map(|section| custom(&section.data).ok())
    }

    /// Whether there are component types.
    pub(crate) fn has_component_types(&self) -> bool {
        self.custom_sections().any(|(name, _)| name.starts_with(contract::COMPONENT_TYPE))
    }
}

/// The value of an expression that is an `i32.const`.
pub(crate) fn constant(expression: &ConstExpr<'_>) -> Result<Option<i32>> {
    Ok(match expression.get_operators_reader().read()? {
        Operator::I32Const { value } => Some(value),
        _ => None,
    })
}

/// What stands in a section that was made.
pub(crate) fn contents(section: &impl Encode) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    section.encode(&mut bytes);
    let mut reader = BinaryReader::new(&bytes, 0);
    reader.read_var_u32()?;
    Ok(bytes.split_off(reader.current_position()))
}

/// Name and contents of a custom section.
fn custom(data: &[u8]) -> Result<(&str, &[u8])> {
    let mut reader = BinaryReader::new(data, 0);
    let name = reader.read_string()?;
    Ok((name, &data[reader.current_position()..]))
}

/// A list, with `more` as `count` further items of it.
fn longer(list: &[u8], count: u32, more: &[u8]) -> Result<Vec<u8>> {
    let mut reader = BinaryReader::new(list, 0);
    let mut data = Vec::with_capacity(list.len() + more.len() + 1);
    (reader.read_var_u32()? + count).encode(&mut data);
    data.extend(&list[reader.current_position()..]);
    data.extend(more);
    Ok(data)
}

#[cfg(test)]
mod tests {
    use wasm_encoder::Instruction;
    use wasmparser::ValType;

    use super::*;

    /// `call 1` with an index five bytes wide, as wasm-ld leaves it, and a second function; with debug information, or
    /// without.
    fn linked(has_dwarf: bool) -> Vec<u8> {
        let mut types = wasm_encoder::TypeSection::new();
        types.ty().function([], []);
        let mut functions = FunctionSection::new();
        functions.function(0).function(0);
        let mut first = wasm_encoder::Function::new([(1, wasm_encoder::ValType::I32)]);
        first.raw([0x10, 0x81, 0x80, 0x80, 0x80, 0x00]).instruction(&Instruction::End);
        let mut second = wasm_encoder::Function::new([]);
        second.instruction(&Instruction::End);
        let mut code = wasm_encoder::CodeSection::new();
        code.function(&first).function(&second);
        let mut module = wasm_encoder::Module::new();
        module.section(&types).section(&functions).section(&code);
        let name = if has_dwarf { ".debug_line" } else { "other" };
        module.section(&CustomSection { name: name.into(), data: b"\x01\x02".into() });
        module.finish()
    }

    fn calls(encoded: &[u8]) -> Vec<u32> {
        let mut module = Module::parse(encoded).unwrap();
        module.decode().unwrap();
        module.function(0).unwrap().callees.clone()
    }

    #[test]
    fn what_nobody_has_changed_is_copied_and_room_goes_where_instructions_may_move() {
        for has_dwarf in [false, true] {
            let linked = linked(has_dwarf);
            let mut module = Module::parse(&linked).unwrap();
            assert_eq!(module.encode().unwrap(), linked);
            module.decode().unwrap();
            let encoded = module.encode().unwrap();
            assert_eq!(encoded.len(), linked.len() - if has_dwarf { 0 } else { 4 });
            assert_eq!(calls(&encoded), [1]);
        }
    }

    #[test]
    fn with_debug_information_what_is_replaced_takes_the_same_room() {
        let linked = linked(true);
        let mut module = Module::parse(&linked).unwrap();
        let nop = |_, instr: Instr, _: &Arena<'_>| Ok((instr.op == Op::Call(1)).then(|| Change::to(Instruction::Nop)));
        module.change(0, nop).unwrap();
        let encoded = module.encode().unwrap();
        assert_eq!((encoded.len(), calls(&encoded)), (linked.len(), Vec::new()));
        let long = vec![Instruction::I64Const(i64::MIN), Instruction::Drop];
        let error = module.change(1, |_, _, _| Ok(Some(Change { instead: Some(long.clone()), ..Change::default() })));
        assert!(error.unwrap_err().to_string().contains("no room"));
        let before = |_, _, _: &Arena<'_>| Ok(Some(Change { before: vec![Instruction::Nop], ..Change::default() }));
        assert!(module.change(1, before).unwrap_err().to_string().contains("instructions move"));
    }

    #[test]
    fn an_added_function_has_a_type_that_is_there() {
        let linked = linked(false);
        let mut module = Module::parse(&linked).unwrap();
        let added = |ty| Added { ty, locals: Vec::new(), body: vec![Instruction::Call(0), Instruction::End] };
        assert_eq!(module.add(added(FuncType::new([], []))).unwrap(), 2);
        assert_eq!(module.add(added(FuncType::new([ValType::I64], []))).unwrap(), 3);
        let encoded = module.encode().unwrap();
        wasmparser::Validator::new().validate_all(&encoded).unwrap();
        let module = Module::parse(&encoded).unwrap();
        assert_eq!((module.types.len(), module.function_types()), (2, vec![0, 0, 0, 1]));
    }
}
