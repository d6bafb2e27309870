//! A call of an exported function that a person types: `NAME(ARGUMENTS)`, with values in WAVE, and its result in WAVE.
//!
//! Here so that a library of exports can be tried without a host written for it. The name is a function's, or
//! `INTERFACE#FUNCTION` where several interfaces have one of that name. Left out: values that WAVE cannot write (resources,
//! streams, futures).

use crate::refusal::Refusal;
use std::path::Path;
use wasmtime::Engine;
use wasmtime::component::types::{ComponentFunc, ComponentItem};
use wasmtime::component::wasm_wave::untyped::UntypedFuncCall;
use wasmtime::component::wasm_wave::wasm::DisplayFuncResults;
use wasmtime::component::{Component, ComponentExportIndex, Val};

/// A function of a component, and what it is to be called with.
pub(crate) struct Invocation {
    pub(crate) function: ComponentExportIndex,
    pub(crate) arguments: Vec<Val>,
    /// How many values it gives: 0 or 1.
    pub(crate) results: usize,
}

impl Invocation {
    /// Finds the function that `call` names, and reads its arguments.
    pub(crate) fn of(call: &str, component: &Component, engine: &Engine, file: &Path) -> Result<Self, Refusal> {
        let wrong = |cause: String| Refusal::Call { call: call.to_owned(), cause };
        let (name, arguments) = call.split_once('(').unwrap_or((call, ")"));
        let name = name.trim();
        let exports = exports(component, engine);
        let means = |export: &&Export| name == export.function || name == export.qualified();
        let found: Vec<&Export> = exports.iter().filter(means).collect();
        let export = match found[..] {
            [export] => export,
            [] => {
                let functions = exports.iter().map(Export::shown).collect();
                return Err(Refusal::NoFunction { file: file.to_owned(), name: name.to_owned(), functions });
            }
            _ => {
                let names: Vec<String> = found.iter().map(|export| export.qualified()).collect();
                return Err(wrong(format!(
                    "several interfaces have a function of this name; say which: {}",
                    names.join(", ")
                )));
            }
        };
        // WAVE's grammar wants a plain name there.
        let plain = format!("f({arguments}");
        let untyped = UntypedFuncCall::parse(&plain)
            .map_err(|error| wrong(format!("{error}; write NAME(VALUE, ...), with values in WAVE")))?;
        let types: Vec<_> = export.ty.params().map(|(_, ty)| ty).collect();
        let arguments = untyped
            .to_wasm_params::<Val>(&types)
            .map_err(|error| wrong(format!("{error}; the function is {}", export.shown())))?;
        let missing = || wrong("the function cannot be found again".to_owned());
        let interface =
            export.interface.as_deref().map(|name| component.get_export_index(None, name).ok_or_else(missing));
        let interface = interface.transpose()?;
        let function = component.get_export_index(interface.as_ref(), &export.function).ok_or_else(missing)?;
        Ok(Self { function, arguments, results: export.ty.results().count() })
    }
}

/// What a call gave, in WAVE.
pub(crate) fn shown(results: &[Val]) -> String {
    DisplayFuncResults(results).to_string()
}

/// A function that a component exports.
struct Export {
    interface: Option<String>,
    function: String,
    ty: ComponentFunc,
}

impl Export {
    fn qualified(&self) -> String {
        match &self.interface {
            Some(interface) => format!("{interface}#{}", self.function),
            None => self.function.clone(),
        }
    }

    /// With its parameters.
    fn shown(&self) -> String {
        use wasmtime::component::wasm_wave::wasm::DisplayFunc;
        let ty = DisplayFunc(self.ty.clone()).to_string();
        format!("{}: {}", self.qualified(), ty)
    }
}

fn exports(component: &Component, engine: &Engine) -> Vec<Export> {
    let mut exports = Vec::new();
    for (name, item) in component.component_type().exports(engine) {
        match item.ty {
            ComponentItem::ComponentFunc(ty) => {
                exports.push(Export { interface: None, function: name.to_owned(), ty });
            }
            ComponentItem::ComponentInstance(instance) => {
                for (function, item) in instance.exports(engine) {
                    if let ComponentItem::ComponentFunc(ty) = item.ty {
                        exports.push(Export { interface: Some(name.to_owned()), function: function.to_owned(), ty });
                    }
                }
            }
            _ => {}
        }
    }
    exports
}
