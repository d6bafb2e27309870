//! The glue between a component and JavaScript: an ES module that lifts and lowers, and the component's core modules.
//!
//! js-component-bindgen writes it. Two things are changed in it: its timers are ours (host/timers.js), since those of browsers and of Node take
//! milliseconds to do nothing; and its scheduler, which looks every ten milliseconds whether a thread can go on, looks when something has happened.
//! Both are lines that must be there, so a bindgen that writes others is an error and no riddle.

use anyhow::{Context, Result, bail, ensure};
use js_component_bindgen::{InstantiationMode, TranspileOpts, generate_types, transpile};
use wit_component::DecodedWasm;

use crate::lean::{self, Lean};

/// What a component becomes.
pub struct Glue {
    /// Names and contents: `NAME.js`, `NAME.core.wasm` and its like, types.
    pub files: Vec<(String, Vec<u8>)>,
    /// Whether it is a program: one that exports `run` itself, or `wasi:cli/run`.
    pub entry: Option<Entry>,
    /// Whether the module is our own (`lean`).
    pub is_lean: bool,
    /// What it imports: functions of its world, and interfaces.
    pub imports: Vec<String>,
}

/// How a program begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// The world's own `run`.
    Run,
}

/// Makes it, with files of this name.
///
/// # Errors
/// The bytes are no component, or one that cannot be run by JavaScript.
pub fn make(component: &[u8], name: &str) -> Result<Glue> {
    ensure!(component.starts_with(b"\0asm"), "it is no WebAssembly");
    ensure!(
        !is_core_module(component),
        "it is a core module, not a component: link it with component-ld, or build it by `cargo p3`"
    );
    if let Some(lean) = lean::make(component, &format!("{name}.core.wasm")) {
        return made_lean(component, name, lean);
    }
    let options = TranspileOpts::builder()
        .name(name.to_owned())
        .instantiation_mode(InstantiationMode::Async)
        .supports_wasm_exnref(true)
        .build();
    let made = transpile(component, options).context("js-component-bindgen cannot make JavaScript of it")?;
    let mut files = made.files;
    let module = format!("{name}.js");
    for (file, text) in &mut files {
        if *file == module {
            let source = std::str::from_utf8(text).context("the generated module is not UTF-8")?;
            *text = changed(source)?.into_bytes();
        }
    }
    let entry = made.exports.iter().any(|(name, _)| name == "run").then_some(Entry::Run);
    Ok(Glue { files, entry, is_lean: false, imports: made.imports })
}

/// The same with glue of our own; the types are bindgen's.
fn made_lean(component: &[u8], name: &str, lean: Lean) -> Result<Glue> {
    let options = TranspileOpts::builder().name(name.to_owned()).instantiation_mode(InstantiationMode::Async).build();
    let mut files = vec![(format!("{name}.js"), lean.source.into_bytes()), (format!("{name}.core.wasm"), lean.module)];
    let DecodedWasm::Component(resolve, world) = wit_component::decode(component)? else {
        bail!("it is a package of WIT")
    };
    let imports = resolve.worlds[world].imports.keys().map(|key| resolve.name_world_key(key)).collect();
    files.extend(generate_types(name, resolve, world, options)?);
    Ok(Glue { files, entry: None, is_lean: true, imports })
}

fn is_core_module(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\0asm\x01\0\0\0")
}

/// Lines of the generated module, and what stands there instead.
const CHANGES: [(&str, &str); 3] = [
    // A thread has changed what another one waits for: the scheduler may be idle.
    ("if (this.#tickLoop !== null) { return; }\n", "if (this.#tickLoop !== null) { this.wakeTick?.(); return; }\n"),
    (
        "await new Promise((resolve) => setTimeout(resolve, delay));\n",
        "await new Promise((resolve) => { this.wakeTick = () => { this.wakeTick = null; setTimeout(resolve); }; setTimeout(resolve, delay); });\n\
         this.wakeTick = null;\n",
    ),
    // The first look is not put off.
    ("this.#tickLoop = null;\n        }, 10);\n", "this.#tickLoop = null;\n        }, 0);\n"),
];

fn changed(source: &str) -> Result<String> {
    let mut source = source.to_owned();
    // A component without async functions has no scheduler.
    if source.contains("async runTickLoop()") {
        for (line, instead) in CHANGES {
            if source.matches(line).count() != 1 {
                bail!(
                    "js-component-bindgen writes its scheduler in another way than this tool knows: `{}` is not there once",
                    line.trim()
                );
            }
            source = source.replace(line, instead);
        }
    }
    Ok(format!("import {{ setTimeout }} from './timers.js';\n{source}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_core_module_is_told_from_a_component() {
        let error = make(b"\0asm\x01\0\0\0", "x").err().unwrap();
        assert!(error.to_string().contains("core module"), "{error}");
        let error = make(b"nonsense", "x").err().unwrap();
        assert!(error.to_string().contains("no WebAssembly"), "{error}");
        let error = make(b"\0asm\x0d\0\x01\0nonsense", "x").err().unwrap();
        assert!(error.to_string().contains("cannot make JavaScript"), "{error}");
    }

    /// That bindgen writes these lines is seen by every program that runs (`cargo ci web`).
    #[test]
    fn a_scheduler_that_is_not_known_is_an_error() {
        let known: String = CHANGES.iter().map(|(line, _)| *line).collect();
        let made = changed(&format!("async runTickLoop() {{\n{known}")).unwrap();
        assert!(made.contains("this.wakeTick?.()") && made.starts_with("import { setTimeout }"), "{made}");
        let error = changed("async runTickLoop() { return; }").unwrap_err();
        assert!(error.to_string().contains("is not there once"), "{error}");
        assert!(changed("export function instantiate() {}").unwrap().ends_with("instantiate() {}"));
    }
}
