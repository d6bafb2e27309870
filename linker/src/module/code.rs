//! Changing instructions, and adding functions.
//!
//! Debug information counts in bytes from the beginning of the code section. With it, an instruction is replaced where
//! it stands, by one that takes no more room, and the rest is filled with `nop`; that is possible because wasm-ld
//! leaves every index it has filled in five bytes wide. Without it, bodies are encoded anew.

use std::collections::BTreeSet;
use std::ops::Range;

use anyhow::{Context, Result, ensure};
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{CodeSection, CustomSection, Encode, Function, Instruction, Module, RawSection, ValType};
use wasmparser::{BinaryReader, FuncType, FunctionBody, Operator, Parser, Payload};

use crate::module::facts::Facts;

/// The part of a name section that names functions.
const FUNCTION_NAMES: u8 = 1;

/// `nop`.
const NOP: u8 = 0x01;

/// An instruction, and where it is.
pub(crate) struct Place<'a> {
    /// Index of the function.
    pub(crate) function: u32,
    /// The instruction.
    pub(crate) operator: Operator<'a>,
    /// The instruction as it is encoded.
    pub(crate) bytes: &'a [u8],
    /// The first of the function's [`SCRATCH`], if it has them.
    pub(crate) scratch: Option<u32>,
}

/// Locals that a function can be given for what takes the place of an instruction.
pub(crate) const SCRATCH: [(u32, ValType); 2] = [(4, ValType::I32), (3, ValType::I64)];

