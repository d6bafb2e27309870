//! In a program with threads that is linked with `--thread-context=save-restore`, the stack pointer stays a global, and each call that
//! may switch threads saves and restores it.
//!
//! Why: bindings that keep something of their own in context slot 0 leave no room for context_slots.rs. Here that slot stays theirs; the
//! base of the thread-local variables is in slot 1 as it is there.
//! Each import gets a function around it that keeps the global in a local of the thread's own, because it is not known which imports
//! block; only built-ins that never switch are called directly. The library's assembly speaks of slot 0, and is made to mean the global.
//!
//! The task hook is another one (`contract::TASK_HOOK_SAVED`): whatever ran before, a task begins with the main stack.
//!
//! Delete when: no bindings use context slots beside threads.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use wasm_encoder::reencode::{Error, Reencode, RoundtripReencoder};
use wasm_encoder::{ElementSection, GlobalSection, Instruction, SectionId};
use wasmparser::{BinaryReader, ElementSectionReader, FuncType, GlobalSectionReader, ValType};

use crate::contract;
use crate::lower::context_slots::check_second_free;
use crate::module::{Added, Change, Import, Module, Op, contents};
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

pub(crate) fn rewrite(module: &mut Module<'_>, options: &Options<'_>) -> Result<()> {
    check_second_free(module, options.inputs)?;
    let Some(stack_pointer) = module.exported_global(contract::STACK_POINTER) else { return Ok(()) };
    let stack_top =
        module.address(contract::STACK_POINTER).context("the stack pointer has no first value")?.cast_signed();
    // No thread-local variable, no base.
    let tls_base = module.exported_global(contract::TLS_BASE);
    let set_stack_pointer = module.exported_function(contract::SET_STACK_POINTER);
    let hooks = [contract::TASK_HOOK, contract::TASK_HOOK_SAVED].map(|hook| module.exported_function(hook));
    let slot = |field| module.import(contract::BUILT_IN, field);
    let [get_0, set_0, get_1] = ["context_get_0", "context_set_0", "context_get_1"].map(slot);
    let wrapped = wrapped(module);

    for function in module.defined() {
        let in_hook = hooks.contains(&Some(function));
        module.change(function, |_, instr, _| {
            let instead = match instr.op {
                Op::Call(called) if Some(called) == get_0 => Some(Instruction::GlobalGet(stack_pointer)),
                Op::Call(called) if Some(called) == set_0 => Some(Instruction::GlobalSet(stack_pointer)),
                Op::Call(called) => wrapped.get(&called).map(|wrapper| Instruction::Call(*wrapper)),
                Op::GlobalGet(global) if global == stack_pointer && in_hook => Some(Instruction::I32Const(stack_top)),
                Op::GlobalSet(global) if global == stack_pointer => set_stack_pointer.map(Instruction::Call),
                Op::GlobalGet(global) if Some(global) == tls_base && !in_hook => get_1.map(Instruction::Call),
                _ => None,
            };
            Ok(instead.map(Change::to))
        })?;
    }
    let first = module.defined().end;
    let types = module.function_types();
    for import in wrapped.keys() {
        let ty = module.types.get(types[*import as usize] as usize).context("an import's type is not there")?.clone();
        module.add(wrapper(ty, *import, stack_pointer))?;
    }
    module.names.add(first, wrapped.len(), contract::AROUND_IMPORT);
    if let Some(section) = module.section(SectionId::Global) {
        let mut changed = GlobalSection::new();
        for (index, global) in (0..).zip(GlobalSectionReader::new(BinaryReader::new(section, 0))?) {
            let global = global?;
            let mut ty = RoundtripReencoder.global_type(global.ty)?;
            ty.mutable |= index == stack_pointer;
            changed.global(ty, &RoundtripReencoder.const_expr(global.init_expr)?);
        }
        module.set_section(SectionId::Global, contents(&changed)?);
    }
    // What is called by way of the table.
    if let Some(section) = module.section(SectionId::Element) {
        let mut changed = ElementSection::new();
        let old = ElementSectionReader::new(BinaryReader::new(section, 0))?;
        ThroughWrappers(&wrapped).parse_element_section(&mut changed, old)?;
        module.set_section(SectionId::Element, contents(&changed)?);
    }
    Ok(())
}

/// The imports that get a function around them, each with the index of that function.
fn wrapped(module: &Module<'_>) -> BTreeMap<u32, u32> {
    let may_switch = |import: &Import<'_>| {
        let field = import.field.trim_start_matches('[').trim_end_matches(']').replace('_', "-");
        !([contract::BUILT_IN, "$root"].contains(&&*import.module) && NEVER_SWITCH.contains(&&*field))
    };
    let imports = module.imported_functions().filter(|(_, import, _)| may_switch(import));
    imports.map(|(index, ..)| index).zip(module.defined().end..).collect()
}

/// `(func (param ...) (result ...))` that calls the import and gives the stack pointer back its value.
fn wrapper(ty: FuncType, import: u32, stack_pointer: u32) -> Added {
    let kept = ty.params().len() as u32;
    let mut body = vec![Instruction::GlobalGet(stack_pointer), Instruction::LocalSet(kept)];
    body.extend((0..kept).map(Instruction::LocalGet));
    body.extend([
        Instruction::Call(import),
        Instruction::LocalGet(kept),
        Instruction::GlobalSet(stack_pointer),
        Instruction::End,
    ]);
    Added { ty, locals: vec![(1, ValType::I32)], body }
}

/// Names the functions around imports where imports are named.
struct ThroughWrappers<'a>(&'a BTreeMap<u32, u32>);

impl Reencode for ThroughWrappers<'_> {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, Error<Self::Error>> {
        Ok(self.0.get(&function).copied().unwrap_or(function))
    }
}
