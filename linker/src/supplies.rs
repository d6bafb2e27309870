//! Functions that the linker supplies, because what a program wants shows only when it is linked.
//!
//! Each is a stub in an object of ours, with which the program is linked once more (stubs.rs).

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{BlockType, Instruction, ValType};

use crate::bindings::Bindings;
use crate::contract;
use crate::coverage;
use crate::inputs::Inputs;
use crate::lower::component_types;
use crate::lower::entry;
use crate::module::{Import, Module};
use crate::signatures;
use crate::stubs::{Callee, IMPORT_SYMBOL, Signature, Step, Stub};

/// A function to be supplied.
#[derive(Clone, Debug)]
pub(crate) enum Supply {
    /// What a crate imports of WASI 0.1 under `symbol`: a call of the library's function for it.
    Wasi01 { symbol: String, target: String, signature: Signature },
    /// What bindings import under `symbol` to return from `run`: it ends the output first.
    TaskReturn { symbol: String, module: String, field: String, signature: Signature },
    /// [`contract::FINISHED_RUN`], around the function that is exported as `run`.
    FinishedRun { run: String },
    /// Between the canonical ABI and a function that is declared by a Rust signature.
    Adapter(Stub),
    /// [`contract::REALLOC`], by the symbols of Rust's allocator.
    Reallocate { allocate: String, reallocate: String },
}

/// The same is supplied under a symbol whenever it is asked for.
impl PartialEq for Supply {
    fn eq(&self, other: &Supply) -> bool {
        self.symbol() == other.symbol()
    }
}

impl Eq for Supply {}

impl Supply {
    fn symbol(&self) -> &str {
        match self {
            Supply::Wasi01 { symbol, .. } | Supply::TaskReturn { symbol, .. } => symbol,
            Supply::FinishedRun { .. } => contract::FINISHED_RUN,
            Supply::Adapter(stub) => &stub.symbol,
            Supply::Reallocate { .. } => contract::REALLOC,
        }
    }

    /// Everything that a module as wasm-ld has left it is to be supplied with.
    ///
    /// # Errors
    ///
    /// It is not a module, or its bindings cannot be read.
    pub(crate) fn of(module: &Module<'_>, inputs: &Inputs) -> Result<Vec<Supply>> {
        let mut all = wasi_0_1(module, inputs)?;
        all.extend(end_of_output(module, inputs)?);
        all.extend(reallocation(module, inputs)?);
        all.extend(signatures::adapters(module, inputs)?.into_iter().map(Supply::Adapter));
        Ok(all)
    }

    /// What is linked for it.
    pub(crate) fn stub(&self) -> Stub {
        match self {
            Supply::Wasi01 { symbol, target, signature } => {
                let mut body = handed_on(signature);
                body.push(Step::Call(Callee::Symbol(target.clone()), signature.clone()));
                Stub { symbol: symbol.clone(), signature: signature.clone(), locals: Vec::new(), body }
            }
            Supply::TaskReturn { symbol, module, field, signature } => {
                let mut body = vec![end_output()];
                body.extend(handed_on(signature));
                body.push(Step::Call(Callee::Import(module.clone(), field.clone()), signature.clone()));
                Stub { symbol: symbol.clone(), signature: signature.clone(), locals: Vec::new(), body }
            }
            Supply::FinishedRun { run } => Stub {
                symbol: contract::FINISHED_RUN.to_owned(),
                signature: Signature::of_i32(0, 1),
                locals: Vec::new(),
                body: vec![Step::Call(Callee::Symbol(run.clone()), Signature::of_i32(0, 1)), end_output()],
            },
            Supply::Adapter(stub) => stub.clone(),
            Supply::Reallocate { allocate, reallocate } => Stub {
                symbol: contract::REALLOC.to_owned(),
                signature: Signature::of_i32(4, 1),
                locals: vec![ValType::I32],
                body: reallocate_body(allocate, reallocate),
            },
        }
    }

    /// Whether it is to be exported, and under which name.
    pub(crate) fn export(&self) -> Option<&str> {
        match self {
            Supply::Wasi01 { .. } | Supply::TaskReturn { .. } => None,
            Supply::FinishedRun { .. } => Some(contract::FINISHED_RUN),
            Supply::Adapter(stub) => {
                Some(stub.symbol.as_str()).filter(|symbol| symbol.starts_with(contract::signatures::LIFT))
            }
            Supply::Reallocate { .. } => Some(contract::REALLOC),
        }
    }
}

fn end_output() -> Step {
    Step::Call(Callee::Symbol(contract::END_OUTPUT.to_owned()), Signature::default())
}

/// Every parameter, onto the stack.
fn handed_on(signature: &Signature) -> Vec<Step> {
    (0..).zip(&signature.params).map(|(parameter, _)| Step::Do(Instruction::LocalGet(parameter))).collect()
}

