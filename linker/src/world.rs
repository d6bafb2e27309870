//! The world of a program: which interfaces std may import, and what a command exports.
//!
//! Here because std's objects carry no component types. wit-component drops every import the module does not use, so
//! that the world may be as wide as WASI 0.3.0 and a program's component still imports only what it calls. What users'
//! own bindings add is merged in encode.rs.

use anyhow::{Context, Result};
use wit_component::StringEncoding;
use wit_parser::Resolve;

/// What kind of component a module becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A program with a `main`: exports `wasi:cli/run`.
    Command,
    /// A library of exports (`crate-type = ["cdylib"]`): exports what the component types of its bindings say, may be
    /// nothing.
    Reactor,
}

impl Kind {
    /// The world of WASI 0.3.0 for this kind, by its name in package `wasi:cli`.
    fn world(self) -> &'static str {
        match self {
            Kind::Command => "command",
            Kind::Reactor => "imports",
        }
    }
}

/// The contents of a `component-type` section that describes what std brings to a component of this kind.
///
/// # Errors
///
/// None in a build whose tests pass: it is made from constants.
pub(crate) fn component_type(kind: Kind) -> Result<Vec<u8>> {
    let resolve: Resolve = wasi_wit::wasi();
    let cli = resolve
        .packages
        .iter()
        .find(|(_, package)| package.name.namespace == "wasi" && package.name.name == "cli")
        .map(|(id, _)| id)
        .context("WASI's WIT has no package wasi:cli")?;
    let world = resolve.select_world(&[cli], Some(kind.world()))?;
    wit_component::metadata::encode(&resolve, world, StringEncoding::UTF8, None, false)
        .with_context(|| format!("the world wasi:cli/{} cannot be encoded", kind.world()))
}