/// Calls `visit` with every instruction.
pub(crate) fn each(module: &[u8], facts: &Facts, mut visit: impl FnMut(&Place<'_>) -> Result<()>) -> Result<()> {
    let mut function = u32::try_from(facts.imported_functions.len())?;
    for payload in Parser::new(0).parse_all(module) {
        if let Payload::CodeSectionEntry(body) = payload? {
            let mut reader = body.get_operators_reader()?;
            while !reader.eof() {
                let start = reader.original_position() as usize;
                let operator = reader.read()?;
                let bytes = &module[start..reader.original_position() as usize];
                visit(&Place { function, operator, bytes, scratch: None })?;
            }
            function += 1;
        }
    }
    Ok(())
}

/// Puts the instruction that `replace` gives, if it gives one, in the place of each.
pub(crate) fn replace(
    module: &[u8],
    facts: &Facts,
    mut replace: impl FnMut(&Place<'_>) -> Result<Option<Instruction<'static>>>,
) -> Result<Vec<u8>> {
    replace_in_line(module, facts, &BTreeSet::new(), |place| {
        Ok(Change { instead: replace(place)?.map(|instruction| vec![instruction]), ..Change::default() })
    })
}

/// What becomes of an instruction. The default leaves it alone.
#[derive(Default)]
pub(crate) struct Change {
    /// What stands in front of it.
    pub(crate) before: Vec<Instruction<'static>>,
    /// What takes its place; `None`: it stays.
    pub(crate) instead: Option<Vec<Instruction<'static>>>,
    /// What stands behind it.
    pub(crate) behind: Vec<Instruction<'static>>,
}

/// The same with several instructions, in functions that have scratch locals: those named, where instructions may move.
pub(crate) fn replace_in_line(
    module: &[u8],
    facts: &Facts,
    scratch: &BTreeSet<u32>,
    mut replace: impl FnMut(&Place<'_>) -> Result<Change>,
) -> Result<Vec<u8>> {
    if facts.has_dwarf {
        let mut result = module.to_vec();
        each(module, facts, |place| {
            let Change { before, instead, behind } = replace(place)?;
            ensure!(before.is_empty() && behind.is_empty(), "debug information forbids that instructions move");
            let Some(instructions) = instead else { return Ok(()) };
            let mut bytes = Vec::new();
            instructions.iter().for_each(|instruction| instruction.encode(&mut bytes));
            ensure!(
                bytes.len() <= place.bytes.len(),
                "there is no room for {instructions:?} in the place of {:?}",
                place.operator
            );
            bytes.resize(place.bytes.len(), NOP);
            let at = place.bytes.as_ptr().addr() - module.as_ptr().addr();
            result[at..at + bytes.len()].copy_from_slice(&bytes);
            Ok(())
        })?;
        return Ok(result);
    }
    let mut bodies = CodeSection::new();
    let mut body: Option<(u32, Function, Option<u32>)> = None;
    let imported = u32::try_from(facts.imported_functions.len())?;
    let mut locals = locals(module)?.into_iter();
    each(module, facts, |place| {
        if body.as_ref().is_none_or(|(function, ..)| *function != place.function) {
            if let Some((_, done, _)) = body.take() {
                bodies.function(&done);
            }
            let mut locals = locals.next().context("fewer functions than bodies")?;
            let ty = facts.function_types[(place.function - imported) as usize];
            let parameters = u32::try_from(facts.types[ty as usize].params().len())?;
            let first = parameters + locals.iter().map(|(count, _)| count).sum::<u32>();
            let has_scratch = scratch.contains(&place.function);
            if has_scratch {
                locals.extend(SCRATCH);
            }
            body = Some((place.function, Function::new(locals), has_scratch.then_some(first)));
        }
        let Some((_, body, first)) = &mut body else { return Ok(()) };
        let operator = place.operator.clone();
        let Change { before, instead, behind } =
            replace(&Place { function: place.function, operator, bytes: place.bytes, scratch: *first })?;
        before.iter().for_each(|instruction| _ = body.instruction(instruction));
        match instead {
            Some(instructions) => instructions.iter().for_each(|instruction| _ = body.instruction(instruction)),
            None => _ = body.instruction(&RoundtripReencoder.instruction(place.operator.clone())?),
        }
        behind.iter().for_each(|instruction| _ = body.instruction(instruction));
        Ok(())
    })?;
    if let Some((_, done, _)) = body {
        bodies.function(&done);
    }
    with_bodies(module, &bodies)
}

/// The module with these bodies of its functions.
pub(crate) fn with_bodies(module: &[u8], bodies: &CodeSection) -> Result<Vec<u8>> {
    crate::module::sections(module, |payload, result| {
        let is_code = matches!(payload, Payload::CodeSectionStart { .. });
        if is_code {
            result.section(bodies);
        }
        Ok(is_code)
    })
}

/// The locals of every function, as (count, type).
fn locals(module: &[u8]) -> Result<Vec<Vec<(u32, ValType)>>> {
    let mut all = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        if let Payload::CodeSectionEntry(body) = payload? {
            let mut locals = Vec::new();
            for local in body.get_locals_reader()? {
                let (count, ty) = local?;
                locals.push((count, RoundtripReencoder.val_type(ty)?));
            }
            all.push(locals);
        }
    }
    Ok(all)
}

/// A function that a pass adds.
pub(crate) struct Added {
    pub(crate) ty: FuncType,
    pub(crate) body: Function,
}

/// Adds functions behind the last: they get the indices from [`Facts::functions`] on.
pub(crate) fn append(module: &[u8], facts: &Facts, added: &[Added]) -> Result<Vec<u8>> {
    let count = u32::try_from(added.len())?;
    let mut known: Vec<&FuncType> = facts.types.iter().collect();
    let mut types = Vec::new();
    let mut functions = Vec::new();
    let mut bodies = Vec::new();
    for function in added {
        let index = known.iter().position(|ty| **ty == function.ty).unwrap_or(known.len());
        if index == known.len() {
            known.push(&function.ty);
            types.push(0x60);
            for list in [function.ty.params(), function.ty.results()] {
                u32::try_from(list.len())?.encode(&mut types);
                for ty in list {
                    RoundtripReencoder.val_type(*ty)?.encode(&mut types);
                }
            }
        }
        u32::try_from(index)?.encode(&mut functions);
        function.body.encode(&mut bodies);
    }
    let new_types = u32::try_from(known.len() - facts.types.len())?;
    let result = crate::module::sections(module, |payload, result| {
        let (count, more) = match payload {
            Payload::TypeSection(_) => (new_types, &types),
            Payload::FunctionSection(_) => (count, &functions),
            Payload::CodeSectionStart { .. } => (count, &bodies),
            _ => return Ok(false),
        };
        lengthen(module, payload, count, more, result)?;
        Ok(true)
    })?;
    let before = u32::try_from(facts.function_types.len())?;
    match width(before + count) - width(before) {
        wanted @ 1.. if facts.has_dwarf => take_room(&result, wanted),
        _ => Ok(result),
    }
}

/// Takes so many bytes out of the first function that can do without them. Debug information counts from in front of the number of functions:
/// where that has become longer, it is right again for all that follows.
///
/// A byte can be had from the index of a function or a global, which wasm-ld has left five bytes wide.
fn take_room(module: &[u8], wanted: u32) -> Result<Vec<u8>> {
    let mut found = None;
    for payload in Parser::new(0).parse_all(module) {
        if let Payload::CodeSectionEntry(body) = payload? {
            found = with_narrower_index(module, &body, wanted)?;
            if found.is_some() {
                break;
            }
        }
    }
    let Some((replaced, bytes)) = found else { return Ok(module.to_vec()) };
    crate::module::sections(module, |payload, result| {
        let Payload::CodeSectionStart { .. } = payload else { return Ok(false) };
        let (id, range) = payload.as_section().context("not a section")?;
        let (start, end) = (range.start as usize, range.end as usize);
        let data = [&module[start..replaced.start], &bytes, &module[replaced.end..end]].concat();
        result.section(&RawSection { id, data: &data });
        Ok(true)
    })
}

/// Which bytes to replace by which others, so that an index in the function takes so many bytes less. `None`: there is none that can.
fn with_narrower_index(module: &[u8], body: &FunctionBody<'_>, wanted: u32) -> Result<Option<(Range<usize>, Vec<u8>)>> {
    let (first, end) = (body.range().start as usize, body.range().end as usize);
    let (mut before, mut bytes) = (Vec::new(), Vec::new());
    let size = u32::try_from(end - first)?;
    size.encode(&mut before);
    size.saturating_sub(wanted).encode(&mut bytes);
    // With a size of another width it would become shorter than that.
    let start = first - before.len();
    if before.len() != bytes.len() || module[start..first] != before {
        return Ok(None);
    }
    let mut reader = body.get_operators_reader()?;
    while !reader.eof() {
        let at = reader.original_position() as usize;
        let operator = reader.read()?;
        let end = reader.original_position() as usize;
        let (Operator::Call { function_index: index }
        | Operator::GlobalGet { global_index: index }
        | Operator::GlobalSet { global_index: index }) = operator
        else {
            continue;
        };
        let width = end - at - 1;
        let mut narrow = Vec::new();
        index.encode(&mut narrow);
        let Some(padding) = width.checked_sub(wanted as usize + narrow.len()) else { continue };
        if let Some(last) = narrow.last_mut().filter(|_| padding > 0) {
            *last |= 0x80;
            narrow.resize(narrow.len() + padding - 1, 0x80);
            narrow.push(0);
        }
        bytes.extend(&module[first..=at]);
        bytes.extend(narrow);
        return Ok(Some((start..end, bytes)));
    }
    Ok(None)
}

/// How many bytes a number takes.
fn width(number: u32) -> u32 {
    (32 - (number | 1).leading_zeros()).div_ceil(7)
}

/// Gives functions from `first` on these names, if others have names.
pub(crate) fn name(module: &[u8], first: u32, names: &[&str]) -> Result<Vec<u8>> {
    let mut more = Vec::new();
    for (index, name) in (first..).zip(names) {
        index.encode(&mut more);
        name.encode(&mut more);
    }
    let count = u32::try_from(names.len())?;
    rename(module, |list| longer(list, count, &more))
}

/// Takes the names of these functions away.
pub(crate) fn forget_names(module: &[u8], functions: &BTreeSet<u32>) -> Result<Vec<u8>> {
    rename(module, |list| {
        let (mut count, mut kept) = (0_u32, Vec::new());
        let mut reader = BinaryReader::new(list, 0);
        for _ in 0..reader.read_var_u32()? {
            let (index, name) = (reader.read_var_u32()?, reader.read_string()?);
            if !functions.contains(&index) {
                count += 1;
                index.encode(&mut kept);
                name.encode(&mut kept);
            }
        }
        let mut data = Vec::with_capacity(list.len());
        count.encode(&mut data);
        data.extend(kept);
        Ok(data)
    })
}

/// Changes the list of the names of functions, if there is one.
fn rename(module: &[u8], change: impl Fn(&[u8]) -> Result<Vec<u8>>) -> Result<Vec<u8>> {
    crate::module::sections(module, |payload, result| {
        let Payload::CustomSection(section) = payload else { return Ok(false) };
        if section.name() != "name" {
            return Ok(false);
        }
        let mut data = Vec::new();
        let mut reader = BinaryReader::new(section.data(), 0);
        while !reader.eof() {
            let id = reader.read_u8()?;
            let size = reader.read_var_u32()?;
            let contents = reader.read_bytes(size as usize)?;
            data.push(id);
            if id == FUNCTION_NAMES {
                change(contents)?.encode(&mut data);
            } else {
                contents.encode(&mut data);
            }
        }
        result.section(&CustomSection { name: "name".into(), data: data.into() });
        Ok(true)
    })
}

/// Adds globals behind the last, each `(mut i32)` with one of these first values.
pub(crate) fn append_globals(module: &[u8], values: &[i32]) -> Result<Vec<u8>> {
    let mut globals = Vec::new();
    for value in values {
        globals.extend([0x7f, 0x01, 0x41]);
        value.encode(&mut globals);
        globals.push(0x0b);
    }
    let count = u32::try_from(values.len())?;
    crate::module::sections(module, |payload, result| {
        let is_global = matches!(payload, Payload::GlobalSection(_));
        if is_global {
            lengthen(module, payload, count, &globals, result)?;
        }
        Ok(is_global)
    })
}

/// Writes a section that is a list, with `more` as `count` further items of it.
fn lengthen(module: &[u8], payload: &Payload<'_>, count: u32, more: &[u8], result: &mut Module) -> Result<()> {
    let (id, range) = payload.as_section().context("not a section")?;
    let data = longer(&module[range.start as usize..range.end as usize], count, more)?;
    result.section(&RawSection { id, data: &data });
    Ok(())
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