/// `(old, old_size, align, new_size) -> pointer`, as the canonical ABI asks for it. What cannot be had is a trap: there is nobody to tell.
fn reallocate_body(allocate: &str, reallocate: &str) -> Vec<Step> {
    let [old, old_size, align, new_size, block] = [0, 1, 2, 3, 4];
    let get = |local| Step::Do(Instruction::LocalGet(local));
    vec![
        // Nothing is a pointer that is aligned and not null.
        get(new_size),
        Step::Do(Instruction::I32Eqz),
        Step::Do(Instruction::If(BlockType::Empty)),
        get(align),
        Step::Do(Instruction::Return),
        Step::Do(Instruction::End),
        get(old_size),
        Step::Do(Instruction::If(BlockType::Result(ValType::I32))),
        get(old),
        get(old_size),
        get(align),
        get(new_size),
        Step::Call(Callee::Symbol(reallocate.to_owned()), Signature::of_i32(4, 1)),
        Step::Do(Instruction::Else),
        get(new_size),
        get(align),
        Step::Call(Callee::Symbol(allocate.to_owned()), Signature::of_i32(2, 1)),
        Step::Do(Instruction::End),
        Step::Do(Instruction::LocalTee(block)),
        Step::Do(Instruction::I32Eqz),
        Step::Do(Instruction::If(BlockType::Empty)),
        Step::Do(Instruction::Unreachable),
        Step::Do(Instruction::End),
        get(block),
    ]
}

/// The imports of WASI 0.1 that the library serves, by every symbol they are known by.
fn wasi_0_1(module: &Module<'_>, inputs: &Inputs) -> Result<Vec<Supply>> {
    let wanted = |import: &Import<'_>| import.module == contract::WASI_0_1;
    if !module.imported_functions().any(|(_, import, _)| wanted(import)) {
        return Ok(Vec::new());
    }
    let served = inputs.defined(contract::WASI_0_1_SERVED);
    let mut all = Vec::new();
    for (index, import, ty) in module.imported_functions().filter(|(_, import, _)| wanted(import)) {
        let target = format!("{}{}", contract::WASI_0_1_SERVED, import.field);
        if !served.contains(&target) {
            continue;
        }
        let signature = signature(module, ty)?;
        for symbol in symbols(module, index, import, inputs) {
            all.push(Supply::Wasi01 { symbol, target: target.clone(), signature: signature.clone() });
        }
    }
    Ok(all)
}

/// What ends std's output before a `run` of bindings returns, with which a profile is written. Nothing if the program writes neither, or has no std.
fn end_of_output(module: &Module<'_>, inputs: &Inputs) -> Result<Vec<Supply>> {
    let mut all = Vec::new();
    let writes = module.imported_functions().any(|(_, import, _)| import.module.starts_with(contract::STDOUT))
        || coverage::is_instrumented(module);
    if !writes || module.has_export(contract::MAIN) {
        return Ok(all);
    }
    for (index, import, ty) in module.imported_functions() {
        let interface = import.module.strip_prefix("[export]").unwrap_or_default();
        if import.field == "[task-return]run" && entry::is_run_interface(interface) {
            let signature = signature(module, ty)?;
            for symbol in symbols(module, index, import, inputs) {
                let (module, field) = (import.module.to_string(), import.field.to_string());
                all.push(Supply::TaskReturn { symbol, module, field, signature: signature.clone() });
            }
        }
    }
    // One that bindings of C export is defined under another symbol, and goes without.
    let run = module.exports().iter().map(|export| &*export.name).find(|export| entry::is_sync_run(export));
    if let Some(run) = run.filter(|run| inputs.defined(run).contains(*run)) {
        all.push(Supply::FinishedRun { run: run.to_owned() });
    }
    if !all.is_empty() && !inputs.defined(contract::END_OUTPUT).contains(contract::END_OUTPUT) {
        all.clear();
    }
    Ok(all)
}

/// An allocator for what the host passes in, if bindings want one, nobody defines it, and there is an allocator to build on.
fn reallocation(module: &Module<'_>, inputs: &Inputs) -> Result<Option<Supply>> {
    // Where std's own is, its other one is, too: the next link exports that.
    let has_one = [contract::REALLOC, contract::REALLOC_OWN].iter().any(|name| module.has_export(name));
    if has_one {
        return Ok(None);
    }
    if !pass_memory(module, inputs) {
        return Ok(None);
    }
    Ok(inputs.allocator().map(|(allocate, reallocate)| Supply::Reallocate { allocate, reallocate }))
}

/// Whether bindings pass anything that lies in memory. Those that cannot be read may: that is an error later on.
pub(crate) fn pass_memory(module: &Module<'_>, inputs: &Inputs) -> bool {
    if signatures::pass_memory(module, inputs) {
        return true;
    }
    let bindings = || {
        let mut apart = Module::parse(module.arena.linked)?;
        component_types::split_apart(&mut apart);
        Bindings::of(&apart, inputs)
    };
    module.has_component_types() && bindings().map_or(true, |bindings| bindings.iter().any(Bindings::pass_memory))
}

fn signature(module: &Module<'_>, ty: u32) -> Result<Signature> {
    let ty = module.types.get(ty as usize).context("an import's type is not there")?;
    Ok(Signature {
        params: ty.params().iter().map(|ty| RoundtripReencoder.val_type(*ty)).collect::<Result<_, _>>()?,
        results: ty.results().iter().map(|ty| RoundtripReencoder.val_type(*ty)).collect::<Result<_, _>>()?,
    })
}

/// The symbols under which objects know an import: those of the objects, and the one that wasm-ld has kept. That is all there is to see of an
/// object in LLVM's own format, and if several know the import, the others show in the next link.
pub(crate) fn symbols(module: &Module<'_>, index: u32, import: &Import<'_>, inputs: &Inputs) -> BTreeSet<String> {
    let mut symbols = inputs.symbols_of_import(&import.module, &import.field);
    let names = module.names.functions().iter().filter(|(named, _)| *named == index);
    symbols.extend(names.map(|(_, name)| (*name).to_owned()).filter(|name| !name.starts_with(IMPORT_SYMBOL)));
    symbols
}
