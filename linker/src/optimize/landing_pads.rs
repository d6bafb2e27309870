//! Landing pads go: those that no exception gets to, and those in the way of a loop, into functions of their own.
//!
//! Why: wasmtime keeps nothing in registers across a call with a handler, and keeps what the handler reads in memory from its definition
//! on, in a hot loop that never makes the call as well. All calls within a `try_table` have the handler, be they what frees memory. So
//! nothing is left of the `try_table`: what may throw in it is called through a function that has it around this one call, and that is
//! given the locals which the handler reads. `Vec::push` in a loop takes half the time, and what is left of most programs is smaller.
//!
//! What is made has a name that says so in a backtrace, and is short: in a program that is not stripped names are a third.
//!
//! Left alone: modules with debug information, which counts in bytes of the code section; what pads.rs says.
//!
//! Delete when: cranelift keeps values in registers across calls with handlers.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use anyhow::{Context, Result};
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{BlockType, Catch, CodeSection, Function, Instruction, ValType};
use wasmparser::{FuncType, Operator, Parser, Payload};

use crate::module::body::{At, Body, opens};
use crate::module::code::{self, Added};
use crate::module::facts::Facts;
use crate::passes::Options;
use pads::{Fate, Pad, Pads};
use throws::Throws;

mod pads;
mod throws;

/// The name of each function made.
const NAME: &str = "landing pad";

pub(crate) fn rewrite(module: Vec<u8>, facts: &Facts, _: &Options<'_>) -> Result<Vec<u8>> {
    let mut bodies = Vec::new();
    let mut raw = Vec::new();
    for payload in Parser::new(0).parse_all(&module) {
        let Payload::CodeSectionEntry(body) = payload? else { continue };
        let ty = &facts.types[facts.function_types[raw.len()] as usize];
        raw.push(body.as_bytes());
        let body = Body::of(&body, ty)?;
        let pads = Pads::of(&body)?;
        bodies.push((body, pads));
    }
    let throws = Throws::of(&module, facts, &bodies)?;
    let mut code = CodeSection::new();
    let mut made = Made { first: facts.functions, functions: Vec::new() };
    for (raw, (body, pads)) in raw.into_iter().zip(&bodies) {
        let fates = pads.fates(body, &throws);
        if fates.iter().all(|fate| *fate == Fate::Kept) {
            code.raw(raw);
            continue;
        }
        code.function(&Outliner::new(body, pads, fates, &throws, facts, &mut made)?.outline()?);
    }
    let module = code::with_bodies(&module, &code)?;
    let added = made.functions.into_iter().map(|added| added.context("a function that was not made"));
    let added = added.collect::<Result<Vec<_>>>()?;
    let module = code::append(&module, facts, &added)?;
    code::name(&module, facts.functions, &vec![NAME; added.len()])
}

/// The functions made so far.
struct Made {
    /// Index of the first.
    first: u32,
    functions: Vec<Option<Added>>,
}

impl Made {
    /// An index for a function to come.
    fn reserve(&mut self) -> Result<u32> {
        self.functions.push(None);
        Ok(self.first + u32::try_from(self.functions.len())? - 1)
    }

    fn fill(&mut self, index: u32, added: Added) {
        self.functions[(index - self.first) as usize] = Some(added);
    }
}

/// What is called.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Callee {
    Function(u32),
    Indirect { ty: u32, table: u32 },
}

impl Callee {
    fn of(operator: &Operator<'_>) -> Option<Callee> {
        match operator {
            Operator::Call { function_index } => Some(Callee::Function(*function_index)),
            Operator::CallIndirect { type_index, table_index } => {
                Some(Callee::Indirect { ty: *type_index, table: *table_index })
            }
            _ => None,
        }
    }

