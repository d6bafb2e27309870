//! A component on its way from the file to code that can be instantiated.
//!
//! Here because every way in which a file can be the wrong one gets its own refusal, before anything of it runs.

use crate::baseline;
use crate::cache::Cache;
use crate::compiling;
use crate::engine::{self, Kind};
use crate::host::{self, Host};
use crate::interrupt;
use crate::invoke::Invocation;
use crate::refusal::Refusal;
use crate::schedule;
use crate::setup::Features;
use std::any::Any;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use wasmtime::Engine;
use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Component, ComponentExportIndex, InstancePre, Linker, Type};

/// The interface that a command exports.
const RUN: &str = "wasi:cli/run@0.3.0";

/// The first bytes of a core module and of a component: the magic number, the version, the layer.
const CORE_MODULE: &[u8] = b"\0asm\x01\0\0\0";
const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";

/// Whose time the guest sees.
#[derive(Clone, Copy)]
pub(crate) enum Clocks {
    /// The system's.
    Real,
    /// That of a schedule by seed.
    MadeUp,
}

/// A component that only waits to be instantiated.
pub(crate) struct Command {
    /// The engine its code was compiled for.
    pub(crate) engine: Engine,
    /// What it was compiled from.
    pub(crate) binary: Vec<u8>,
    /// The component with its imports resolved.
    pub(crate) instance: InstancePre<Host>,
    /// What is called.
    pub(crate) entry: Entry,
    code_map: OnceLock<Option<Arc<dyn Any + Send + Sync>>>,
}

/// What of a component is called.
pub(crate) enum Entry {
    /// The `run` of a command: where it is among the exports.
    Run(ComponentExportIndex),
    /// A function that somebody names.
    Function(Invocation),
}

impl Command {
    /// Reads, compiles (or takes from the cache) and resolves the component in `file`. `call` is to be called; if there is
    /// none, `run` is.
    pub(crate) fn load(
        file: &Path,
        call: Option<&str>,
        kind: Kind,
        cache: &Cache,
        clocks: Clocks,
    ) -> Result<Self, Refusal> {
        let binary = std::fs::read(file).map_err(|cause| Refusal::Unreadable { file: file.to_owned(), cause })?;
        if binary.starts_with(CORE_MODULE) {
            return Err(Refusal::CoreModule { file: file.to_owned() });
        }
        if !binary.starts_with(COMPONENT) {
            return Err(Refusal::NotWasm { file: file.to_owned() });
        }
        let engine = engine::engine(kind).map_err(|error| {
            let refusal = || Refusal::Host { cause: format!("wasmtime cannot start: {error:#}") };
            Refusal::no_memory(&error).unwrap_or_else(refusal)
        })?;
        let component = cache
            .component(&engine, &binary)
            .map_err(|error| refusal(file, &error, || explain(&error, &binary, kind)))?;
        let imports = missing(&engine, &component);
        if !imports.is_empty() {
            return Err(Refusal::MissingImports { file: file.to_owned(), imports });
        }
        let entry = match call {
            Some(call) => Entry::Function(Invocation::of(call, &component, &engine, file)?),
            None => Entry::Run(run(&component, file)?),
        };
        let mut linker = Linker::new(&engine);
        let instance = host::add_to_linker(&mut linker)
            .and_then(|()| match clocks {
                Clocks::Real => Ok(()),
                Clocks::MadeUp => schedule::add_to_linker(&mut linker),
            })
            .and_then(|()| linker.instantiate_pre(&component))
            .map_err(|error| refusal(file, &error, || format!("{error:#}")))?;
        Ok(Self { engine, binary, instance, entry, code_map: OnceLock::new() })
    }

    /// What has to be known of it to interrupt it.
    pub(crate) fn code_map(&self) -> Option<&Arc<dyn Any + Send + Sync>> {
        let code_map = || interrupt::mechanism().code_map(&self.engine, self.instance.component());
        self.code_map.get_or_init(code_map).as_ref()
    }
}

/// Where the `run` of a command is.
fn run(component: &Component, file: &Path) -> Result<ComponentExportIndex, Refusal> {
    let (kind, run) = component
        .get_export_index(None, RUN)
        .and_then(|interface| component.get_export(Some(&interface), "run"))
        .ok_or_else(|| Refusal::NoRun { file: file.to_owned() })?;
    if is_run(&kind) { Ok(run) } else { Err(Refusal::OtherRun { file: file.to_owned() }) }
}

/// Is this a function that takes nothing and gives a result without values? The host asks no more of `run`: whether it is `async` is between
/// the guest and its lift.
fn is_run(item: &ComponentItem) -> bool {
    let ComponentItem::ComponentFunc(function) = item else { return false };
    let mut results = function.results();
    let is_result = |ty| matches!(ty, Type::Result(result) if result.ok().is_none() && result.err().is_none());
    function.params().len() == 0 && results.next().is_some_and(is_result) && results.next().is_none()
}

/// Why wasmtime does not take the component in `file`: its fault, unless the host had no memory.
fn refusal(file: &Path, error: &wasmtime::Error, cause: impl FnOnce() -> String) -> Refusal {
    Refusal::no_memory(error).unwrap_or_else(|| Refusal::Invalid { file: file.to_owned(), cause: cause() })
}

/// The imports that are none of ours, by name.
fn missing(engine: &Engine, component: &Component) -> Vec<String> {
    let ty = component.component_type();
    let imports = ty.imports(engine).filter(|(name, item)| !host::provides(name) && !has_types_only(&item.ty, engine));
    imports.map(|(name, _)| name.to_owned()).collect()
}

/// Whether an import is an interface that declares types and nothing else: nobody need provide it.
fn has_types_only(item: &ComponentItem, engine: &Engine) -> bool {
    let ComponentItem::ComponentInstance(instance) = item else { return false };
    let mut exports = instance.exports(engine).peekable();
    exports.peek().is_some() && exports.all(|(_, export)| matches!(export.ty, ComponentItem::Type(_)))
}

/// wasmtime's message, and what to do where the cause is a feature that is off: it would compile with all of them on.
fn explain(error: &wasmtime::Error, binary: &[u8], kind: Kind) -> String {
    let all = Kind { features: Features::All, ..kind };
    let compiles = |engine| compiling::together(|| Component::from_binary(&engine, binary)).is_ok();
    if kind.features == Features::Stock && engine::engine(all).is_ok_and(compiles) {
        return format!("{error:#}. {}", baseline::ADVICE);
    }
    format!("{error:#}")
}
