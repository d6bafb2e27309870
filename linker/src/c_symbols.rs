//! Functions of a C library that somebody wants and the library serves.
//!
//! The library has each as `component_c_NAME` ([`contract::C_SERVED`]) in a crate of its own that std knows nothing of. wasm-ld says which names
//! nobody defines; for those a function of that name is linked that calls the library's, and the crate with it. So they are in nobody's way who
//! brings a `NAME` of his own, and a program that wants none is linked as if there were no such crate.
//!
//! The crate stands on others of the library, which are not there when the compiler has made one piece of all crates (`lto = true`). Then
//! it must be in that piece: the wrapper of rustc makes the crate `libc` depend on it (cli/src/wrapper.rs).

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use wasm_encoder::Instruction;

use crate::contract;
use crate::explain;
use crate::inputs::Inputs;
use crate::stubs::{Callee, Step, Stub};

/// What is linked for the names that wasm-ld has found undefined.
pub(crate) struct Found {
    /// Functions of those names.
    pub(crate) stubs: Vec<Stub>,
    /// The crate that they call, if it is not among the inputs.
    pub(crate) library: Option<PathBuf>,
}

/// What there is for the names that wasm-ld has found undefined, by what it wrote.
pub(crate) fn find(messages: &str, inputs: &Inputs) -> Found {
    let wanted: BTreeSet<&str> = explain::undefined_symbols(messages).collect();
    let mut found = Found { stubs: Vec::new(), library: None };
    if wanted.is_empty() {
        return found;
    }
    let mut served = inputs.functions(contract::C_SERVED);
    if served.is_empty() && inputs.has_crate(contract::C_STANDS_ON) {
        found.library = beside(inputs);
        served = Inputs::new(found.library.as_deref()).functions(contract::C_SERVED);
    }
    // Where all crates were made one piece, they are known by what is in it.
    let is_one_piece = !inputs.has_crate(contract::C_STANDS_ON);
    let among_threads = inputs.has_crate(contract::POLLS_AMONG_THREADS)
        || is_one_piece && inputs.mention_crate(contract::POLLS_AMONG_THREADS);
    let stub = |name: &str| {
        let own = match name {
            "poll" if among_threads => contract::C_POLL_AMONG_THREADS,
            _ => name,
        };
        let target = format!("{}{own}", contract::C_SERVED);
        let signature = served.get(&target)?.clone();
        let mut body: Vec<Step> =
            (0..).zip(&signature.params).map(|(parameter, _)| Step::Do(Instruction::LocalGet(parameter))).collect();
        body.push(Step::Call(Callee::Symbol(target), signature.clone()));
        Some(Stub { symbol: name.to_owned(), signature, locals: Vec::new(), body })
    };
    found.stubs = wanted.into_iter().filter_map(stub).collect();
    // Objects that tell a clock by its address, and want nothing else.
    if found.stubs.is_empty() && !wanted_data(messages) {
        found.library = None;
    }
    found
}

/// Whether the library has a function of this name, and it cannot be linked because all crates were made one piece without it.
pub(crate) fn is_out_of_reach(symbol: &str, inputs: &Inputs) -> bool {
    let served = || Inputs::new(beside(inputs).as_deref()).functions(contract::C_SERVED);
    !inputs.has_crate(contract::C_STANDS_ON) && served().contains_key(&format!("{}{symbol}", contract::C_SERVED))
}

/// Whether one of the undefined symbols is data that the crate defines under its own name.
fn wanted_data(messages: &str) -> bool {
    explain::undefined_symbols(messages).any(|symbol| contract::C_DATA.contains(&symbol))
}

/// The crate, where the library's other crates are.
fn beside(inputs: &Inputs) -> Option<PathBuf> {
    let file = |name: &str, path: &Path| {
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        file.strip_prefix("lib").is_some_and(|rest| rest.starts_with(name)) && file.ends_with(".rlib")
    };
    let folder = inputs.files().find(|path| file("compiler_builtins-", path))?.parent()?;
    fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path()).find(|path| file(contract::C_CRATE, path))
}
