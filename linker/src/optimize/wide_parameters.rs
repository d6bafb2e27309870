//! A parameter that does not fit into a register is passed as an `i64` where it was an `i32`.
//!
//! Why: wasmtime passes the first four integers of a call in registers and the rest over the stack, where Cranelift writes an `i32` with
//! four bytes and reads it with eight. The processor cannot hand such a read what was just written and waits until it has arrived, for
//! about as long as the whole call takes otherwise. That is so for every function that takes two slices and something more: growing a vector,
//! padding a number, sorting. An `i64` is written and read with eight bytes.
//!
//! Only functions whose calls all stand in the code are changed: not those in a table, exported, or referred to. With debug information, none,
//! because instructions move.
//!
//! Delete when: Cranelift reads a parameter with as many bytes as it writes, in the oldest wasmtime that matters.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use wasm_encoder::Instruction;
use wasmparser::{FuncType, ValType};

use crate::module::{Change, Module, Op};
use crate::passes::Options;

/// How many integers wasmtime passes in registers on x86-64: two of the six registers are its own.
const IN_REGISTERS: usize = 4;

pub(crate) fn rewrite(module: &mut Module<'_>, _: &Options<'_>) -> Result<()> {
    module.decode()?;
    let wide = widened(module)?;
    for index in module.defined() {
        let Some(function) = module.function(index) else { continue };
        let is_wide = |function: &u32| wide.contains_key(function);
        if is_wide(&index) || function.callees.iter().any(is_wide) {
            body(module, index, &wide)?;
        }
    }
    Ok(())
}

/// The parameters of a function.
#[derive(Clone)]
struct Parameters {
    types: Vec<ValType>,
    /// Which of them have become `i64`, in order, at least one.
    widened: Vec<u32>,
}

/// Gives the functions whose parameters change their new types, and says which they are.
fn widened(module: &mut Module<'_>) -> Result<BTreeMap<u32, Parameters>> {
    let escapes = module.escapes()?;
    let mut wide = BTreeMap::new();
    // By the old type: the new one, if there is one.
    let mut new_types: BTreeMap<u32, Option<(u32, Parameters)>> = BTreeMap::new();
    for index in module.defined() {
        let Some(ty) = module.function(index).map(|function| function.ty) else { continue };
        if escapes.contain(index) {
            continue;
        }
        let new = match new_types.entry(ty) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => {
                let old = module.types.get(ty as usize).context("a function's type is not there")?;
                let (parameters, results) = (Parameters::of(old), old.results().to_vec());
                unknown.insert(match parameters.widened[..] {
                    [] => None,
                    _ => Some((module.add_type(FuncType::new(parameters.types.clone(), results))?, parameters)),
                })
            }
        };
        if let Some((ty, parameters)) = new {
            module.set_type(index, *ty);
            wide.insert(index, parameters.clone());
        }
    }
    Ok(wide)
}

/// Gives a function's body wide parameters, its own and those of the functions it calls.
fn body(module: &mut Module<'_>, index: u32, wide: &BTreeMap<u32, Parameters>) -> Result<()> {
    let mut locals = Locals { next: module.add_locals(index, &[])?, added: Vec::new() };
    // A parameter that has become wide lives on in a local that has its old type.
    let widened: &[u32] = wide.get(&index).map(|parameters| &*parameters.widened).unwrap_or_default();
    let narrow: Vec<(u32, u32)> = widened.iter().map(|parameter| (*parameter, locals.add(ValType::I32))).collect();
    let mut scratch = Scratch::default();
    let is = |local: u32| narrow.iter().find(|(parameter, _)| *parameter == local).map(|(_, local)| *local);
    module.change(index, |at, instr, _| {
        let mut change = Change::default();
        if at == 0 {
            for (parameter, local) in &narrow {
                change.before.extend([
                    Instruction::LocalGet(*parameter),
                    Instruction::I32WrapI64,
                    Instruction::LocalSet(*local),
                ]);
            }
        }
        let instead = match instr.op {
            Op::LocalGet(local) => is(local).map(Instruction::LocalGet),
            Op::LocalSet(local) => is(local).map(Instruction::LocalSet),
            Op::LocalTee(local) => is(local).map(Instruction::LocalTee),
            Op::Call(function) | Op::ReturnCall(function) => {
                if let Some(parameters) = wide.get(&function) {
                    parameters.widen_arguments(&mut scratch, &mut locals, &mut change.before);
                }
                None
            }
            _ => None,
        };
        change.instead = instead.map(|instruction| vec![instruction]);
        Ok((change.instead.is_some() || !change.before.is_empty()).then_some(change))
    })?;
    module.add_locals(index, &locals.added)?;
    Ok(())
}

impl Parameters {
    fn of(ty: &FuncType) -> Parameters {
        let mut parameters = Parameters { types: ty.params().to_vec(), widened: Vec::new() };
        let mut integers = 0;
        for (parameter, index) in parameters.types.iter_mut().zip(0..) {
            if matches!(parameter, ValType::F32 | ValType::F64 | ValType::V128) {
                continue;
            }
            if integers >= IN_REGISTERS && *parameter == ValType::I32 {
                *parameter = ValType::I64;
                parameters.widened.push(index);
            }
            integers += 1;
        }
        parameters
    }

    /// The arguments lie on the stack as they were before. Those above the lowest that changes step aside.
    fn widen_arguments(
        &self,
        scratch: &mut Scratch,
        locals: &mut Locals,
        instructions: &mut Vec<Instruction<'static>>,
    ) {
        scratch.taken.clear();
        let lowest = self.widened[0];
        let mut aside = Vec::new();
        for (index, ty) in self.types.iter().enumerate().skip(lowest as usize).rev() {
            let index = index as u32;
            if self.widened.contains(&index) {
                instructions.push(Instruction::I64ExtendI32U);
            }
            if index > lowest {
                let local = scratch.take(*ty, locals);
                instructions.push(Instruction::LocalSet(local));
                aside.push(local);
            }
        }
        instructions.extend(aside.into_iter().rev().map(Instruction::LocalGet));
    }
}

/// The locals that a function is given.
struct Locals {
    added: Vec<(u32, ValType)>,
    /// The index of the next one.
    next: u32,
}

impl Locals {
    /// The index of one more.
    fn add(&mut self, ty: ValType) -> u32 {
        self.added.push((1, ty));
        self.next += 1;
        self.next - 1
    }
}

/// Locals that a function keeps for arguments that step aside; each call uses the same.
#[derive(Default)]
struct Scratch {
    all: Vec<(ValType, u32)>,
    /// Those in use.
    taken: BTreeSet<u32>,
}

impl Scratch {
    fn take(&mut self, ty: ValType, locals: &mut Locals) -> u32 {
        let free = self.all.iter().find(|(is, local)| *is == ty && !self.taken.contains(local));
        let local = free.map(|(_, local)| *local).unwrap_or_else(|| {
            let local = locals.add(ty);
            self.all.push((ty, local));
            local
        });
        self.taken.insert(local);
        local
    }
}
