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
use wasm_encoder::{BranchHint, BranchHints};
use wasmparser::{KnownCustom, Name, Operator, Parser, Payload};

use crate::contract::paths::COLD;
use crate::demangle::demangle;
use crate::lower::turns::Turns;
use crate::module::body::{At, Body};
use crate::module::facts::Facts;
use crate::passes::Options;

pub(crate) fn rewrite(module: Vec<u8>, facts: &Facts, _: &Options<'_>) -> Result<Vec<u8>> {
    let imported = u32::try_from(facts.imported_functions.len())?;
    let mut cold = BTreeSet::new();
    let mut bodies = Vec::new();
    for payload in Parser::new(0).parse_all(&module) {
        match payload? {
            Payload::CodeSectionEntry(body) => {
                let ty = &facts.types[facts.function_types[bodies.len()] as usize];
                let start = body.range().start;
                let offsets = body.get_operators_reader()?.into_iter_with_offsets();
                let offsets = offsets.map(|place| Ok(u32::try_from(place?.1 - start)?)).collect::<Result<Vec<_>>>()?;
                bodies.push((Body::of(&body, ty)?, offsets));
            }
            Payload::CustomSection(section) => {
                if let KnownCustom::Name(names) = section.as_known() {
                    cold.extend(named_cold(names)?);
                }
            }
            _ => {}
        }
    }
    // Who never returns: each may be known only by another.
    loop {
        let before = cold.len();
        for (function, (body, _)) in (imported..).zip(&bodies) {
            if !cold.contains(&function) && leads_to_cold(body, &cold)?[0] {
                cold.insert(function);
            }
        }
        if cold.len() == before {
            break;
        }
    }
    let mut section = BranchHints::new();
    for (function, (body, offsets)) in (imported..).zip(&bodies) {
        let hints = hints(body, offsets, &leads_to_cold(body, &cold)?)?;
        if !hints.is_empty() {
            section.function_hints(function, hints);
        }
    }
    if section.is_empty() {
        return Ok(module);
    }
    crate::module::sections(&module, |payload, result| {
        if matches!(payload, Payload::CodeSectionStart { .. }) {
            result.section(&section);
        }
        Ok(false)
    })
}

/// The branches in the loops of a body of which one side is cold and the other is not.
fn hints(body: &Body<'_>, offsets: &[u32], cold: &[bool]) -> Result<Vec<BranchHint>> {
    let mut hints = Vec::new();
    let is_loop = |opener: At| matches!(body.operators[opener], Operator::Loop { .. });
    for (at, operator) in body.operators.iter().enumerate().filter(|(at, _)| body.enclosing(*at).any(is_loop)) {
        let (taken, not_taken) = match operator {
            Operator::If { .. } => (at + 1, behind_if(body, at)?),
            Operator::BrIf { relative_depth } => match behind(body, at, *relative_depth)? {
                Some(target) => (target, at + 1),
                None => continue,
            },
            _ => continue,
        };
        if cold[taken] != cold[not_taken] {
            hints.push(BranchHint { branch_func_offset: offsets[at], branch_hint_value: u32::from(cold[not_taken]) });
        }
    }
    Ok(hints)
}

/// Of each instruction of a body, whether what follows from there on is certain to come to something cold.
fn leads_to_cold(body: &Body<'_>, functions: &BTreeSet<u32>) -> Result<Vec<bool>> {
    let mut cold = vec![false; body.operators.len() + 1];
    // Nothing but a loop leads back, and whoever goes round once more may not come to it.
    for at in (0..body.operators.len()).rev() {
        let next = cold[at + 1];
        let jump = |label| -> Result<bool> { Ok(behind(body, at, label)?.is_some_and(|target| cold[target])) };
        let is_cold = match &body.operators[at] {
            Operator::Unreachable | Operator::Throw { .. } | Operator::ThrowRef => true,
            Operator::Call { function_index } => functions.contains(function_index) || next,
            Operator::Return => false,
            Operator::Br { relative_depth } => jump(*relative_depth)?,
            Operator::BrIf { relative_depth } => next && jump(*relative_depth)?,
            Operator::BrTable { targets } => {
                let mut all = jump(targets.default())?;
                for label in targets.targets() {
                    all &= jump(label?)?;
                }
                all
            }
            Operator::If { .. } => next && cold[behind_if(body, at)?],
            Operator::Else => cold[body.end(body.parent(at).context("an `else` without an `if`")?)? + 1],
            _ => next,
        };
        cold[at] = is_cold;
    }
    Ok(cold)
}

/// Where it goes on behind a jump; nothing if that leads back, or out of the function.
fn behind(body: &Body<'_>, at: At, label: u32) -> Result<Option<At>> {
    match body.target(at, label) {
        Some(opener) if !matches!(body.operators[opener], Operator::Loop { .. }) => Ok(Some(body.end(opener)? + 1)),
        _ => Ok(None),
    }
}

/// Where it goes on when the condition of an `if` does not hold.
fn behind_if(body: &Body<'_>, opener: At) -> Result<At> {
    let end = body.end(opener)?;
    let other =
        (opener + 1..end).find(|at| matches!(body.operators[*at], Operator::Else) && body.parent(*at) == Some(opener));
    Ok(other.unwrap_or(end) + 1)
}

/// The functions that are slow paths by their names.
fn named_cold(names: wasmparser::NameSectionReader<'_>) -> Result<Vec<u32>> {
    let mut cold = Vec::new();
    for name in names {
        let Name::Function(functions) = name? else { continue };
        for function in functions {
            let function = function?;
            if is_cold(&demangle(function.name)) {
                cold.push(function.index);
            }
        }
    }
    Ok(cold)
}

/// Words in the names of slow paths: of `finish_grow`, `lock_contended`, `write_all_cold`, `is_zero_slow_path`.
const COLD_WORDS: [&str; 4] = ["cold", "contended", "grow", "slow"];

/// Whether a function is the slow path of another, as far as its path says.
fn is_cold(path: &str) -> bool {
    let path = path.split("::<").next().unwrap_or(path);
    let last = path.rsplit("::").next().unwrap_or(path);
    last.split('_').any(|word| COLD_WORDS.contains(&word))
        || COLD.iter().chain([&Turns::END]).any(|end| path.ends_with(end))
}
