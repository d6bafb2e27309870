//! Where a program begins: at std's main, at a `run` that bindings export, or at libtest's main.
//!
//! Why: `wasi:cli/run` can be exported once, and a program may bring it twice. A binary has a main function because rustc wants one, and
//! bindings export `run` because that is how asynchronous programs for WASI 0.3 are written; then the bindings' `run` is the program, and
//! main gives way. A test binary of such a crate has the same two, and there libtest's main is the program. What gives way is not exported,
//! so that wasm-ld collects it and what only it used.
//!
//! On the web it is the same with the world's own `run`.
//!
//! rustc's main shim has a symbol of its own ([`contract::MAIN`]), and gets the name of the export here: bindings may define a function under that name.
//!
//! Delete when: rustc can be told that a program has another entry than main.

use std::collections::BTreeSet;

use anyhow::Result;
use wasm_encoder::SectionId;
use wasmparser::{BinaryReader, DataSectionReader};

use crate::contract;
use crate::module::Module;
use crate::passes::Options;
use crate::platform::Platform;

/// The exports that give way: none if the program has one entry.
pub(crate) fn left_out(module: &Module<'_>, platform: Platform) -> Result<BTreeSet<String>> {
    let exports = module.exports().iter().map(|export| &*export.name);
    let of_bindings: BTreeSet<String> = exports.filter(|name| is_of_run(name, platform)).map(str::to_owned).collect();
    if of_bindings.is_empty() || !module.has_export(contract::MAIN) {
        return Ok(BTreeSet::new());
    }
    Ok(if has_tests(module)? { of_bindings } else { [contract::MAIN.to_owned()].into() })
}

/// Gives what is exported the names that wit-component knows, and leaves out what gives way if wasm-ld has not.
pub(crate) fn rewrite(module: &mut Module<'_>, options: &Options<'_>) -> Result<()> {
    let finished = module.exported_function(contract::FINISHED_RUN);
    if finished.is_none() && !module.has_export(contract::MAIN) {
        return Ok(());
    }
    let left_out = left_out(module, options.platform)?;
    module.rename_exports(|name, index| {
        let index = finished.filter(|_| is_sync_run(name)).unwrap_or(index);
        match name {
            name if left_out.contains(name) => None,
            contract::FINISHED_RUN => None,
            contract::MAIN => Some((options.platform.run().to_owned(), index)),
            name => Some((name.to_owned(), index)),
        }
    });
    Ok(())
}

/// Whether a core export is a `run` of the platform, of WASI 0.3 for instance, or belongs to one.
pub(crate) fn is_of_run(export: &str, platform: Platform) -> bool {
    let name = export.strip_prefix("[callback]").or(export.strip_prefix("cabi_post_")).unwrap_or(export);
    let name = name.strip_prefix("[async-lift]").or(name.strip_prefix("[async-lift-stackful]")).unwrap_or(name);
    platform.is_sync_run(name)
}

/// Whether a core export is a `run` of WASI 0.3, lifted synchronously.
pub(crate) fn is_sync_run(export: &str) -> bool {
    export.strip_suffix("#run").is_some_and(is_run_interface)
}

/// Whether an interface is `wasi:cli/run` of a version that a host takes for 0.3.0.
pub(crate) fn is_run_interface(interface: &str) -> bool {
    interface
        .strip_prefix(contract::RUN_INTERFACE)
        .and_then(|version| version.strip_prefix("@0.3."))
        .is_some_and(|patch| !patch.is_empty() && patch.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether the main function is libtest's.
fn has_tests(module: &Module<'_>) -> Result<bool> {
    let Some(data) = module.section(SectionId::Data) else { return Ok(false) };
    for segment in DataSectionReader::new(BinaryReader::new(data, 0))? {
        if segment?.data.windows(contract::TESTS.len()).any(|bytes| bytes == contract::TESTS) {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lift_of_a_compatible_run_is_known() {
        for name in [
            "wasi:cli/run@0.3.0#run",
            "[async-lift]wasi:cli/run@0.3.2#run",
            "[callback][async-lift]wasi:cli/run@0.3.10#run",
            "[async-lift-stackful]wasi:cli/run@0.3.0#run",
        ] {
            assert!(is_of_run(name, Platform::Wasi), "{name}");
        }
        for name in ["wasi:cli/run@0.2.6#run", "wasi:cli/run@0.3.0-rc-2025-09-16#run", "a:b/run@0.3.0#run", "run"] {
            assert!(!is_of_run(name, Platform::Wasi), "{name}");
        }
        assert!(is_of_run("[async-lift]run", Platform::Web));
        assert!(!is_of_run("wasi:cli/run@0.3.0#run", Platform::Web), "a page calls another `run`");
    }
}
