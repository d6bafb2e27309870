//! In a program with threads that is linked with `--thread-context=save-restore`, stack pointer and base of the thread-local variables stay
//! globals, and each call that may switch threads saves and restores them.
//!
//! Why: bindings that keep something of their own in the context slots leave no room for context_slots.rs. Here the slots stay theirs.
//! Each import gets a function around it that keeps both globals in locals of the thread's own, because it is not known which imports
//! block; only built-ins that never switch are called directly. The library's assembly speaks of slots, and is made to mean the globals.
//!
//! The task hook is another one (`contract::TASK_HOOK_SAVED`): whatever ran before, a task begins with the main stack and the first thread's
//! variables. So tasks of exports lifted async share these, where slots would give each its own.
//!
//! Delete when: no bindings use context slots beside threads.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use wasm_encoder::reencode::{Error, Reencode, RoundtripReencoder};
use wasm_encoder::{ElementSection, Function, GlobalSection, Instruction, ValType};
use wasmparser::{Operator, Payload};

use crate::contract;
use crate::module::code::{self, Added};
use crate::module::facts::{Facts, Import};
use crate::passes::Options;

/// The built-ins during which no other thread runs.
const NEVER_SWITCH: &[&str] = &[
    "context-get-0",
    "context-get-1",
    "context-set-0",
    "context-set-1",
    "thread-index",
    "thread-new-indirect-v0",
    "thread-resume-later",
    "waitable-set-new",
    "waitable-set-drop",
    "waitable-join",
];

pub(crate) fn rewrite(module: Vec<u8>, facts: &Facts, _: &Options<'_>) -> Result<Vec<u8>> {
    let Some(stack_pointer) = facts.global(contract::STACK_POINTER) else { return Ok(module) };
    let first = |name| facts.address(name).map(u32::cast_signed);
    let stack_top = first(contract::STACK_POINTER).context("the stack pointer has no first value")?;
    // No thread-local variable, no base.
    let tls_base = facts.global(contract::TLS_BASE).zip(first(contract::TLS_BASE));
    let set_stack_pointer = facts.function(contract::SET_STACK_POINTER);
    let hooks = [contract::TASK_HOOK, contract::TASK_HOOK_SAVED].map(|hook| facts.function(hook));
    let slot = |field| facts.import(contract::BUILT_IN, field);
    let [get_0, set_0, get_1, set_1] = ["context_get_0", "context_set_0", "context_get_1", "context_set_1"].map(slot);
    let wrapped = wrapped(facts)?;

    let module = code::replace(&module, facts, |place| {
        let in_hook = hooks.contains(&Some(place.function));
        Ok(match place.operator {
            Operator::Call { function_index } => {
                let called = Some(function_index);
                match (tls_base, wrapped.get(&function_index)) {
                    _ if called == get_0 => Some(Instruction::GlobalGet(stack_pointer)),
                    _ if called == set_0 => Some(Instruction::GlobalSet(stack_pointer)),
                    (Some((base, _)), _) if called == get_1 => Some(Instruction::GlobalGet(base)),
                    (Some((base, _)), _) if called == set_1 => Some(Instruction::GlobalSet(base)),
                    (_, Some(wrapper)) => Some(Instruction::Call(*wrapper)),
                    _ => None,
                }
            }
            Operator::GlobalGet { global_index } if global_index == stack_pointer && in_hook => {
                Some(Instruction::I32Const(stack_top))
            }
            Operator::GlobalSet { global_index } if global_index == stack_pointer => {
                set_stack_pointer.map(Instruction::Call)
            }
            Operator::GlobalGet { global_index } => tls_base
                .filter(|(base, _)| *base == global_index && in_hook)
                .map(|(_, first)| Instruction::I32Const(first)),
            _ => None,
        })
    })?;
    let globals: Vec<u32> = [Some(stack_pointer), tls_base.map(|(base, _)| base)].into_iter().flatten().collect();
    let wrappers: Vec<Added> = wrapped.keys().map(|import| wrapper(facts, *import, &globals)).collect::<Result<_>>()?;
    let module = code::append(&module, facts, &wrappers)?;
    let module = code::name(&module, facts.functions, &vec![contract::AROUND_IMPORT; wrappers.len()])?;
    let module = crate::module::sections(&module, |payload, result| match payload {
        Payload::GlobalSection(old) => {
            let mut changed = GlobalSection::new();
            for (index, global) in (0..).zip(old.clone()) {
                let global = global?;
                let mut ty = RoundtripReencoder.global_type(global.ty)?;
                ty.mutable |= globals.contains(&index);
                changed.global(ty, &RoundtripReencoder.const_expr(global.init_expr)?);
            }
            result.section(&changed);
            Ok(true)
        }
        // What is called by way of the table.
        Payload::ElementSection(old) => {
            let mut changed = ElementSection::new();
            ThroughWrappers(&wrapped).parse_element_section(&mut changed, old.clone())?;
            result.section(&changed);
            Ok(true)
        }
        _ => Ok(false),
    })?;
    Ok(module)
}

/// The imports that get a function around them, each with the index of that function.
fn wrapped(facts: &Facts) -> Result<BTreeMap<u32, u32>> {
    let may_switch = |import: &Import| {
        let field = import.field.trim_start_matches('[').trim_end_matches(']').replace('_', "-");
        !([contract::BUILT_IN, "$root"].contains(&&*import.module) && NEVER_SWITCH.contains(&&*field))
    };
    let imports = (0u32..).zip(&facts.imported_functions).filter(|(_, import)| may_switch(import));
    Ok(imports.map(|(index, _)| index).zip(facts.functions..).collect())
}

/// `(func (param ...) (result ...))` that calls the import and gives the globals back their values.
fn wrapper(facts: &Facts, import: u32, globals: &[u32]) -> Result<Added> {
    let ty = facts.types.get(facts.imported_functions[import as usize].ty as usize);
    let ty = ty.context("an import's type is not there")?.clone();
    let parameters = u32::try_from(ty.params().len())?;
    let mut body = Function::new([(u32::try_from(globals.len())?, ValType::I32)]);
    for (local, global) in (parameters..).zip(globals) {
        body.instruction(&Instruction::GlobalGet(*global)).instruction(&Instruction::LocalSet(local));
    }
    for parameter in 0..parameters {
        body.instruction(&Instruction::LocalGet(parameter));
    }
    body.instruction(&Instruction::Call(import));
    for (local, global) in (parameters..).zip(globals) {
        body.instruction(&Instruction::LocalGet(local)).instruction(&Instruction::GlobalSet(*global));
    }
    body.instruction(&Instruction::End);
    Ok(Added { ty, body })
}

/// Names the functions around imports where imports are named.
struct ThroughWrappers<'a>(&'a BTreeMap<u32, u32>);

impl Reencode for ThroughWrappers<'_> {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, Error<Self::Error>> {
        Ok(self.0.get(&function).copied().unwrap_or(function))
    }
}
