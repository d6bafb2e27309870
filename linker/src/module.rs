//! The core module, parsed once: the passes change it here, and it is encoded once when they are through.
//!
//! What nobody has changed is copied as wasm-ld has written it, section by section and function by function. Functions are
//! decoded when a pass first asks for their code. Debug information counts in bytes from the beginning of the code section:
//! with it, an instruction is replaced where it stands, by one that takes no more room, and the rest is filled with `nop`.
//! That is possible because wasm-ld leaves every index that it has filled in five bytes wide.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

use anyhow::{Context, Result, ensure};
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{
    CustomSection, Encode, ExportSection, FunctionSection, ImportSection, Instruction, RawSection, SectionId,
};
use wasmparser::{
    BinaryReader, ConstExpr, ElementItems, ExternalKind, FuncType, FunctionBody, Operator, Parser, Payload, TypeRef,
    ValType,
};

use crate::contract;
pub(crate) use body::{At, Body};
pub(crate) use instruction::{Arena, Instr, Op};
use names::Names;

mod body;
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

/// A function that is not imported.
pub(crate) struct Function {
    pub(crate) ty: u32,
    /// Where its body stands in what wasm-ld has written; empty if a pass has made it.
    linked: Range<usize>,
    is_changed: bool,
    pub(crate) locals: Vec<(u32, ValType)>,
    pub(crate) code: Vec<Instr>,
    /// What its code has in it: [`has`].
    has: u32,
    /// The functions that it calls or refers to, each once.
    pub(crate) callees: Vec<u32>,
}

/// What a function may have in it: for passes that look at a few.
pub(crate) mod has {
    pub(crate) const LOOP: u32 = 1;
    pub(crate) const TRY: u32 = 1 << 1;
    pub(crate) const LOAD_PAIR: u32 = 1 << 2;
    pub(crate) const ATOMIC: u32 = 1 << 3;
    pub(crate) const GLOBAL: u32 = 1 << 4;
    pub(crate) const ADD: u32 = 1 << 5;
    /// A constant that the library marks code with.
    pub(crate) const MARK: u32 = 1 << 6;
    pub(crate) const REFERENCE: u32 = 1 << 7;
    pub(crate) const TABLE_WRITE: u32 = 1 << 8;
    pub(crate) const INDIRECT_CALL: u32 = 1 << 9;
    pub(crate) const DROP: u32 = 1 << 10;
    /// It throws by itself, or calls in a way that LLVM has no use for.
    pub(crate) const THROW: u32 = 1 << 11;
}

/// A function that a pass adds: of instructions that are to be made, or that are there.
pub(crate) struct Added<I = Instruction<'static>> {
    pub(crate) ty: FuncType,
    pub(crate) locals: Vec<(u32, ValType)>,
    pub(crate) body: Vec<I>,
}

/// How many instructions more than before a function mostly has when it is changed.
const MORE: usize = 16;

/// What becomes of an instruction.
#[derive(Default)]
pub(crate) struct Change {
    /// What stands in front of it.
    pub(crate) before: Vec<Instruction<'static>>,
    /// What takes its place; `None`: it stays.
    pub(crate) instead: Option<Vec<Instruction<'static>>>,
    /// What stands behind it.
    pub(crate) behind: Vec<Instruction<'static>>,
}

impl Change {
    pub(crate) fn to(instruction: Instruction<'static>) -> Change {
        Change { instead: Some(vec![instruction]), ..Change::default() }
    }
}

/// Who can be called otherwise than by a `call`, so that a function's type must stay, and something may always call it.
pub(crate) struct Escapes {
    /// Those that stand in tables.
    pub(crate) in_tables: BTreeSet<u32>,
    /// Those that an expression, or a function, refers to.
    pub(crate) referred: BTreeSet<u32>,
    /// Those that are exported, or where the module starts.
    pub(crate) entered: BTreeSet<u32>,
    /// Elements are computed, which wasm-ld never writes.
    pub(crate) has_expressions: bool,
}

