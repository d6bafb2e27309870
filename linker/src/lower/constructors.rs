//! Static constructors run once, when the component is instantiated.
//!
//! Why: crates such as `inventory` and `ctor` put functions into `.init_array`, and wasm-ld collects them in
//! `__wasm_call_ctors`. If nothing calls that, wasm-ld makes *every* export call it, each time it is entered: right for
//! a program with one entry, wrong for a component, whose host enters `cabi_realloc` in the middle of everything. So
//! component-ld has wasm-ld export it, which turns those calls off, and this pass gives the export the name that
//! wit-component calls at instantiation, `_initialize`.
//!
//! Left alone: a module that calls its constructors itself (wit-bindgen's exports do, once), or has an `_initialize` of
//! its own. With no constructors the export goes.
//!
//! A program that begins at main is no such module, though bindings in it have exports, too: constructors run before main. They do so at
//! instantiation, and the calls in exports go.
//!
//! Delete when: wit-component calls `__wasm_call_ctors`, or wasm-ld makes an `_initialize` for modules without an
//! entry.

use anyhow::Result;
use wasmparser::{BinaryReader, FunctionBody, Operator};

use crate::contract;
use crate::module::{Change, Module, Op};
use crate::passes::Options;

pub(crate) fn rewrite(module: &mut Module<'_>, options: &Options<'_>) -> Result<()> {
    let Some(constructors) = module.exported_function(contract::CALL_CONSTRUCTORS) else { return Ok(()) };
    let is_empty = is_empty(module, constructors)?;
    let mut callers = Vec::new();
    if !is_empty {
        module.decode()?;
        let calls =
            |index: &u32| module.function(*index).is_some_and(|function| function.callees.contains(&constructors));
        callers = module.defined().filter(calls).collect();
    }
    // A program that begins at main calls nothing first.
    let begins_at_main = module.has_export(options.platform.run());
    let host_calls = !is_empty && (callers.is_empty() || begins_at_main) && !module.has_export(contract::INITIALIZE);
    if host_calls {
        for caller in callers {
            module.change(caller, |_, instr, _| {
                let is_call = instr.op == Op::Call(constructors);
                Ok(is_call.then(|| Change { instead: Some(Vec::new()), ..Change::default() }))
            })?;
        }
    }
    module.rename_exports(|name, index| match name {
        contract::CALL_CONSTRUCTORS => host_calls.then(|| (contract::INITIALIZE.to_owned(), index)),
        name => Some((name.to_owned(), index)),
    });
    Ok(())
}

/// Whether there are no constructors.
fn is_empty(module: &Module<'_>, constructors: u32) -> Result<bool> {
    let Some(function) = module.function(constructors) else { return Ok(false) };
    let body = FunctionBody::new(BinaryReader::new(function.linked(&module.arena), 0));
    Ok(matches!(body.get_operators_reader()?.read()?, Operator::End))
}
