//! Functions that Rust signatures declare become those of the component: their text becomes a component type, and exports get their names.
//!
//! Why: rustc knows neither component types nor the canonical ABI. `crate::signatures` makes the types, and has had the functions linked that
//! stand between.
//!
//! Delete when: rustc makes component types of signatures.

use anyhow::Result;

use crate::contract::signatures::{EXPORT, LIFT, SECTION};
use crate::module::Module;
use crate::passes::Options;
use crate::signatures;

/// Its name is that of bindings' component types.
const COMPONENT_TYPE: &str = "component-type:signatures";

pub(crate) fn rewrite(module: &mut Module<'_>, options: &Options<'_>) -> Result<()> {
    let Some(declared) = signatures::declared(module, options.inputs)? else { return Ok(()) };
    module.add_custom_section(COMPONENT_TYPE, &declared.encode()?);
    module.replace_custom_sections(|name, _| (name == SECTION).then(Vec::new));
    module.rename_exports(|name, index| {
        let is_own = name.starts_with(EXPORT);
        (!is_own).then(|| (name.strip_prefix(LIFT).unwrap_or(name).to_owned(), index))
    });
    Ok(())
}
