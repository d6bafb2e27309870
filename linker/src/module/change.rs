//! What passes change in a module. Whoever changes code goes through here, so that what is known of it stays true.

use anyhow::{Context, Result, ensure};
use wasm_encoder::{Encode, Instruction, SectionId};
use wasmparser::{BinaryReader, ExternalKind, FuncType, FunctionBody, ValType};

use super::{Arena, At, Export, Function, Instr, Module, Op, Section, custom, longer};

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

impl<'a> Module<'a> {
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

    /// Takes a byte out of the first function that can do without it. Debug information counts from in front of the
    /// number of functions: where that has become a byte longer, it is right again for all that follows.
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

    /// Puts others in the place of custom sections, by name and contents; none, where the answer is nothing.
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

    /// Adds a custom section, behind all others.
    pub(crate) fn add_custom_section(&mut self, name: &str, contents: &[u8]) {
        let mut data = Vec::new();
        name.encode(&mut data);
        data.extend(contents);
        self.sections.push(Section { id: SectionId::Custom as u8, data: data.into() });
    }

    /// Exports a global.
    pub(crate) fn export_global(&mut self, name: &'static str, index: u32) {
        self.exports.push(Export { name: name.into(), kind: ExternalKind::Global, index });
        self.changed.insert(SectionId::Export as u8);
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

/// How many bytes a number takes.
fn width(number: usize) -> usize {
    (usize::BITS - (number | 1).leading_zeros()).div_ceil(7) as usize
}
