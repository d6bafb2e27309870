//! From a linked core module to a component: the world, wit-component, validation.

use anyhow::{Context, Result, bail};
use wasm_encoder::{CustomSection, Encode, Section};
use wasmparser::{Encoding, Parser, Payload, Validator, WasmFeatures};
use wit_component::ComponentEncoder;

use crate::arguments::Strip;
use crate::contract;
use crate::world::{self, Kind};

/// Makes a component of a core module, and checks it.
///
/// # Errors
///
/// The module does not fit its world, or two worlds do not fit each other: the error names the functions.
pub fn component(module: &[u8], strip: Strip) -> Result<Vec<u8>> {
    let mut module = module.to_vec();
    let section = world::component_type(kind(&module)?)?;
    let section =
        CustomSection { name: format!("{}:std", contract::COMPONENT_TYPE).into(), data: section.as_slice().into() };
    module.push(section.id());
    section.encode(&mut module);

    let component = ComponentEncoder::default()
        .debug_names(strip < Strip::All)
        .module(&module)
        .and_then(|encoder| encoder.encode())
        .context("the linked module does not fit its world")?;
    Validator::new_with_features(WasmFeatures::all())
        .validate_all(&component)
        .context("the component that was made is not valid")?;
    Ok(component)
}

/// A module with the entry of a command is one; any other is a reactor.
fn kind(module: &[u8]) -> Result<Kind> {
    for payload in Parser::new(0).parse_all(module) {
        match payload.context("what wasm-ld wrote is not a module")? {
            Payload::Version { encoding: Encoding::Component, .. } => bail!("wasm-ld wrote a component"),
            Payload::ExportSection(exports) => {
                for export in exports {
                    if export?.name == contract::RUN {
                        return Ok(Kind::Command);
                    }
                }
            }
            _ => {}
        }
    }
    Ok(Kind::Reactor)
}
