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

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{CodeSection, Function, FunctionSection, Instruction, TypeSection, ValType};
use wasmparser::{ElementItems, ExternalKind, FuncType, FunctionBody, Operator, Parser, Payload};

use crate::module::facts::Facts;
use crate::passes::Options;

/// How many integers wasmtime passes in registers on x86-64: two of the six registers are its own.
const IN_REGISTERS: usize = 4;

pub(crate) fn rewrite(module: Vec<u8>, facts: &Facts, _: &Options<'_>) -> Result<Vec<u8>> {
    let wide = Wide::of(&module, facts)?;
    if wide.functions.is_empty() {
        return Ok(module);
    }
    let mut bodies = CodeSection::new();
    let mut function = u32::try_from(facts.imported_functions.len())?;
    for payload in Parser::new(0).parse_all(&module) {
        if let Payload::CodeSectionEntry(body) = payload? {
            bodies.function(&wide.body(function, &body, facts)?);
            function += 1;
        }
    }
    crate::module::sections(&module, |payload, result| {
        match payload {
            Payload::TypeSection(_) => _ = result.section(&wide.types),
            Payload::FunctionSection(_) => _ = result.section(&wide.function_types),
            Payload::CodeSectionStart { .. } => _ = result.section(&bodies),
            _ => return Ok(false),
        }
        Ok(true)
    })
}

/// The functions whose parameters change.
struct Wide {
    /// The new parameters of each, by index.
    functions: BTreeMap<u32, Parameters>,
    /// All types, the new ones behind the old.
    types: TypeSection,
    /// The type of every function that is not imported.
    function_types: FunctionSection,
}

/// The parameters of a function.
struct Parameters {
    types: Vec<ValType>,
    /// Which of them have become `i64`, in order, at least one.
    widened: Vec<u32>,
}

impl Wide {
    fn of(module: &[u8], facts: &Facts) -> Result<Wide> {
        let mut types = TypeSection::new();
        for ty in &facts.types {
            types.ty().function(encoded(ty.params())?, encoded(ty.results())?);
        }
        let fixed = fixed(module, facts)?;
        let mut wide = Wide { functions: BTreeMap::new(), types, function_types: FunctionSection::new() };
        let mut new_types: BTreeMap<u32, Option<u32>> = BTreeMap::new();
        for (ty, function) in facts.function_types.iter().zip(u32::try_from(facts.imported_functions.len())?..) {
            let function_type = facts.types.get(*ty as usize).context("a function's type is not there")?;
            let parameters = Parameters::of(function_type)?;
            if fixed.contains(&function) || parameters.widened.is_empty() {
                wide.function_types.function(*ty);
                continue;
            }
            let new = *new_types.entry(*ty).or_insert(None).get_or_insert(wide.types.len());
            if new == wide.types.len() {
                wide.types.ty().function(parameters.types.clone(), encoded(function_type.results())?);
            }
            wide.function_types.function(new);
            wide.functions.insert(function, parameters);
        }
        Ok(wide)
    }

    /// The function's body with wide parameters, its own and those of the functions it calls.
    fn body(&self, function: u32, body: &FunctionBody<'_>, facts: &Facts) -> Result<Function> {
        let ty = facts.function_types[function as usize - facts.imported_functions.len()];
        let mut locals = Locals { all: Vec::new(), next: u32::try_from(facts.types[ty as usize].params().len())? };
        for local in body.get_locals_reader()? {
            let (count, ty) = local?;
            locals.add(count, RoundtripReencoder.val_type(ty)?);
        }
        // A parameter that has become wide lives on in a local that has its old type.
        let widened: &[u32] = self.functions.get(&function).map(|parameters| &*parameters.widened).unwrap_or_default();
        let narrow: BTreeMap<u32, u32> =
            widened.iter().map(|parameter| (*parameter, locals.add(1, ValType::I32))).collect();
        let mut scratch = Scratch::default();
        let mut instructions: Vec<Instruction<'_>> = Vec::new();
        for (parameter, local) in &narrow {
            instructions.extend([
                Instruction::LocalGet(*parameter),
                Instruction::I32WrapI64,
                Instruction::LocalSet(*local),
            ]);
        }
        let is = |index: u32| narrow.get(&index).copied().unwrap_or(index);
        let mut operators = body.get_operators_reader()?;
        while !operators.eof() {
            let instruction = match operators.read()? {
                Operator::LocalGet { local_index } => Instruction::LocalGet(is(local_index)),
                Operator::LocalSet { local_index } => Instruction::LocalSet(is(local_index)),
                Operator::LocalTee { local_index } => Instruction::LocalTee(is(local_index)),
                operator => {
                    if let Operator::Call { function_index } | Operator::ReturnCall { function_index } = operator
                        && let Some(parameters) = self.functions.get(&function_index)
                    {
                        parameters.widen_arguments(&mut scratch, &mut locals, &mut instructions)?;
                    }
                    RoundtripReencoder.instruction(operator)?
                }
            };
            instructions.push(instruction);
        }
        let mut body = Function::new(locals.all);
        instructions.iter().for_each(|instruction| _ = body.instruction(instruction));
        Ok(body)
    }
}

