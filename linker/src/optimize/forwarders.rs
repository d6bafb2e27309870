//! Calls go to where they end up: past functions that only hand on what they are given, and not at all to functions that do nothing.
//!
//! Why: rustc puts both into every allocation. `__rust_alloc` only calls what allocates, so that the allocator can be chosen when
//! linking, and `__rust_no_alloc_shim_is_unstable_v2` does nothing, which is how a missing allocator becomes an error. Natively,
//! the linker's symbols and the optimiser make them disappear; wasm-ld makes two functions of them, and wasmtime calls these.
//!
//! Left alone: modules with debug information, where a debugger shall show what was written.
//!
//! Delete when: wasm-ld does it, or rustc makes such functions aliases.

use anyhow::Result;
use wasm_encoder::Instruction;
use wasmparser::FuncType;

use crate::module::{Change, Instr, Module, Op};
use crate::passes::Options;

pub(crate) fn rewrite(module: &mut Module<'_>, _: &Options<'_>) -> Result<()> {
    module.decode()?;
    let types: Vec<FuncType> =
        module.function_types().into_iter().map(|ty| module.types[ty as usize].clone()).collect();
    let mut forwarders = vec![Detour::None; module.defined().start as usize];
    for function in module.defined().filter_map(|index| module.function(index)) {
        forwarders.push(Detour::of(&function.code, types[forwarders.len()].params().len()));
    }
    for index in module.defined() {
        let is_led = |function: &u32| !matches!(forwarders[*function as usize], Detour::None);
        if !module.function(index).is_some_and(|function| function.callees.iter().any(is_led)) {
            continue;
        }
        module.change(index, |_, instr, _| {
            let Op::Call(called) = instr.op else { return Ok(None) };
            Ok(match end(&forwarders, &types, called) {
                (_, Detour::Nothing) => Some(Change {
                    instead: Some(vec![Instruction::Drop; types[called as usize].params().len()]),
                    ..Change::default()
                }),
                (end, _) if end != called => Some(Change::to(Instruction::Call(end))),
                _ => None,
            })
        })?;
    }
    Ok(())
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
    fn of(code: &[Instr], parameters: usize) -> Detour {
        let mut handed_on = 0;
        let mut detour = Detour::Nothing;
        for instr in code {
            detour = match (instr.op, detour) {
                (Op::LocalGet(local), Detour::Nothing) if local as usize == handed_on && handed_on < parameters => {
                    handed_on += 1;
                    Detour::Nothing
                }
                (Op::Call(function), Detour::Nothing) if handed_on == parameters => Detour::To(function),
                (Op::Return, detour) if matches!(detour, Detour::To(_)) || handed_on == 0 => detour,
                (Op::End, detour) if matches!(detour, Detour::To(_)) || handed_on == 0 => return detour,
                _ => return Detour::None,
            };
        }
        Detour::None
    }
}

/// Where a call of a function ends up. Functions that only call each other call on.
fn end(functions: &[Detour], types: &[FuncType], called: u32) -> (u32, Detour) {
    let mut at = called;
    for _ in 0..functions.len() {
        match functions[at as usize] {
            Detour::To(next) if types[next as usize] == types[called as usize] => at = next,
            detour => return (at, detour),
        }
    }
    (called, Detour::None)
}
