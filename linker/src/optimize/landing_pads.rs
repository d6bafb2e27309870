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
use wasm_encoder::{BlockType, Catch, Instruction};
use wasmparser::{FuncType, Operator, ValType};

use crate::module::{Added, Arena, At, Body, Instr, Module, Op, has};
use crate::passes::Options;
use pads::{Fate, Pads};
use throws::{Called, Throws};

mod pads;
mod throws;

/// The name of each function made.
const NAME: &str = "landing pad";

pub(crate) fn rewrite(module: &mut Module<'_>, _: &Options<'_>) -> Result<()> {
    module.decode()?;
    let called = Called::of(module)?;
    let defined = module.defined();
    let mut made = Made { first: defined.end, types: module.function_types(), functions: Vec::new() };
    let mut outlined = Vec::new();
    let (functions, types, arena) = module.parts();
    let mut bodies = Vec::new();
    let mut pads = BTreeMap::new();
    for (index, function) in defined.clone().zip(functions).filter(|(_, function)| function.has(has::TRY)) {
        let body = Body::of(&function.code, arena)?;
        pads.insert(index, Pads::of(&body, arena)?);
        bodies.push((index, function, body));
    }
    let throws = Throws::of(defined.clone().zip(functions), types, &called, &pads);
    for (index, function, body) in bodies {
        let pads = &pads[&index];
        let fates = pads.fates(&body, &throws)?;
        if fates.iter().any(|fate| *fate != Fate::Kept) {
            let outliner = Outliner {
                locals: &function.all_locals(types),
                captured: vec![BTreeSet::new(); pads.pads.len()],
                gone: pads.gone(&fates),
                entries: Vec::new(),
                handlers: BTreeMap::new(),
                calls: BTreeMap::new(),
                body: &body,
                throws: &throws,
                made: &mut made,
                arena: &mut *arena,
                types,
                pads,
                fates,
            };
            outlined.push((index, outliner.outline()?));
        }
    }
    for (index, code) in outlined {
        module.set_code(index, code);
    }
    module.names.add(defined.end, made.functions.len(), NAME);
    for made in made.functions {
        module.add_code(made.context("a function that was not made")?)?;
    }
    Ok(())
}

/// The functions made so far.
struct Made {
    /// Index of the first.
    first: u32,
    /// The types of all others.
    types: Vec<u32>,
    functions: Vec<Option<Added<Instr>>>,
}

impl Made {
    /// An index for a function to come.
    fn reserve(&mut self) -> Result<u32> {
        self.functions.push(None);
        Ok(self.first + u32::try_from(self.functions.len())? - 1)
    }

