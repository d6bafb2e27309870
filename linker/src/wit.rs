//! The WIT of a component, as text, for those who bind to it: `--wit=FILE`.
//!
//! A component says what its types are, and not what their authors have written about them, which stands in the program's signatures.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use wit_component::WitPrinter;
use wit_parser::{Docs, Interface, Resolve, TypeDefKind, TypeId};

/// The text: the component's world, and the packages it knows. `described` is what its program declares, with documentation.
///
/// # Errors
///
/// None is known.
pub(crate) fn of(component: &[u8], described: Option<&Resolve>) -> Result<String> {
    let decoded = wit_component::decode(component).context("the component's types cannot be read")?;
    let (mut resolve, package) = (decoded.resolve().clone(), decoded.package());
    let mut known = BTreeMap::new();
    if let Some(resolve) = described {
        for (id, interface) in resolve.interfaces.iter() {
            if let Some(name) = resolve.id_of(id) {
                known.insert(name, (resolve, interface));
            }
        }
    }
    let all: Vec<_> = resolve.interfaces.iter().map(|(id, _)| id).collect();
    for id in all {
        if let Some((from, interface)) = resolve.id_of(id).and_then(|name| known.get(&name)) {
            document(&mut resolve, id, from, interface);
        }
    }
    for (_, world) in described.iter().flat_map(|resolve| resolve.worlds.iter()) {
        for items in [&world.imports, &world.exports] {
            for (key, item) in items {
                let wit_parser::WorldItem::Function(from) = item else { continue };
                for (_, world) in resolve.worlds.iter_mut() {
                    for items in [&mut world.imports, &mut world.exports] {
                        if let Some(wit_parser::WorldItem::Function(function)) = items.get_mut(key) {
                            function.docs = from.docs.clone();
                        }
                    }
                }
            }
        }
    }
    let nested: Vec<_> = resolve.packages.iter().map(|(id, _)| id).filter(|id| *id != package).collect();
    let mut printer = WitPrinter::default();
    printer.print(&resolve, package, &nested).context("the component's types cannot be written as WIT")?;
    Ok(printer.output.to_string())
}

/// Gives an interface the documentation of another of its name.
fn document(resolve: &mut Resolve, to: wit_parser::InterfaceId, from: &Resolve, interface: &Interface) {
    resolve.interfaces[to].docs = interface.docs.clone();
    for (name, function) in &mut resolve.interfaces[to].functions {
        if let Some(other) = interface.functions.get(name) {
            function.docs = other.docs.clone();
        }
    }
    let types: Vec<(TypeId, TypeId)> =
        resolve.interfaces[to].types.iter().filter_map(|(name, id)| Some((*id, *interface.types.get(name)?))).collect();
    for (to, other) in types {
        let other = &from.types[other];
        let ty = &mut resolve.types[to];
        ty.docs = other.docs.clone();
        let parts = docs_of(&other.kind);
        let to: Vec<&mut Docs> = match &mut ty.kind {
            TypeDefKind::Record(record) => record.fields.iter_mut().map(|field| &mut field.docs).collect(),
            TypeDefKind::Variant(variant) => variant.cases.iter_mut().map(|case| &mut case.docs).collect(),
            TypeDefKind::Enum(cases) => cases.cases.iter_mut().map(|case| &mut case.docs).collect(),
            TypeDefKind::Flags(flags) => flags.flags.iter_mut().map(|flag| &mut flag.docs).collect(),
            _ => Vec::new(),
        };
        to.into_iter().zip(parts).for_each(|(to, from)| *to = from.clone());
    }
}

/// The documentation of fields, cases or flags.
fn docs_of(kind: &TypeDefKind) -> Vec<&Docs> {
    match kind {
        TypeDefKind::Record(record) => record.fields.iter().map(|field| &field.docs).collect(),
        TypeDefKind::Variant(variant) => variant.cases.iter().map(|case| &case.docs).collect(),
        TypeDefKind::Enum(cases) => cases.cases.iter().map(|case| &case.docs).collect(),
        TypeDefKind::Flags(flags) => flags.flags.iter().map(|flag| &flag.docs).collect(),
        _ => Vec::new(),
    }
}