impl Escapes {
    pub(crate) fn contain(&self, function: u32) -> bool {
        [&self.in_tables, &self.referred, &self.entered].iter().any(|functions| functions.contains(&function))
    }
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

    /// # Errors
    ///
    /// Elements or globals that are not as the format says.
    pub(crate) fn escapes(&self) -> Result<Escapes> {
        let mut escapes = Escapes {
            in_tables: BTreeSet::new(),
            referred: BTreeSet::new(),
            entered: BTreeSet::new(),
            has_expressions: false,
        };
        let exported = self.exports.iter().filter(|export| export.kind == ExternalKind::Func);
        escapes.entered.extend(exported.map(|export| export.index));
        if let Some(start) = self.section(SectionId::Start) {
            escapes.entered.insert(BinaryReader::new(start, 0).read_var_u32()?);
        }
        let mut refer = |expression: &ConstExpr<'_>| -> Result<()> {
            for operator in expression.get_operators_reader() {
                if let Operator::RefFunc { function_index } = operator? {
                    escapes.referred.insert(function_index);
                }
            }
            Ok(())
        };
        if let Some(globals) = self.section(SectionId::Global) {
            for global in wasmparser::GlobalSectionReader::new(BinaryReader::new(globals, 0))? {
                refer(&global?.init_expr)?;
            }
        }
        let mut in_tables = BTreeSet::new();
        if let Some(elements) = self.section(SectionId::Element) {
            for element in wasmparser::ElementSectionReader::new(BinaryReader::new(elements, 0))? {
                match element?.items {
                    ElementItems::Functions(functions) => {
                        for function in functions {
                            in_tables.insert(function?);
                        }
                    }
                    ElementItems::Expressions(_, expressions) => {
                        escapes.has_expressions = true;
                        for expression in expressions {
                            refer(&expression?)?;
                        }
                    }
                }
            }
        }
        escapes.in_tables = in_tables;
        for function in self.functions.iter().filter(|function| function.has(has::REFERENCE)) {
            escapes.referred.extend(function.code.iter().filter_map(|instr| match instr.op {
                Op::RefFunc(function) => Some(function),
                _ => None,
            }));
        }
        Ok(escapes)
    }

    // Changing things.

    /// All functions, to be read while instructions are made.
    pub(crate) fn parts(&mut self) -> (&[Function], &[FuncType], &mut Arena<'a>) {
        (&self.functions, &self.types, &mut self.arena)
    }

    /// Decodes all functions, the first time.
    ///
    /// # Errors
    ///
    /// A function is not as the format says.
    pub(crate) fn decode(&mut self) -> Result<()> {
        if std::mem::replace(&mut self.are_decoded, true) {
            return Ok(());
        }
        for function in &mut self.functions {
            let bytes = &self.arena.linked[function.linked.clone()];
            let body = FunctionBody::new(BinaryReader::new(bytes, function.linked.start as u64));
            for local in body.get_locals_reader()? {
                function.locals.push(local?);
            }
            // An instruction has two bytes or three.
            let mut code = Vec::with_capacity(bytes.len() / 2);
            let mut operators = body.get_operators_reader()?;
            while !operators.eof() {
                let at = operators.original_position();
                let operator = operators.read()?;
                let (instr, has_shrunk) =
                    self.arena.adopt(&operator, at, operators.original_position(), !self.has_dwarf)?;
                function.is_changed |= has_shrunk;
                code.push(instr);
            }
            if function.is_changed {
                self.changed.insert(SectionId::Code as u8);
            }
            function.set(code);
        }
        Ok(())
    }

    /// Changes the code of a function, instruction by instruction; nothing, where the answer is nothing.
    ///
    /// # Errors
    ///
    /// Those of `change`, and that instructions move where debug information forbids it.
    pub(crate) fn change(
        &mut self,
        index: u32,
        mut change: impl FnMut(At, Instr, &Arena<'a>) -> Result<Option<Change>>,
    ) -> Result<()> {
        self.decode()?;
        let function = &mut self.functions[(index - self.imported) as usize];
        let mut changed: Option<Vec<Instr>> = None;
        for (at, instr) in function.code.iter().enumerate() {
            let Some(Change { before, instead, behind }) = change(at, *instr, &self.arena)? else {
                if let Some(code) = &mut changed {
                    code.push(*instr);
                }
                continue;
            };
            let code = changed.get_or_insert_with(|| {
                let mut code = Vec::with_capacity(function.code.len() + MORE);
                code.extend_from_slice(&function.code[..at]);
                code
            });
            let is_in_place = before.is_empty() && behind.is_empty();
            ensure!(is_in_place || !self.has_dwarf, "debug information forbids that instructions move");
            for instruction in &before {
                code.push(self.arena.make(instruction)?);
            }
            match &instead {
                None => code.push(*instr),
                Some(instead) => {
                    let mut room = instr.length;
                    for instruction in instead {
                        let made = self.arena.make(instruction)?;
                        code.push(made);
                        if self.has_dwarf {
                            room = room.checked_sub(made.length).with_context(|| {
                                format!("there is no room for {instead:?} in the place of {:?}", instr.op)
                            })?;
                        }
                    }
                    if self.has_dwarf {
                        for _ in 0..room {
                            code.push(self.arena.make(&Instruction::Nop)?);
                        }
                    }
                }
            }
            for instruction in &behind {
                code.push(self.arena.make(instruction)?);
            }
        }
        if let Some(code) = changed {
            self.set_code(index, code);
        }
        Ok(())
    }

    /// Gives a function another code.
    pub(crate) fn set_code(&mut self, index: u32, code: Vec<Instr>) {
        let function = &mut self.functions[(index - self.imported) as usize];
        function.is_changed = true;
        function.set(code);
        self.changed.insert(SectionId::Code as u8);
    }

    /// Puts another body into the place of a function's: no locals, and these instructions.
    ///
    /// # Errors
    ///
    /// An instruction that cannot be read again.
    pub(crate) fn replace(&mut self, index: u32, body: &[Instruction<'_>]) -> Result<()> {
        let code = body.iter().map(|instruction| self.arena.make(instruction)).collect::<Result<Vec<_>>>()?;
        self.functions[(index - self.imported) as usize].locals.clear();
        self.set_code(index, code);
        Ok(())
    }

    /// Gives a function more locals: the index of the first.
    ///
    /// # Errors
    ///
    /// The function's type is not there.
    pub(crate) fn add_locals(&mut self, index: u32, locals: &[(u32, ValType)]) -> Result<u32> {
        self.decode()?;
        let at = (index - self.imported) as usize;
        let parameters = u32::try_from(self.type_of(&self.functions[at])?.params().len())?;
        let function = &mut self.functions[at];
        let first = parameters + function.locals.iter().map(|(count, _)| count).sum::<u32>();
        function.locals.extend(locals);
        function.is_changed = true;
        self.changed.insert(SectionId::Code as u8);
        Ok(first)
    }

    /// Adds a function behind the last.
    ///
    /// # Errors
    ///
    /// An instruction that cannot be read again.
    pub(crate) fn add(&mut self, Added { ty, locals, body }: Added) -> Result<u32> {
        let body = body.iter().map(|instruction| self.arena.make(instruction)).collect::<Result<Vec<_>>>()?;
        self.add_code(Added { ty, locals, body })
    }

    /// The same, of instructions that are there.
    ///
    /// # Errors
    ///
    /// None in a module that can be read.
    pub(crate) fn add_code(&mut self, Added { ty, locals, body }: Added<Instr>) -> Result<u32> {
        self.decode()?;
        let index = self.types.iter().position(|known| *known == ty);
        let ty = index.map_or_else(|| self.add_type(ty), |index| Ok(u32::try_from(index)?))?;
        let mut function =
            Function { ty, linked: 0..0, is_changed: true, locals, code: Vec::new(), has: 0, callees: Vec::new() };
        function.set(body);
        let before = self.functions.len();
        self.functions.push(function);
        self.changed.extend([SectionId::Function as u8, SectionId::Code as u8]);
        if self.has_dwarf && width(before + 1) > width(before) {
            self.take_room()?;
        }
        Ok(self.defined().end - 1)
    }

    /// Adds a type, even if there is one like it.
    ///
    /// # Errors
    ///
    /// There are too many.
    pub(crate) fn add_type(&mut self, ty: FuncType) -> Result<u32> {
        self.types.push(ty);
        self.changed.insert(SectionId::Type as u8);
        Ok(u32::try_from(self.types.len() - 1)?)
    }

    /// Gives a function another type.
    pub(crate) fn set_type(&mut self, index: u32, ty: u32) {
        self.functions[(index - self.imported) as usize].ty = ty;
        self.changed.insert(SectionId::Function as u8);
    }

    /// Takes a byte out of the first function that can do without it. Debug information counts from in front of the number of
    /// functions: where that has become a byte longer, it is right again for all that follows.
    ///
    /// A byte can be had from the index of a function or a global, which wasm-ld has left five bytes wide.
    fn take_room(&mut self) -> Result<()> {
        for function in self.functions.iter_mut().filter(|function| !function.linked.is_empty()) {
            let size = function.linked.len();
            let mut prefix = Vec::new();
            size.encode(&mut prefix);
            // With a size of another width it would become shorter than that.
            if width(size) != width(size - 1) || !self.arena.linked[..function.linked.start].ends_with(&prefix) {
                continue;
            }
            let narrower = |instr: &Instr| match instr.op {
                Op::Call(index) | Op::GlobalGet(index) | Op::GlobalSet(index) => {
                    instr.length as usize >= 2 + width(index as usize)
                }
                _ => false,
            };
            let Some(at) = function.code.iter().position(narrower) else { continue };
            function.code[at] = self.arena.narrow(function.code[at])?;
            function.is_changed = true;
            break;
        }
        Ok(())
    }

    /// Adds globals behind the last, each `(mut i32)` with one of these first values.
    ///
    /// # Errors
    ///
    /// There is no section of them.
    pub(crate) fn add_globals(&mut self, values: &[i32]) -> Result<()> {
        let mut more = Vec::new();
        for value in values {
            more.extend([0x7f, 0x01, 0x41]);
            value.encode(&mut more);
            more.push(0x0b);
        }
        let globals = self.section(SectionId::Global).context("a module without globals")?;
        let globals = longer(globals, u32::try_from(values.len())?, &more)?;
        self.globals.extend(values.iter().map(|value| Some(*value)));
        self.set_section(SectionId::Global, globals);
        Ok(())
    }

    /// Puts other contents into a section of which nothing else is known here.
    pub(crate) fn set_section(&mut self, id: SectionId, data: Vec<u8>) {
        if let Some(section) = self.sections.iter_mut().find(|section| section.id == id as u8) {
            section.data = data.into();
        }
    }

    /// Puts a section in front of the one of the code.
    pub(crate) fn insert_before_code(&mut self, id: SectionId, data: Vec<u8>) {
        let code = self.sections.iter().position(|section| section.id == SectionId::Code as u8);
        let at = code.unwrap_or(self.sections.len());
        self.sections.insert(at, Section { id: id as u8, data: data.into() });
    }

    /// Puts others in the place of a custom section, by its name and contents; nothing, where the answer is nothing.
    pub(crate) fn replace_custom_sections(&mut self, mut replace: impl FnMut(&str, &[u8]) -> Option<Vec<Vec<u8>>>) {
        let mut sections = Vec::with_capacity(self.sections.len());
        for section in std::mem::take(&mut self.sections) {
            let parts = match custom(&section.data) {
                Ok((name, data)) if section.id == SectionId::Custom as u8 => {
                    replace(name, data).map(|parts| (name.to_owned(), parts))
                }
                _ => None,
            };
            let Some((name, parts)) = parts else {
                sections.push(section);
                continue;
            };
            for part in parts {
                let mut data = Vec::new();
                name.encode(&mut data);
                data.extend(part);
                sections.push(Section { id: section.id, data: data.into() });
            }
        }
        self.sections = sections;
    }

    /// Gives every export the name, and the index, that the answer says; the export goes where it says nothing.
    pub(crate) fn rename_exports(&mut self, rename: impl Fn(&str, u32) -> Option<(String, u32)>) {
        let mut is_changed = false;
        self.exports.retain_mut(|export| {
            let Some((name, index)) = rename(&export.name, export.index) else {
                is_changed = true;
                return false;
            };
            if export.name != name || export.index != index {
                is_changed = true;
                (export.name, export.index) = (name.into(), index);
            }
            true
        });
        if is_changed {
            self.changed.insert(SectionId::Export as u8);
        }
    }

    /// Gives imports other names.
    pub(crate) fn rename_imports(&mut self, rename: impl Fn(&str, &str) -> Option<(String, String)>) {
        for import in &mut self.imports {
            if let Some((module, field)) = rename(&import.module, &import.field) {
                (import.module, import.field) = (module.into(), field.into());
                self.changed.insert(SectionId::Import as u8);
            }
        }
    }
}

impl Function {
    /// Whether its code has one of these in it: [`has`].
    pub(crate) fn has(&self, one: u32) -> bool {
        self.has & one != 0
    }

    /// Its body as wasm-ld has written it, if it has.
    pub(crate) fn linked<'a>(&self, arena: &Arena<'a>) -> &'a [u8] {
        &arena.linked[self.linked.clone()]
    }

    /// The types of its locals, parameters first.
    pub(crate) fn all_locals(&self, types: &[FuncType]) -> Vec<ValType> {
        let mut locals = types[self.ty as usize].params().to_vec();
        locals.extend(self.locals.iter().flat_map(|(count, ty)| std::iter::repeat_n(*ty, *count as usize)));
        locals
    }

    fn set(&mut self, code: Vec<Instr>) {
        self.has = 0;
        self.callees.clear();
        for instr in &code {
            self.has |= match instr.op {
                Op::Call(function) | Op::ReturnCall(function) => {
                    self.callees.push(function);
                    if let Op::ReturnCall(_) = instr.op { has::THROW } else { 0 }
                }
                Op::RefFunc(function) => {
                    self.callees.push(function);
                    has::REFERENCE
                }
                Op::Loop => has::LOOP,
                Op::TryTable => has::TRY,
                Op::LoadPair => has::LOAD_PAIR,
                Op::Atomic => has::ATOMIC,
                Op::GlobalGet(_) | Op::GlobalSet(_) => has::GLOBAL,
                Op::I32Add => has::ADD,
                Op::I32Const(contract::LOOK | contract::CHANGE | contract::BASE | contract::SET_BASE) => has::MARK,
                Op::TableWrite => has::TABLE_WRITE,
                Op::CallIndirect(_) => has::INDIRECT_CALL,
                Op::Drop => has::DROP,
                Op::Throw | Op::Throwing | Op::CallRef => has::THROW,
                _ => 0,
            };
        }
        self.callees.sort_unstable();
        self.callees.dedup();
        self.code = code;
    }

    /// Writes what stands in front of its first instruction.
    pub(crate) fn encode_locals(&self, to: &mut Vec<u8>) -> Result<()> {
        self.locals.len().encode(to);
        for (count, ty) in &self.locals {
            count.encode(to);
            RoundtripReencoder.val_type(*ty)?.encode(to);
        }
        Ok(())
    }
}

/// How many bytes a number takes.
fn width(number: usize) -> usize {
    (usize::BITS - (number | 1).leading_zeros()).div_ceil(7) as usize
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
    use super::*;

    /// `call 1` with an index five bytes wide, as wasm-ld leaves it, and a second function; debug information if that is wanted.
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