    /// What stands on the stack for it, and what it leaves there.
    fn ty(self, facts: &Facts) -> (Vec<wasmparser::ValType>, Vec<wasmparser::ValType>) {
        let imported = facts.imported_functions.len();
        let (index, table_index) = match self {
            Callee::Function(index) => match facts.imported_functions.get(index as usize) {
                Some(import) => (import.ty, None),
                None => (facts.function_types[index as usize - imported], None),
            },
            Callee::Indirect { ty, .. } => (ty, Some(wasmparser::ValType::I32)),
        };
        let ty = &facts.types[index as usize];
        (ty.params().iter().copied().chain(table_index).collect(), ty.results().to_vec())
    }

    fn call(self) -> Instruction<'static> {
        match self {
            Callee::Function(index) => Instruction::Call(index),
            Callee::Indirect { ty, table } => Instruction::CallIndirect { type_index: ty, table_index: table },
        }
    }
}

/// What a function's locals are called in the one that is made: nothing changes, or by this map.
type Renamed<'a> = Option<&'a BTreeMap<u32, u32>>;

struct Outliner<'a> {
    body: &'a Body<'a>,
    pads: &'a Pads,
    fates: Vec<Fate>,
    throws: &'a Throws,
    facts: &'a Facts,
    made: &'a mut Made,
    /// The locals that each pad's handler reads from where it was thrown.
    captured: Vec<BTreeSet<u32>>,
    /// The pads that go, by their blocks.
    gone: BTreeMap<At, usize>,
    /// From how many pieces of code each pad's handler is entered.
    entries: Vec<usize>,
    /// The functions that are a pad's handler.
    handlers: BTreeMap<usize, u32>,
    /// The functions that call, with a pad.
    calls: BTreeMap<(Callee, usize), u32>,
}

impl<'a> Outliner<'a> {
    fn new(
        body: &'a Body<'a>,
        pads: &'a Pads,
        fates: Vec<Fate>,
        throws: &'a Throws,
        facts: &'a Facts,
        made: &'a mut Made,
    ) -> Result<Self> {
        let gone = pads.pads.iter().enumerate().filter(|(pad, _)| fates[*pad] != Fate::Kept);
        let gone = gone.map(|(pad, Pad { block, .. })| (*block, pad)).collect();
        let captured = vec![BTreeSet::new(); pads.pads.len()];
        let (handlers, calls) = (BTreeMap::new(), BTreeMap::new());
        let mut outliner =
            Self { body, pads, fates, throws, facts, made, captured, gone, entries: Vec::new(), handlers, calls };
        outliner.entries = outliner.entries();
        outliner.capture();
        Ok(outliner)
    }

    /// The function without these pads.
    fn outline(mut self) -> Result<Function> {
        let mut function = Function::new(declared(&self.body.locals[self.body.parameters..])?);
        self.emit(0..self.body.operators.len(), None, &mut function)?;
        Ok(function)
    }

