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

use crate::contract;
use crate::inputs::{Inputs, Wanted};
use crate::module::{Change, Import, Module, Op, has};
use crate::passes::Options;

pub(crate) fn rewrite(module: &mut Module<'_>, options: &Options<'_>) -> Result<()> {
    check_free(module, options.inputs)?;
    let Some(stack_pointer) = module.exported_global(contract::STACK_POINTER) else { return Ok(()) };
    // No thread-local variable, no base.
    let tls_base = module.exported_global(contract::TLS_BASE);
    let built_in = |field: &str| {
        module.import(contract::BUILT_IN, field).with_context(|| {
            format!("the program makes threads, but does not import `{field}`: is component-rt's assembly linked?")
        })
    };
    let get_stack_pointer = built_in("context_get_0")?;
    let get_tls_base = built_in("context_get_1")?;
    let set_stack_pointer = match module.exported_function(contract::SET_STACK_POINTER) {
        Some(checked) => checked,
        None => built_in("context_set_0")?,
    };
    let hook = module
        .exported_function(contract::TASK_HOOK)
        .with_context(|| format!("the program makes threads, but has no `{}`", contract::TASK_HOOK))?;
    module.decode()?;
    for index in module.defined().filter(|index| *index != hook) {
        if !module.function(index).is_some_and(|function| function.has(has::GLOBAL)) {
            continue;
        }
        module.change(index, |_, instr, _| {
            let call = match instr.op {
                Op::GlobalGet(global) if global == stack_pointer => Some(get_stack_pointer),
                Op::GlobalSet(global) if global == stack_pointer => Some(set_stack_pointer),
                Op::GlobalGet(global) if Some(global) == tls_base => Some(get_tls_base),
                _ => None,
            };
            Ok(call.map(|function| Change::to(Instruction::Call(function))))
        })?;
    }
    Ok(())
}

/// Fails if someone else keeps something in the slots, as async bindings may.
fn check_free(module: &Module<'_>, inputs: &Inputs) -> Result<()> {
    let Some((import, by)) = someone(module, inputs, is_slot) else { return Ok(()) };
    bail!(
        "`{import}` is imported{by}, but the program makes threads, and their stack pointers are in the context slots: \
         a newer version of those bindings keeps its state elsewhere, and `-Clink-arg=--thread-context=save-restore` \
         leaves slot 0 to them"
    );
}

/// Fails if someone else keeps something in slot 1.
pub(crate) fn check_second_free(module: &Module<'_>, inputs: &Inputs) -> Result<()> {
    let is_second = |import: &Import<'_>| is_slot(import) && import.field.ends_with("-1]");
    let Some((import, by)) = someone(module, inputs, is_second) else { return Ok(()) };
    bail!(
        "`{import}` is imported{by}, but the program makes threads, and where their thread-local variables are is in that \
         context slot: bindings may have slot 0 alone"
    );
}

/// An import, and who wants it.
fn someone(module: &Module<'_>, inputs: &Inputs, is_it: impl Fn(&Import<'_>) -> bool) -> Option<(String, String)> {
    let (_, import, _) = module.imported_functions().find(|(_, import, _)| is_it(import))?;
    let referrers = inputs.who_wants(Wanted::Import(&import.module, &import.field));
    Some((import.field.to_string(), referrers.first().map(|referrer| format!(" by {referrer}")).unwrap_or_default()))
}

/// Whether someone else does. Bindings that do need nothing else to tell tasks apart.
pub(crate) fn are_in_use(module: &Module<'_>) -> bool {
    module.imported_functions().any(|(_, import, _)| is_slot(import))
}

fn is_slot(import: &Import<'_>) -> bool {
    import.module == "$root" && import.field.starts_with("[context-")
}
