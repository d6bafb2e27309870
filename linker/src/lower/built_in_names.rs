//! Canonical built-ins that assembly imports get their real names.
//!
//! Why: `$root` and `[context-get-0]` cannot be written in assembly, and the functions that must not touch the stack
//! pointer of their own accord are assembly.
//!
//! Delete when: LLVM's assembler takes quoted names in `.import_module` and `.import_name`.

use anyhow::Result;

use crate::contract;
use crate::module::Module;
use crate::passes::Options;

/// Module name of the built-ins that belong to no interface.
const ROOT: &str = "$root";

pub(crate) fn rewrite(module: &mut Module<'_>, _: &Options<'_>) -> Result<()> {
    module.rename_imports(|module, name| (module == contract::BUILT_IN).then(|| (ROOT.to_owned(), field(name))));
    Ok(())
}

/// `context_get_0` is `[context-get-0]`.
fn field(name: &str) -> String {
    format!("[{}]", name.replace('_', "-"))
}
