//! In a program with threads, stack pointer and base of the thread-local variables are context slots 0 and 1.
//!
//! Why: LLVM 22 keeps both in globals, which all threads of an instance share, while a context slot is each thread's
//! own. This is LLVM 23's convention, arrived at after linking. Every access becomes a call of the built-in, which
//! wasmtime compiles in line; writes of the stack pointer go through a function of the library that looks whether the
//! stack is still long enough.
//!
//! The task hook is left alone: out of the globals, which nobody writes any more, it takes what the first thread of
//! each task starts with.
//!
//! Delete when: LLVM 23 is the oldest whose objects are linked.

use anyhow::{Context, Result, bail};
use wasm_encoder::Instruction;
use wasmparser::Operator;

use crate::contract;
use crate::inputs::{Inputs, Wanted};
use crate::module::code;
use crate::module::facts::{Facts, Import};
use crate::passes::Options;

/// Fails if someone else keeps something in the slots, as async bindings may.
fn check_free(facts: &Facts, inputs: &Inputs) -> Result<()> {
    for import in &facts.imported_functions {
        if is_slot(import) {
            let wanters = inputs.who_wants(Wanted::Import(&import.module, &import.field));
            let by = wanters.first().map(|wanter| format!(" by {wanter}")).unwrap_or_default();
            bail!(
                "`{}` is imported{by}, but the program makes threads, and their stack pointers are in the context slots: \
                 a newer version of those bindings keeps its state elsewhere, and `-Clink-arg=--thread-context=save-restore` \
                 leaves the slots to them",
                import.field
            );
        }
    }
    Ok(())
}

/// Whether someone else does. Bindings that do need nothing else to tell tasks apart.
pub(crate) fn are_in_use(facts: &Facts) -> bool {
    facts.imported_functions.iter().any(is_slot)
}

fn is_slot(import: &Import) -> bool {
    import.module == "$root" && import.field.starts_with("[context-")
}

pub(crate) fn rewrite(module: Vec<u8>, facts: &Facts, options: &Options<'_>) -> Result<Vec<u8>> {
    check_free(facts, options.inputs)?;
    let Some(stack_pointer) = facts.global(contract::STACK_POINTER) else { return Ok(module) };
    // No thread-local variable, no base.
    let tls_base = facts.global(contract::TLS_BASE);
    let built_in = |field: &str| {
        facts.import(contract::BUILT_IN, field).with_context(|| {
            format!("the program makes threads, but does not import `{field}`: is component-rt's assembly linked?")
        })
    };
    let get_stack_pointer = built_in("context_get_0")?;
    let get_tls_base = built_in("context_get_1")?;
    let set_stack_pointer = match facts.function(contract::SET_STACK_POINTER) {
        Some(checked) => checked,
        None => built_in("context_set_0")?,
    };
    let hook = facts
        .function(contract::TASK_HOOK)
        .with_context(|| format!("the program makes threads, but has no `{}`", contract::TASK_HOOK))?;
    code::replace(&module, facts, |place| {
        if place.function == hook {
            return Ok(None);
        }
        Ok(match place.operator {
            Operator::GlobalGet { global_index } if global_index == stack_pointer => {
                Some(Instruction::Call(get_stack_pointer))
            }
            Operator::GlobalSet { global_index } if global_index == stack_pointer => {
                Some(Instruction::Call(set_stack_pointer))
            }
            Operator::GlobalGet { global_index } if Some(global_index) == tls_base => {
                Some(Instruction::Call(get_tls_base))
            }
            _ => None,
        })
    })
}