    fn fill(&mut self, index: u32, added: Added<Instr>) {
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
    fn of(instr: Instr, arena: &Arena<'_>) -> Result<Option<Callee>> {
        Ok(match instr.op {
            Op::Call(function) => Some(Callee::Function(function)),
            Op::CallIndirect(ty) => match arena.operator(instr)? {
                Operator::CallIndirect { table_index, .. } => Some(Callee::Indirect { ty, table: table_index }),
                _ => None,
            },
            _ => None,
        })
    }

    /// What stands on the stack for it, and what it leaves there.
    fn ty(self, types: &[FuncType], functions: &[u32]) -> (Vec<ValType>, Vec<ValType>) {
        let (index, table_index) = match self {
            Callee::Function(index) => (functions[index as usize], None),
            Callee::Indirect { ty, .. } => (ty, Some(ValType::I32)),
        };
        let ty = &types[index as usize];
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

struct Outliner<'a, 'm> {
    arena: &'a mut Arena<'m>,
    types: &'a [FuncType],
    body: &'a Body<'a>,
    /// The types of all locals, parameters first.
    locals: &'a [ValType],
    pads: &'a Pads,
    fates: Vec<Fate>,
    throws: &'a Throws,
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

impl Outliner<'_, '_> {
    /// The function's code without these pads.
    fn outline(mut self) -> Result<Vec<Instr>> {
        self.entries = self.entries()?;
        self.capture();
        let mut code = Vec::with_capacity(self.body.code.len());
        self.emit(0..self.body.code.len(), None, &mut code)?;
        Ok(code)
    }

    fn put(&mut self, instruction: &Instruction<'_>, to: &mut Vec<Instr>) -> Result<()> {
        to.push(self.arena.make(instruction)?);
        Ok(())
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
        if !self.throws.may(self.body.op(at)) {
            return None;
        }
        self.pads.of_throw(self.body, at).filter(|pad| self.fates[*pad] == Fate::Outlined)
    }

    fn entries(&self) -> Result<Vec<usize>> {
        let mut callees = vec![BTreeSet::new(); self.pads.pads.len()];
        let mut entries = vec![0; self.pads.pads.len()];
        let whole = 0..self.body.code.len();
        for range in [whole].into_iter().chain(self.outlined().map(|pad| self.pads.pads[pad].handler.clone())) {
            for at in self.without_handlers(range) {
                let Some(pad) = self.entered(at) else { continue };
                let callee = Callee::of(self.body.code[at], self.arena)?;
                entries[pad] += usize::from(callee.is_none_or(|callee| callees[pad].insert(callee)));
            }
        }
        Ok(entries)
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
            let op = self.body.op(at);
            let read: Vec<u32> = match op {
                Op::LocalGet(local) => vec![local],
                _ => self.entered(at).map(|pad| self.captured[pad].iter().copied().collect()).unwrap_or_default(),
            };
            reads.extend(read.into_iter().filter(|local| !certain.iter().any(|set| set.contains(local))));
            match op {
                Op::LocalSet(local) | Op::LocalTee(local) => {
                    certain.last_mut().map(|set| set.insert(local));
                }
                Op::Else => certain.last_mut().into_iter().for_each(BTreeSet::clear),
                Op::End => _ = certain.pop(),
                op if op.opens() => certain.push(BTreeSet::new()),
                _ => {}
            }
        }
        reads
    }

    /// The locals that are set in a range and not among `captured`.
    fn own(&self, range: Range<At>, captured: &BTreeSet<u32>) -> BTreeSet<u32> {
        let set = self.without_handlers(range).filter_map(|at| match self.body.op(at) {
            Op::LocalSet(local) | Op::LocalTee(local) => Some(local),
            _ => None,
        });
        set.filter(|local| !captured.contains(local)).collect()
    }

    /// Writes a range as it is to be.
    fn emit(&mut self, range: Range<At>, renamed: Renamed<'_>, to: &mut Vec<Instr>) -> Result<()> {
        let name = |local: u32| match renamed {
            Some(renamed) => renamed.get(&local).copied().context("a local without a name"),
            None => Ok(local),
        };
        for at in self.without_handlers(range).collect::<Vec<_>>() {
            let instr = self.body.code[at];
            if self.gone.contains_key(&at) {
                self.put(&Instruction::Block(BlockType::Empty), to)?;
            } else if self.ends_gone(at).is_some() {
                to.push(instr);
                self.put(&Instruction::Unreachable, to)?;
            } else if let Some(pad) = self.entered(at) {
                for local in self.captured[pad].clone() {
                    self.put(&Instruction::LocalGet(name(local)?), to)?;
                }
                match Callee::of(instr, self.arena)? {
                    Some(callee) => {
                        let call = self.call(callee, pad)?;
                        self.put(&Instruction::Call(call), to)?;
                    }
                    None => {
                        let handler = self.handler(pad)?;
                        self.put(&Instruction::Call(handler), to)?;
                        self.put(&Instruction::Unreachable, to)?;
                    }
                }
            } else {
                let instead = match instr.op {
                    Op::TryTable if self.pads.of_try(at).is_some_and(|pad| self.fates[pad] != Fate::Kept) => {
                        match self.arena.operator(instr)? {
                            Operator::TryTable { try_table } => {
                                Some(Instruction::Block(RoundtripReencoder.block_type(try_table.ty)?))
                            }
                            _ => None,
                        }
                    }
                    Op::LocalGet(local) if renamed.is_some() => Some(Instruction::LocalGet(name(local)?)),
                    Op::LocalSet(local) if renamed.is_some() => Some(Instruction::LocalSet(name(local)?)),
                    Op::LocalTee(local) if renamed.is_some() => Some(Instruction::LocalTee(name(local)?)),
                    _ => None,
                };
                match instead {
                    Some(instruction) => self.put(&instruction, to)?,
                    None => to.push(instr),
                }
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
        let exception = ValType::EXNREF;
        let parameters: Vec<_> = [exception].into_iter().chain(self.types(&self.captured[pad])).collect();
        let mut code = Vec::new();
        self.put(&Instruction::LocalGet(0), &mut code)?;
        self.handle(pad, 1, &mut code)?;
        self.put(&Instruction::End, &mut code)?;
        let locals = self.own_locals(pad)?;
        self.made.fill(index, Added { ty: FuncType::new(parameters, []), locals, body: code });
        Ok(index)
    }

    /// A function that calls, and does as a pad does if that throws: it is given what the call takes and the locals.
    fn call(&mut self, callee: Callee, pad: usize) -> Result<u32> {
        if let Some(index) = self.calls.get(&(callee, pad)) {
            return Ok(*index);
        }
        let index = self.made.reserve()?;
        self.calls.insert((callee, pad), index);
        let (mut parameters, results) = callee.ty(self.types, &self.made.types);
        let taken = u32::try_from(parameters.len())?;
        let captured = self.types(&self.captured[pad]);
        let captured_count = u32::try_from(captured.len())?;
        parameters.extend(captured);
        let is_alone = self.entries[pad] == 1;
        let locals = if is_alone { self.own_locals(pad)? } else { Vec::new() };
        let caught = [Catch::AllRef { label: 0 }];
        let mut body = vec![
            Instruction::Block(BlockType::Result(wasm_encoder::ValType::EXNREF)),
            Instruction::TryTable(BlockType::Empty, caught.as_slice().into()),
        ];
        body.extend((0..taken).map(Instruction::LocalGet));
        body.extend([callee.call(), Instruction::Return, Instruction::End, Instruction::Unreachable, Instruction::End]);
        if !is_alone {
            body.extend((taken..taken + captured_count).map(Instruction::LocalGet));
            body.extend([Instruction::Call(self.handler(pad)?), Instruction::Unreachable]);
        }
        let mut code = Vec::new();
        body.iter().try_for_each(|instruction| self.put(instruction, &mut code))?;
        if is_alone {
            self.handle(pad, taken, &mut code)?;
        }
        self.put(&Instruction::End, &mut code)?;
        self.made.fill(index, Added { ty: FuncType::new(parameters, results), locals, body: code });
        Ok(index)
    }

    /// Writes a pad's handler, into a function whose locals from `first` on are those captured, and then the handler's own.
    fn handle(&mut self, pad: usize, first: u32, to: &mut Vec<Instr>) -> Result<()> {
        let handler = self.pads.pads[pad].handler.clone();
        let captured = self.captured[pad].clone();
        let own = self.own(handler.clone(), &captured);
        let renamed = captured.into_iter().chain(own).zip(first..).collect();
        let last = self.body.op(handler.end - 1);
        self.emit(handler, Some(&renamed), to)?;
        // That nothing comes out of a block takes more than its type to see.
        if last == Op::End {
            self.put(&Instruction::Unreachable, to)?;
        }
        Ok(())
    }

    /// The locals of a pad's handler alone, neighbours of one type counted together.
    fn own_locals(&self, pad: usize) -> Result<Vec<(u32, ValType)>> {
        let own = self.types(&self.own(self.pads.pads[pad].handler.clone(), &self.captured[pad]));
        own.chunk_by(|one, other| one == other).map(|same| Ok((u32::try_from(same.len())?, same[0]))).collect()
    }

    fn types(&self, locals: &BTreeSet<u32>) -> Vec<ValType> {
        locals.iter().map(|local| self.locals[*local as usize]).collect()
    }
}
