//! Without other threads, waiting for one is a deadlock: it is said at once, and what would wait, or wake who waits, goes.
//!
//! Why: std's locks come with code for waiting that a program of one thread has no use for, a thirtieth of a small one. A lock that is taken was
//! taken by that thread itself and nobody else will ever let go of it, which the library would find out at the end of that code.
//!
//! Left alone: programs with threads, or with exports lifted `async`, whose calls may overlap; modules with debug information, which counts in bytes of
//! the code section.
//!
//! Delete when: wasm-ld can be told to take another function for one that is defined.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use wasm_encoder::{BlockType, CodeSection, Function, Instruction, MemArg, MemArgTarget};
use wasmparser::{ElementItems, ExternalKind, FuncType, KnownCustom, Name, Operator, Parser, Payload, ValType};

use crate::contract::paths::{DEADLOCK, IDLE, LOCK_SPIN, LOCK_WAITING, LOCK_WAKING, WAIT};
use crate::demangle::demangle;
use crate::module::code;
use crate::module::facts::Facts;
use crate::passes::Options;

/// A word of memory.
const WORD: MemArg = MemArg { offset: 0, align: 2, target: MemArgTarget::Memory(0), ordering: None };

pub(crate) fn rewrite(module: Vec<u8>, facts: &Facts, _: &Options<'_>) -> Result<Vec<u8>> {
    let functions = named(&module)?;
    let Some(deadlock) = functions.get(DEADLOCK).copied() else { return Ok(module) };
    let mut bodies: BTreeMap<u32, Function> = BTreeMap::new();
    let before = reached(&module, facts, deadlock, &bodies)?;
    let mut replace = |name: &str, body: &dyn Fn(&FuncType) -> Option<Function>| {
        let Some(index) = functions.get(name).copied() else { return };
        let ty = facts.function_types[index as usize - facts.imported_functions.len()];
        if let Some(body) = body(&facts.types[ty as usize]) {
            bodies.insert(index, body);
        }
    };
    LOCK_WAITING.iter().for_each(|name| replace(name, &|_| Some(ending(Some(deadlock)))));
    LOCK_WAKING.iter().for_each(|name| replace(name, &|_| Some(ending(None))));
    replace(LOCK_SPIN, &looking);
    replace(WAIT, &|ty| waiting(ty, deadlock));
    IDLE.iter().for_each(|name| replace(name, &idle));
    if bodies.is_empty() {
        return Ok(module);
    }
    // What only those called that have changed.
    let after = reached(&module, facts, deadlock, &bodies)?;
    let gone: BTreeSet<u32> = before.difference(&after).copied().collect();
    bodies.extend(gone.iter().map(|index| (*index, ending(None))));
    let mut code = CodeSection::new();
    let mut index = u32::try_from(facts.imported_functions.len())?;
    for payload in Parser::new(0).parse_all(&module) {
        let Payload::CodeSectionEntry(body) = payload? else { continue };
        match bodies.get(&index) {
            Some(body) => code.function(body),
            None => code.raw(body.as_bytes()),
        };
        index += 1;
    }
    let module = code::with_bodies(&module, &code)?;
    code::forget_names(&module, &gone)
}

/// A function that ends the program, by a call if there is one.
fn ending(call: Option<u32>) -> Function {
    let mut body = Function::new([]);
    call.into_iter().for_each(|call| _ = body.instruction(&Instruction::Call(call)));
    body.instruction(&Instruction::Unreachable).instruction(&Instruction::End);
    body
}

/// [`LOCK_SPIN`], if it has kept its type: once is enough.
fn looking(ty: &FuncType) -> Option<Function> {
    if ty.params() != [ValType::I32] || ty.results() != [ValType::I32] {
        return None;
    }
    let mut body = Function::new([]);
    body.instruction(&Instruction::LocalGet(0)).instruction(&Instruction::I32Load(WORD)).instruction(&Instruction::End);
    Some(body)
}

/// [`WAIT`], if it has kept its type: who would wait waits for ever.
fn waiting(ty: &FuncType, deadlock: u32) -> Option<Function> {
    if ty.params() != [ValType::I32, ValType::I32] || !ty.results().is_empty() {
        return None;
    }
    let mut body = Function::new([]);
    body.instruction(&Instruction::LocalGet(0)).instruction(&Instruction::I32Load(WORD));
    body.instruction(&Instruction::LocalGet(1)).instruction(&Instruction::I32Eq);
    body.instruction(&Instruction::If(BlockType::Empty)).instruction(&Instruction::Call(deadlock));
    body.instruction(&Instruction::Unreachable).instruction(&Instruction::End).instruction(&Instruction::End);
    Some(body)
}

/// One of [`IDLE`]: it returns false, if anything.
fn idle(ty: &FuncType) -> Option<Function> {
    let mut body = Function::new([]);
    for result in ty.results() {
        if *result != ValType::I32 {
            return None;
        }
        body.instruction(&Instruction::I32Const(0));
    }
    body.instruction(&Instruction::End);
    Some(body)
}

/// The functions that may be called, if some have these bodies, which call `deadlock` or nothing.
fn reached(module: &[u8], facts: &Facts, deadlock: u32, bodies: &BTreeMap<u32, Function>) -> Result<BTreeSet<u32>> {
    let mut calls: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    code::each(module, facts, |place| {
        if let Operator::Call { function_index } | Operator::RefFunc { function_index } = place.operator {
            calls.entry(place.function).or_default().push(function_index);
        }
        Ok(())
    })?;
    let exported = facts.exports.values().filter(|(kind, _)| *kind == ExternalKind::Func);
    let mut next: Vec<u32> = exported.map(|(_, index)| *index).chain([deadlock]).collect();
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::StartSection { func, .. } => next.push(func),
            Payload::ElementSection(elements) => {
                for element in elements {
                    match element?.items {
                        ElementItems::Functions(functions) => {
                            next.extend(functions.into_iter().collect::<Result<Vec<_>, _>>()?);
                        }
                        // wasm-ld writes none of these: nothing is known to be unreached.
                        ElementItems::Expressions(..) => return Ok((0..facts.functions).collect()),
                    }
                }
            }
            _ => {}
        }
    }
    let mut reached = BTreeSet::new();
    while let Some(function) = next.pop() {
        if reached.insert(function) && !bodies.contains_key(&function) {
            next.extend(calls.get(&function).into_iter().flatten());
        }
    }
    Ok(reached)
}

/// The functions that have names, by path.
fn named(module: &[u8]) -> Result<BTreeMap<String, u32>> {
    let mut named = BTreeMap::new();
    for payload in Parser::new(0).parse_all(module) {
        let Payload::CustomSection(section) = payload? else { continue };
        let KnownCustom::Name(names) = section.as_known() else { continue };
        for name in names {
            let Name::Function(functions) = name? else { continue };
            for function in functions {
                let function = function?;
                named.insert(demangle(function.name), function.index);
            }
        }
    }
    Ok(named)
}
