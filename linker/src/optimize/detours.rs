//! Calls go to where they end up: past functions that only hand on what they are given, and not at all to functions that do nothing.
//!
//! Why: rustc puts both into every allocation. `__rust_alloc` only calls what allocates, so that the allocator can be chosen when
//! linking, and `__rust_no_alloc_shim_is_unstable_v2` does nothing, which is how a missing allocator becomes an error. Natively,
//! the linker's symbols and the optimiser make them disappear; wasm-ld makes two functions of them, and wasmtime calls these.
//!
//! Left alone: modules with debug information, where a debugger shall show what was written.
//!
//! Delete when: wasm-ld does it, or rustc makes such functions aliases.

use std::collections::BTreeSet;

use anyhow::Result;
use wasm_encoder::Instruction;
use wasmparser::{FuncType, FunctionBody, Operator, Parser, Payload};

use crate::module::code::{self, Change};
use crate::module::facts::Facts;
use crate::passes::Options;

pub(crate) fn rewrite(module: Vec<u8>, facts: &Facts, _: &Options<'_>) -> Result<Vec<u8>> {
    let imported = facts.imported_functions.iter().map(|import| import.ty);
    let types: Vec<&FuncType> =
        imported.chain(facts.function_types.iter().copied()).map(|ty| &facts.types[ty as usize]).collect();
    let mut functions = vec![Detour::None; facts.imported_functions.len()];
    for payload in Parser::new(0).parse_all(&module) {
        if let Payload::CodeSectionEntry(body) = payload? {
            functions.push(Detour::of(&body, types[functions.len()].params().len())?);
        }
    }
    code::replace_in_line(&module, facts, &BTreeSet::new(), |place| {
        let Operator::Call { function_index } = place.operator else { return Ok(Change::default()) };
        let instead = match end(&functions, &types, function_index) {
            (_, Detour::Nothing) => Some(vec![Instruction::Drop; types[function_index as usize].params().len()]),
            (end, _) if end != function_index => Some(vec![Instruction::Call(end)]),
            _ => None,
        };
        Ok(Change { instead, ..Change::default() })
    })
}

/// What a function is, to those who call it.
#[derive(Clone, Copy)]
enum Detour {
    /// It does something.
    None,
    /// It calls another with what it was given, and returns what that returns.
    To(u32),
    /// It does nothing.
    Nothing,
}

impl Detour {
    fn of(body: &FunctionBody<'_>, parameters: usize) -> Result<Detour> {
        let mut operators = body.get_operators_reader()?;
        let mut handed_on = 0;
        let mut detour = Detour::Nothing;
        loop {
            detour = match (operators.read()?, detour) {
                (Operator::LocalGet { local_index }, Detour::Nothing)
                    if local_index as usize == handed_on && handed_on < parameters =>
                {
                    handed_on += 1;
                    Detour::Nothing
                }
                (Operator::Call { function_index }, Detour::Nothing) if handed_on == parameters => {
                    Detour::To(function_index)
                }
                (Operator::Return, detour) if matches!(detour, Detour::To(_)) || handed_on == 0 => detour,
                (Operator::End, detour) if matches!(detour, Detour::To(_)) || handed_on == 0 => return Ok(detour),
                _ => return Ok(Detour::None),
            };
        }
    }
}

/// Where a call of a function ends up. Functions that only call each other call on.
fn end(functions: &[Detour], types: &[&FuncType], called: u32) -> (u32, Detour) {
    let mut at = called;
    for _ in 0..functions.len() {
        match functions[at as usize] {
            Detour::To(next) if types[next as usize] == types[called as usize] => at = next,
            detour => return (at, detour),
        }
    }
    (called, Detour::None)
}
