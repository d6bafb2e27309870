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

use anyhow::{Context, Result};
use wasm_encoder::{BlockType, Instruction, MemArg, MemArgTarget};
use wasmparser::{FuncType, ValType};

use crate::contract::paths::{DEADLOCK, IDLE, LOCK_SPIN, LOCK_WAITING, LOCK_WAKING, WAIT};
use crate::module::Module;
use crate::passes::Options;

/// A word of memory.
const WORD: MemArg = MemArg { offset: 0, align: 2, target: MemArgTarget::Memory(0), ordering: None };

/// A body that takes the place of another: no locals, and these instructions.
type Replacement = Vec<Instruction<'static>>;

pub(crate) fn rewrite(module: &mut Module<'_>, _: &Options<'_>) -> Result<()> {
    let paths: Vec<&str> =
        [DEADLOCK, LOCK_SPIN, WAIT].into_iter().chain(LOCK_WAITING).chain(LOCK_WAKING).chain(IDLE).collect();
    let functions: BTreeMap<&str, u32> = module.names.find(&paths).into_iter().collect();
    let Some(deadlock) = functions.get(DEADLOCK).copied() else { return Ok(()) };
    module.decode()?;
    let mut bodies: BTreeMap<u32, Replacement> = BTreeMap::new();
    let before = reached(module, deadlock, &bodies)?;
    let mut replace = |name: &str, body: &dyn Fn(&FuncType) -> Option<Replacement>| -> Result<()> {
        let Some(index) = functions.get(name).copied() else { return Ok(()) };
        let function = module.function(index).context("an import has the name of a function of std")?;
        bodies.extend(body(module.type_of(function)?).map(|body| (index, body)));
        Ok(())
    };
    LOCK_WAITING.iter().try_for_each(|name| replace(name, &|_| Some(ending(Some(deadlock)))))?;
    LOCK_WAKING.iter().try_for_each(|name| replace(name, &|_| Some(ending(None))))?;
    replace(LOCK_SPIN, &looking)?;
    replace(WAIT, &|ty| waiting(ty, deadlock))?;
    IDLE.iter().try_for_each(|name| replace(name, &idle))?;
    if bodies.is_empty() {
        return Ok(());
    }
    // What only those called that have changed.
    let after = reached(module, deadlock, &bodies)?;
    let gone: BTreeSet<u32> = before.difference(&after).copied().collect();
    let defined = module.defined();
    bodies.extend(gone.iter().filter(|index| defined.contains(index)).map(|index| (*index, ending(None))));
    for (index, body) in &bodies {
        module.replace(*index, body)?;
    }
    module.names.forget(&gone);
    Ok(())
}

/// A function that ends the program, by a call if there is one.
fn ending(call: Option<u32>) -> Replacement {
    call.map(Instruction::Call).into_iter().chain([Instruction::Unreachable, Instruction::End]).collect()
}

/// [`LOCK_SPIN`], if it has kept its type: once is enough.
fn looking(ty: &FuncType) -> Option<Replacement> {
    (ty.params() == [ValType::I32] && ty.results() == [ValType::I32])
        .then(|| vec![Instruction::LocalGet(0), Instruction::I32Load(WORD), Instruction::End])
}

/// [`WAIT`], if it has kept its type: who would wait waits for ever.
fn waiting(ty: &FuncType, deadlock: u32) -> Option<Replacement> {
    (ty.params() == [ValType::I32, ValType::I32] && ty.results().is_empty()).then(|| {
        vec![
            Instruction::LocalGet(0),
            Instruction::I32Load(WORD),
            Instruction::LocalGet(1),
            Instruction::I32Eq,
            Instruction::If(BlockType::Empty),
            Instruction::Call(deadlock),
            Instruction::Unreachable,
            Instruction::End,
            Instruction::End,
        ]
    })
}

/// One of [`IDLE`]: it returns false, if anything.
fn idle(ty: &FuncType) -> Option<Replacement> {
    let are_integers = ty.results().iter().all(|result| *result == ValType::I32);
    are_integers.then(|| ty.results().iter().map(|_| Instruction::I32Const(0)).chain([Instruction::End]).collect())
}

/// The functions that may be called, if some have these bodies, which call `deadlock` or nothing.
fn reached(module: &Module<'_>, deadlock: u32, bodies: &BTreeMap<u32, Replacement>) -> Result<BTreeSet<u32>> {
    let escapes = module.escapes()?;
    if escapes.has_expressions {
        // wasm-ld writes none of these: nothing is known to be unreached.
        return Ok((0..module.defined().end).collect());
    }
    let mut next: Vec<u32> = escapes.entered.into_iter().chain(escapes.in_tables).chain([deadlock]).collect();
    let mut reached = BTreeSet::new();
    while let Some(index) = next.pop() {
        if reached.insert(index)
            && !bodies.contains_key(&index)
            && let Some(function) = module.function(index)
        {
            next.extend(&function.callees);
        }
    }
    Ok(reached)
}
