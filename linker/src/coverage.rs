//! The core module of a program that is instrumented for coverage stays beside the component.
//!
//! Why: `llvm-cov` finds in it which counter belongs to which lines, and reads no components. The sections that tell it are there only in
//! programs compiled with `-Cinstrument-coverage`.
//!
//! Delete when: `llvm-cov` reads components.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::module::Module;

/// What the core module's file has in place of the component's extension: `hello.core.wasm` beside `hello.wasm`.
pub const CORE_MODULE_EXTENSION: &str = "core.wasm";

/// LLVM's section of the files whose lines are counted.
const MAP: &str = "__llvm_covmap";

/// Keeps the module beside the output, if it is instrumented and the output is a file.
pub(crate) fn keep(module: &Module<'_>, output: &Path) -> Result<()> {
    // Beside a device there is nobody to look for it.
    if is_instrumented(module) && (output.is_file() || !output.exists()) {
        let file = output.with_extension(CORE_MODULE_EXTENSION);
        fs::write(&file, module.arena.linked).with_context(|| format!("{} cannot be written", file.display()))?;
    }
    Ok(())
}

/// Whether a program counts what runs of it, and so has a profile to write.
pub(crate) fn is_instrumented(module: &Module<'_>) -> bool {
    module.custom_sections().any(|(name, _)| name == MAP)
}