    /// The instructions of a range, without the handlers of the pads that go, and what stands behind each.
    fn without_handlers(&self, range: Range<At>) -> impl Iterator<Item = At> + '_ {
        let mut at = range.start;
        std::iter::from_fn(move || {
            let now = (at < range.end).then_some(at)?;
            at = match self.pads.handler_from(now + 1) {
                Some(handler) if self.ends_gone(now).is_some() => handler.end,
                _ => now + 1,
            };
            Some(now)
        })
    }

    /// The pad that goes whose block ends at an instruction.
    fn ends_gone(&self, at: At) -> Option<usize> {
        self.gone.get(&self.body.opener(at)?).copied()
    }

    /// The pad that is entered when an instruction throws, of those that are outlined.
    fn entered(&self, at: At) -> Option<usize> {
        if !self.throws.may(&self.body.operators[at]) {
            return None;
        }
        self.pads.of_throw(self.body, at).filter(|pad| self.fates[*pad] == Fate::Outlined)
    }

    fn entries(&self) -> Vec<usize> {
        let mut callees = vec![BTreeSet::new(); self.pads.pads.len()];
        let mut entries = vec![0; self.pads.pads.len()];
        let mut count = |range: Range<At>| {
            for at in self.without_handlers(range) {
                let Some(pad) = self.entered(at) else { continue };
                let callee = Callee::of(&self.body.operators[at]);
                entries[pad] += usize::from(callee.is_none_or(|callee| callees[pad].insert(callee)));
            }
        };
        count(0..self.body.operators.len());
        self.outlined().for_each(|pad| count(self.pads.pads[pad].handler.clone()));
        entries
    }

    fn outlined(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.pads.pads.len()).filter(|pad| self.fates[*pad] == Fate::Outlined)
    }

    /// Finds what each handler reads: one may lead to the next.
    fn capture(&mut self) {
        loop {
            let before = self.captured.clone();
            for pad in self.outlined().collect::<Vec<_>>() {
                self.captured[pad] = self.reads(self.pads.pads[pad].handler.clone());
            }
            if self.captured == before {
                return;
            }
        }
    }

    /// The locals that may be read in a range without having been set in it.
    fn reads(&self, range: Range<At>) -> BTreeSet<u32> {
        let mut reads = BTreeSet::new();
        // Of each block that is open, what was certainly set in it.
        let mut certain = vec![BTreeSet::new()];
        for at in self.without_handlers(range) {
            let operator = &self.body.operators[at];
            let read: Vec<u32> = match operator {
                Operator::LocalGet { local_index } => vec![*local_index],
                _ => self.entered(at).map(|pad| self.captured[pad].iter().copied().collect()).unwrap_or_default(),
            };
            reads.extend(read.into_iter().filter(|local| !certain.iter().any(|set| set.contains(local))));
            match operator {
                Operator::LocalSet { local_index } | Operator::LocalTee { local_index } => {
                    certain.last_mut().map(|set| set.insert(*local_index));
                }
                Operator::Else => certain.last_mut().into_iter().for_each(BTreeSet::clear),
                Operator::End => _ = certain.pop(),
                operator if opens(operator) => certain.push(BTreeSet::new()),
                _ => {}
            }
        }
        reads
    }

    /// The locals that are set in a range and not among `captured`.
    fn own(&self, range: Range<At>, captured: &BTreeSet<u32>) -> BTreeSet<u32> {
        let set = self.without_handlers(range).filter_map(|at| match self.body.operators[at] {
            Operator::LocalSet { local_index } | Operator::LocalTee { local_index } => Some(local_index),
            _ => None,
        });
        set.filter(|local| !captured.contains(local)).collect()
    }

    /// Writes a range as it is to be.
    fn emit(&mut self, range: Range<At>, renamed: Renamed<'_>, to: &mut Function) -> Result<()> {
        let name = |local: u32| match renamed {
            Some(renamed) => renamed.get(&local).copied().context("a local without a name"),
            None => Ok(local),
        };
        for at in self.without_handlers(range).collect::<Vec<_>>() {
            let operator = &self.body.operators[at];
            if self.gone.contains_key(&at) {
                to.instruction(&Instruction::Block(BlockType::Empty));
            } else if self.ends_gone(at).is_some() {
                to.instruction(&Instruction::End).instruction(&Instruction::Unreachable);
            } else if let Some(pad) = self.entered(at) {
                for local in &self.captured[pad] {
                    to.instruction(&Instruction::LocalGet(name(*local)?));
                }
                match Callee::of(operator) {
                    Some(callee) => _ = to.instruction(&Instruction::Call(self.call(callee, pad)?)),
                    None => {
                        _ = to
                            .instruction(&Instruction::Call(self.handler(pad)?))
                            .instruction(&Instruction::Unreachable)
                    }
                }
            } else {
                to.instruction(&match operator {
                    Operator::TryTable { try_table }
                        if self.pads.of_try(at).is_some_and(|pad| self.fates[pad] != Fate::Kept) =>
                    {
                        Instruction::Block(RoundtripReencoder.block_type(try_table.ty)?)
                    }
                    Operator::LocalGet { local_index } => Instruction::LocalGet(name(*local_index)?),
                    Operator::LocalSet { local_index } => Instruction::LocalSet(name(*local_index)?),
                    Operator::LocalTee { local_index } => Instruction::LocalTee(name(*local_index)?),
                    operator => RoundtripReencoder.instruction(operator.clone())?,
                });
            }
        }
        Ok(())
    }

    /// A function that is a pad's handler: it is given the exception and the locals, and does not return.
    fn handler(&mut self, pad: usize) -> Result<u32> {
        if let Some(index) = self.handlers.get(&pad) {
            return Ok(*index);
        }
        let index = self.made.reserve()?;
        self.handlers.insert(pad, index);
        let exception = wasmparser::ValType::EXNREF;
        let parameters: Vec<_> = [exception].into_iter().chain(self.types(&self.captured[pad])).collect();
        let mut body = Function::new(declared(&self.own_types(pad))?);
        body.instruction(&Instruction::LocalGet(0));
        self.handle(pad, 1, &mut body)?;
        body.instruction(&Instruction::End);
        self.made.fill(index, Added { ty: FuncType::new(parameters, []), body });
        Ok(index)
    }

    /// A function that calls, and does as a pad does if that throws: it is given what the call takes and the locals.
    fn call(&mut self, callee: Callee, pad: usize) -> Result<u32> {
        if let Some(index) = self.calls.get(&(callee, pad)) {
            return Ok(*index);
        }
        let index = self.made.reserve()?;
        self.calls.insert((callee, pad), index);
        let (mut parameters, results) = callee.ty(self.facts);
        let taken = u32::try_from(parameters.len())?;
        let captured = self.types(&self.captured[pad]);
        let captured_count = u32::try_from(captured.len())?;
        parameters.extend(captured);
        let is_alone = self.entries[pad] == 1;
        let own = if is_alone { self.own_types(pad) } else { Vec::new() };
        let mut body = Function::new(declared(&own)?);
        let caught = [Catch::AllRef { label: 0 }];
        body.instruction(&Instruction::Block(BlockType::Result(ValType::EXNREF)))
            .instruction(&Instruction::TryTable(BlockType::Empty, caught.as_slice().into()));
        (0..taken).for_each(|local| _ = body.instruction(&Instruction::LocalGet(local)));
        for instruction in
            [callee.call(), Instruction::Return, Instruction::End, Instruction::Unreachable, Instruction::End]
        {
            body.instruction(&instruction);
        }
        if is_alone {
            self.handle(pad, taken, &mut body)?;
        } else {
            (taken..taken + captured_count).for_each(|local| _ = body.instruction(&Instruction::LocalGet(local)));
            body.instruction(&Instruction::Call(self.handler(pad)?)).instruction(&Instruction::Unreachable);
        }
        body.instruction(&Instruction::End);
        self.made.fill(index, Added { ty: FuncType::new(parameters, results), body });
        Ok(index)
    }

    /// Writes a pad's handler, into a function whose locals from `first` on are those captured, and then the handler's own.
    fn handle(&mut self, pad: usize, first: u32, to: &mut Function) -> Result<()> {
        let handler = self.pads.pads[pad].handler.clone();
        let captured = self.captured[pad].clone();
        let own = self.own(handler.clone(), &captured);
        let renamed = captured.into_iter().chain(own).zip(first..).collect();
        let last = &self.body.operators[handler.end - 1];
        self.emit(handler, Some(&renamed), to)?;
        // That nothing comes out of a block takes more than its type to see.
        if matches!(last, Operator::End) {
            to.instruction(&Instruction::Unreachable);
        }
        Ok(())
    }

    fn own_types(&self, pad: usize) -> Vec<wasmparser::ValType> {
        self.types(&self.own(self.pads.pads[pad].handler.clone(), &self.captured[pad]))
    }

    fn types(&self, locals: &BTreeSet<u32>) -> Vec<wasmparser::ValType> {
        locals.iter().map(|local| self.body.locals[*local as usize]).collect()
    }
}

/// Locals as they are declared: neighbours of one type counted together.
fn declared(types: &[wasmparser::ValType]) -> Result<Vec<(u32, ValType)>> {
    types
        .chunk_by(|one, other| one == other)
        .map(|same| Ok((u32::try_from(same.len())?, RoundtripReencoder.val_type(same[0])?)))
        .collect()
}
