//! Tells compilers which branches are hardly ever taken, in a section `metadata.code.branch_hint`.
//!
//! Why: cranelift lays the blocks of a function out in the order of the wasm, and what LLVM knows of their likelihood is lost on the way. So the
//! panic of each index, the growth of each vector and the contended path of each lock stand in the middle of hot loops, and code jumps
//! around them. With hints they stand behind the function. What is hardly ever run is known here by where it leads: to a trap, to an exception, to a
//! function that never returns, or to one whose name says that it is the slow path. Only branches in loops get hints: elsewhere they
//! gain next to nothing and take room.
//!
//! A runtime that does not know the section ignores it. WebAssembly branch hinting proposal.
//!
//! Delete when: LLVM writes the section and wasm-ld keeps it.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use wasm_encoder::{BranchHint, BranchHints, SectionId};

use crate::contract::paths::COLD;
use crate::demangle::demangle;
use crate::lower::spin_budget::SpinBudget;
use crate::module::{At, Body, Function, Module, Op, contents, has};
use crate::passes::Options;

pub(crate) fn rewrite(module: &mut Module<'_>, _: &Options<'_>) -> Result<()> {
    module.decode()?;
    let defined = module.defined();
    let functions: Vec<&Function> = defined.clone().filter_map(|index| module.function(index)).collect();
    let bodies = functions.iter().map(|function| Body::of(&function.code, &module.arena));
    let bodies = bodies.collect::<Result<Vec<_>>>()?;
    let cold = cold(module, defined.start, &functions, &bodies)?;
    let mut section = BranchHints::new();
    for (index, (function, body)) in defined.zip(functions.into_iter().zip(&bodies)) {
        // Elsewhere than in loops there are none.
        if !function.has(has::LOOP) {
            continue;
        }
        let hints = hints(body, function, &leads_to_cold(body, &cold)?)?;
        if !hints.is_empty() {
            section.function_hints(index, hints);
        }
    }
    if !section.is_empty() {
        module.insert_before_code(SectionId::Custom, contents(&section)?);
    }
    Ok(())
}

/// The functions that are hardly ever called: slow paths by their names, and those who never return. `functions` and `bodies`
/// are those that are not imported, of which `first` is the first.
fn cold(module: &Module<'_>, first: u32, functions: &[&Function], bodies: &[Body<'_>]) -> Result<Vec<bool>> {
    let mut cold = vec![false; first as usize + functions.len()];
    for (function, name) in module.names.functions() {
        if let Some(is) = cold.get_mut(*function as usize) {
            *is = is_cold(name);
        }
    }
    let mut callers: Vec<Vec<usize>> = vec![Vec::new(); cold.len()];
    for (at, function) in functions.iter().enumerate() {
        function.callees.iter().for_each(|callee| callers[*callee as usize].push(at));
    }
    // Who never returns: each may be known only by another. Those are short, and first.
    let by_length = |at: usize| (functions[at].code.len(), at);
    let mut next: BTreeSet<(usize, usize)> = (0..functions.len()).map(by_length).collect();
    while let Some((_, at)) = next.pop_first() {
        let index = first as usize + at;
        if !cold[index] && leads_to_cold(&bodies[at], &cold)?[0] {
            cold[index] = true;
            next.extend(callers[index].drain(..).map(by_length));
        }
    }
    Ok(cold)
}

/// The branches in the loops of a body of which one side is cold and the other is not.
fn hints(body: &Body<'_>, function: &Function, cold: &[bool]) -> Result<Vec<BranchHint>> {
    let mut hints = Vec::new();
    let mut locals = Vec::new();
    function.encode_locals(&mut locals)?;
    let mut offset = u32::try_from(locals.len())?;
    for (at, instr) in body.code.iter().enumerate() {
        let branch_func_offset = offset;
        offset += instr.length;
        let (taken, not_taken) = match instr.op {
            Op::If => (at + 1, behind_if(body, at)?),
            Op::BrIf(label) => match behind(body, at, label)? {
                Some(target) => (target, at + 1),
                None => continue,
            },
            _ => continue,
        };
        let is_loop = |opener: At| body.op(opener) == Op::Loop;
        if cold[taken] != cold[not_taken] && body.enclosing(at).any(is_loop) {
            hints.push(BranchHint { branch_func_offset, branch_hint_value: u32::from(cold[not_taken]) });
        }
    }
    Ok(hints)
}

/// Of each instruction of a body, whether what follows from there on is certain to come to something cold.
fn leads_to_cold(body: &Body<'_>, functions: &[bool]) -> Result<Vec<bool>> {
    let mut cold = vec![false; body.code.len() + 1];
    // Nothing but a loop leads back, and whoever goes round once more may not come to it.
    for (at, instr) in body.code.iter().enumerate().rev() {
        let next = cold[at + 1];
        let jump = |label| -> Result<bool> { Ok(behind(body, at, label)?.is_some_and(|target| cold[target])) };
        cold[at] = match instr.op {
            Op::Unreachable | Op::Throw | Op::ThrowRef => true,
            Op::Call(function) => functions[function as usize] || next,
            Op::Return => false,
            Op::Br(label) => jump(label)?,
            Op::BrIf(label) => next && jump(label)?,
            Op::BrTable => {
                let mut all = true;
                for label in body.labels(at) {
                    all = all && jump(*label)?;
                }
                all
            }
            Op::If => next && cold[behind_if(body, at)?],
            Op::Else => cold[body.end(body.parent(at).context("an `else` without an `if`")?)? + 1],
            _ => next,
        };
    }
    Ok(cold)
}

/// Where it goes on behind a jump; nothing if that leads back, or out of the function.
fn behind(body: &Body<'_>, at: At, label: u32) -> Result<Option<At>> {
    match body.target(at, label) {
        Some(opener) if body.op(opener) != Op::Loop => Ok(Some(body.end(opener)? + 1)),
        _ => Ok(None),
    }
}

/// Where it goes on when the condition of an `if` does not hold.
fn behind_if(body: &Body<'_>, opener: At) -> Result<At> {
    let end = body.end(opener)?;
    let other = (opener + 1..end).find(|at| body.op(*at) == Op::Else && body.parent(*at) == Some(opener));
    Ok(other.unwrap_or(end) + 1)
}

/// Words in the names of slow paths: of `finish_grow`, `lock_contended`, `write_all_cold`, `is_zero_slow_path`.
const COLD_WORDS: [&str; 4] = ["cold", "contended", "grow", "slow"];

/// Whether a function is the slow path of another, as far as its name says. Demangling takes long: most names have none of
/// the words in them.
fn is_cold(name: &str) -> bool {
    let ends = || COLD.iter().chain([&SpinBudget::END]);
    let words = COLD_WORDS.into_iter().chain(ends().map(|end| end.rsplit("::").next().unwrap_or(end)));
    if !words.into_iter().any(|word| name.contains(word)) {
        return false;
    }
    let path = demangle(name);
    let path = path.split("::<").next().unwrap_or(&path);
    let last = path.rsplit("::").next().unwrap_or(path);
    last.split('_').any(|word| COLD_WORDS.contains(&word)) || ends().any(|end| path.ends_with(end))
}
