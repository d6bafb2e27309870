//! The linker of the wasm32 component targets: wasm-ld, then rewriting passes, then a component.
//!
//! rustc calls `component-ld` as it would call wasm-ld. One call goes through here from top to bottom:
//!
//! ```text
//! arguments   the command line: ours, and what is wasm-ld's
//! lld         wasm-ld links a core module, into a directory beside the output
//! explain     (when that fails) which crate wanted what is not there
//! rewrite     passes over the core module
//! encode      the module's world, wit-component, validation
//! output      renamed into place, whole or not at all
//! ```
//!
//! It knows neither std nor the runtime: each name it shares with them stands in [`contract`].

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;
use std::{env, fs, io::Write};

use anyhow::{Context, Result};

use arguments::{Arguments, Artifact};
use lld::WasmLd;

pub mod arguments;
pub mod contract;
pub mod encode;
pub mod lld;
pub mod world;

/// Links as this process's own command line says, with errors to stderr.
#[must_use]
pub fn main() -> ExitCode {
    match link(env::args_os().skip(1)) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("component-ld: error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Links as the command line (without the program's name) says.
///
/// # Errors
///
/// Everything that leaves no output file behind; wasm-ld's own messages have gone to stderr by then.
pub fn link(command_line: impl IntoIterator<Item = OsString>) -> Result<ExitCode> {
    let arguments = Arguments::parse(command_line)?;
    let wasm_ld = WasmLd::find(arguments.wasm_ld.as_deref())?;
    // Beside the output, so that the last step is a rename within one file system.
    let directory = match arguments.output.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    let scratch = tempfile::Builder::new()
        .prefix(".component-ld-")
        .tempdir_in(directory)
        .with_context(|| format!("the directory of the output, {}, cannot be written to", directory.display()))?;

    let module = scratch.path().join("module.wasm");
    let mut forwarded = arguments.forwarded.clone();
    forwarded.extend(["-o".into(), module.clone().into()]);
    forwarded.push(format!("--export-if-defined={}", contract::REALLOC).into());
    let linked = wasm_ld.run(&forwarded, scratch.path())?;
    std::io::stdout().write_all(&linked.stdout)?;
    std::io::stderr().write_all(&linked.stderr)?;
    if !linked.status.success() {
        return Ok(ExitCode::from(linked.status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1)));
    }

    let result = match arguments.artifact {
        Artifact::Component => {
            let bytes = fs::read(&module).with_context(|| format!("{} cannot be read", module.display()))?;
            let component = encode::component(&bytes, arguments.strip)
                .with_context(|| format!("{} cannot be made a component", arguments.output.display()))?;
            let file = scratch.path().join("component.wasm");
            fs::write(&file, component).with_context(|| format!("{} cannot be written", file.display()))?;
            // wasm-ld has set the mode an executable gets here.
            fs::set_permissions(&file, fs::metadata(&module)?.permissions())?;
            file
        }
        Artifact::CoreModule | Artifact::Untouched => module,
    };
    fs::rename(&result, &arguments.output)
        .with_context(|| format!("{} cannot be put in place", arguments.output.display()))?;
    Ok(ExitCode::SUCCESS)
}