impl Parameters {
    fn of(ty: &FuncType) -> Result<Parameters> {
        let mut parameters = Parameters { types: encoded(ty.params())?, widened: Vec::new() };
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
        Ok(parameters)
    }

    /// The arguments lie on the stack as they were before. Those above the lowest that changes step aside.
    fn widen_arguments(
        &self,
        scratch: &mut Scratch,
        locals: &mut Locals,
        instructions: &mut Vec<Instruction<'_>>,
    ) -> Result<()> {
        scratch.taken.clear();
        let lowest = self.widened[0];
        let mut aside = Vec::new();
        for index in (lowest..u32::try_from(self.types.len())?).rev() {
            if self.widened.contains(&index) {
                instructions.push(Instruction::I64ExtendI32U);
            }
            if index > lowest {
                let local = scratch.take(self.types[index as usize], locals);
                instructions.push(Instruction::LocalSet(local));
                aside.push(local);
            }
        }
        instructions.extend(aside.into_iter().rev().map(Instruction::LocalGet));
        Ok(())
    }
}

/// The locals of a function.
struct Locals {
    all: Vec<(u32, ValType)>,
    /// The index of the next one.
    next: u32,
}

impl Locals {
    /// The index of the first of so many more.
    fn add(&mut self, count: u32, ty: ValType) -> u32 {
        let first = self.next;
        self.all.push((count, ty));
        self.next += count;
        first
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
            let local = locals.add(1, ty);
            self.all.push((ty, local));
            local
        });
        self.taken.insert(local);
        local
    }
}

/// The functions that are called from elsewhere than by a `call`, so that their type must stay.
fn fixed(module: &[u8], facts: &Facts) -> Result<BTreeSet<u32>> {
    let exported = facts.exports.values().filter(|(kind, _)| *kind == ExternalKind::Func).map(|(_, index)| *index);
    let mut fixed: BTreeSet<u32> = exported.collect();
    let mut referred_to = |operators: wasmparser::OperatorsReader<'_>| {
        for operator in operators {
            if let Operator::RefFunc { function_index } = operator? {
                fixed.insert(function_index);
            }
        }
        anyhow::Ok(())
    };
    let mut in_tables = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::GlobalSection(globals) => {
                for global in globals {
                    referred_to(global?.init_expr.get_operators_reader())?;
                }
            }
            Payload::StartSection { func, .. } => in_tables.push(func),
            Payload::ElementSection(segments) => {
                for segment in segments {
                    match segment?.items {
                        ElementItems::Functions(functions) => {
                            for function in functions {
                                in_tables.push(function?);
                            }
                        }
                        ElementItems::Expressions(_, expressions) => {
                            for expression in expressions {
                                referred_to(expression?.get_operators_reader())?;
                            }
                        }
                    }
                }
            }
            Payload::CodeSectionEntry(body) => referred_to(body.get_operators_reader()?)?,
            _ => {}
        }
    }
    fixed.extend(in_tables);
    Ok(fixed)
}

fn encoded(types: &[wasmparser::ValType]) -> Result<Vec<ValType>> {
    types.iter().map(|ty| Ok(RoundtripReencoder.val_type(*ty)?)).collect()
}
