//! The component types that bindings carry: one world in each `component-type` section of a module.
//!
//! Here because wit-component merges these worlds without saying whose they were. Each is decoded by itself and held
//! against the others first, so that an error can name the crates and the functions.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use wasm_encoder::{CustomSection, Module};
use wasmparser::{Parser, Payload};
use wit_component::StringEncoding;
use wit_component::metadata::Bindgen;
use wit_parser::abi::AbiVariant;
use wit_parser::{Function, Resolve, Type, TypeDefKind, WorldItem};

use crate::contract;
use crate::inputs::Inputs;
use crate::platform::Platform;
use crate::versions::{self, Lowered};

/// A world and where it came from.
pub(crate) struct Bindings {
    /// The section it stood in; none if it is std's, which the linker brings itself.
    section: Option<String>,
    /// The world, its types, and which tools made it.
    decoded: Bindgen,
    /// What std stands on.
    platform: Platform,
}

impl Bindings {
    /// Every world a module carries, in order.
    ///
    /// # Errors
    ///
    /// A section that cannot be read: the error names the crate, the generator that wrote the section and what reads it
    /// here.
    pub(crate) fn of(module: &crate::module::Module<'_>, inputs: &Inputs) -> Result<Vec<Bindings>> {
        let sections = module.custom_sections().filter(|(name, _)| name.starts_with(contract::COMPONENT_TYPE));
        let read = sections.map(|(name, data)| {
            Bindings::decode(data, Some(name.to_owned())).with_context(|| {
                format!(
                    "the component type in {} cannot be read by the wit-component in this linker; it was written by {}. \
                     If that is newer, use bindings of a version this linker knows",
                    origin(name, inputs),
                    generator(data)
                )
            })
        });
        read.collect()
    }

    /// What std brings, out of the contents of its section.
    ///
    /// # Errors
    ///
    /// None in a build whose tests pass.
    pub(crate) fn of_std(data: &[u8], platform: Platform) -> Result<Bindings> {
        Ok(Bindings { platform, ..Bindings::decode(data, None)? })
    }

    fn decode(data: &[u8], section: Option<String>) -> Result<Bindings> {
        let name = section.as_deref().unwrap_or(contract::COMPONENT_TYPE);
        let mut alone = Module::new();
        alone.section(&CustomSection { name: name.into(), data: data.into() });
        let (_, decoded) = wit_component::metadata::decode(&alone.finish())?;
        Ok(Bindings { section, decoded, platform: Platform::Wasi })
    }

    /// Takes out of the world what it exports of interfaces that `is_unused` says yes to. Says if there was any.
    pub(crate) fn leave_out(&mut self, is_unused: impl Fn(&str) -> bool) -> bool {
        let exports = &self.decoded.resolve.worlds[self.decoded.world].exports;
        let unused: Vec<_> =
            exports.keys().filter(|key| is_unused(&self.decoded.resolve.name_world_key(key))).cloned().collect();
        for key in &unused {
            self.decoded.resolve.worlds[self.decoded.world].exports.shift_remove(key);
        }
        !unused.is_empty()
    }

    /// Has the world ask for no newer version of WASI than it must (versions.rs).
    pub(crate) fn lower<'a, Fields: Iterator<Item = &'a str>>(&mut self, fields: impl Fn(&str) -> Fields) -> Lowered {
        versions::lower(&mut self.decoded, fields)
    }

    /// The contents of a section for this world, which is one of several.
    ///
    /// # Errors
    ///
    /// None is known.
    pub(crate) fn encode(&mut self, number: usize) -> Result<Vec<u8>> {
        // All that were decoded have one name, and several of one name cannot be merged.
        self.decoded.resolve.worlds[self.decoded.world].name = format!("bindings{number}");
        wit_component::metadata::encode(
            &self.decoded.resolve,
            self.decoded.world,
            StringEncoding::UTF8,
            self.decoded.producers.as_ref(),
            false,
        )
    }

    /// What the user knows it by. Reads the inputs, so it is for messages only.
    pub(crate) fn origin(&self, inputs: &Inputs) -> String {
        match &self.section {
            Some(section) => origin(section, inputs),
            None => format!("std ({})", self.platform.name()),
        }
    }

    /// Every function the world imports or exports, as core modules name it: `wasi:cli/run@0.3.0#run`, or `f` if it
    /// stands in the world itself.
    pub(crate) fn functions(&self) -> impl Iterator<Item = (String, &Function)> {
        let world = &self.decoded.resolve.worlds[self.decoded.world];
        world.imports.iter().chain(&world.exports).flat_map(|(key, item)| match item {
            WorldItem::Interface { id, .. } => {
                let interface = self.decoded.resolve.name_world_key(key);
                let functions = &self.decoded.resolve.interfaces[*id].functions;
                functions.iter().map(|(name, function)| (format!("{interface}#{name}"), function)).collect()
            }
            WorldItem::Function(function) => vec![(function.name.clone(), function)],
            WorldItem::Type { .. } => Vec::new(),
        })
    }

    /// Whether a function of the world passes anything that lies in memory of whoever receives it: strings, lists, or more parameters than
    /// there are registers for.
    pub(crate) fn pass_memory(&self) -> bool {
        self.functions().any(|(_, function)| passes_memory(&self.decoded.resolve, function))
    }

    /// All that it describes.
    pub(crate) fn into_resolve(self) -> Resolve {
        self.decoded.resolve
    }

    /// The module names under which the world's imports are found, without versions.
    pub(crate) fn import_modules(&self) -> impl Iterator<Item = String> {
        self.decoded.resolve.worlds[self.decoded.world]
            .imports
            .keys()
            .map(|key| unversioned(&self.decoded.resolve.name_world_key(key)).to_owned())
    }
}

/// Whether a function passes anything that lies in memory of whoever receives it.
pub(crate) fn passes_memory(resolve: &Resolve, function: &Function) -> bool {
    let types = function.params.iter().map(|param| &param.ty).chain(&function.result);
    resolve.wasm_signature(AbiVariant::GuestExport, function).indirect_params
        || types.into_iter().any(|ty| lies_in_memory(resolve, ty))
}

/// Whether a value of the type is passed by way of memory that its receiver allocates.
pub(crate) fn lies_in_memory(resolve: &Resolve, ty: &Type) -> bool {
    let of = |ty: &Type| lies_in_memory(resolve, ty);
    let Type::Id(id) = ty else { return matches!(ty, Type::String) };
    match &resolve.types[*id].kind {
        TypeDefKind::List(_) | TypeDefKind::Map(..) => true,
        TypeDefKind::Record(record) => record.fields.iter().any(|field| of(&field.ty)),
        TypeDefKind::Variant(variant) => variant.cases.iter().filter_map(|case| case.ty.as_ref()).any(of),
        TypeDefKind::Tuple(tuple) => tuple.types.iter().any(of),
        TypeDefKind::Option(ty) | TypeDefKind::FixedLengthList(ty, _) | TypeDefKind::Type(ty) => of(ty),
        TypeDefKind::Result(result) => result.ok.iter().chain(&result.err).any(of),
        TypeDefKind::Future(ty) | TypeDefKind::Stream(ty) => ty.iter().any(of),
        TypeDefKind::Resource
        | TypeDefKind::Handle(_)
        | TypeDefKind::Flags(_)
        | TypeDefKind::Enum(_)
        | TypeDefKind::Unknown => false,
    }
}

/// `wasi:cli/run@0.3.0` without what stands behind the `@`: wit-component decides which versions fit each other.
pub(crate) fn unversioned(name: &str) -> &str {
    name.split_once('@').map_or(name, |(name, _)| name)
}

/// The crate and object that hold a section.
fn origin(section: &str, inputs: &Inputs) -> String {
    match inputs.who_holds(section) {
        Some(holder) => format!("crate `{}` ({}, section {section})", holder.krate, holder.object),
        None => format!("section {section}"),
    }
}

/// Fails if one WIT says of a function that it is `async` and another that it is not.
///
/// # Errors
///
/// The first such function, with who says what.
pub(crate) fn check_agreement(all: &[Bindings], inputs: &Inputs) -> Result<()> {
    let mut seen: BTreeMap<String, (&Bindings, bool)> = BTreeMap::new();
    for bindings in all {
        for (name, function) in bindings.functions() {
            let is_async = function.kind.is_async();
            match seen.get(&name) {
                Some((other, was_async)) if *was_async != is_async => {
                    let (with, without) = if is_async { (bindings, *other) } else { (*other, bindings) };
                    bail!(
                        "two WITs disagree on `{name}`: it is `{}` in {}, and `{}` in {}. A function is async or it is not: there is no \
                         way to link the two. Generate both bindings from the same version of the WIT",
                        signature(function.item_name(), true),
                        with.origin(inputs),
                        signature(function.item_name(), false),
                        without.origin(inputs)
                    );
                }
                Some(_) => {}
                None => {
                    seen.insert(name, (bindings, is_async));
                }
            }
        }
    }
    Ok(())
}

/// The head of a function as WIT writes it.
pub(crate) fn signature(name: &str, is_async: bool) -> String {
    format!("{name}: {}func(...)", if is_async { "async " } else { "" })
}

/// Which tool wrote a section, by its producers.
fn generator(data: &[u8]) -> String {
    let mut tools = Vec::new();
    for payload in Parser::new(0).parse_all(data).map_while(Result::ok) {
        let Payload::CustomSection(section) = payload else { continue };
        let wasmparser::KnownCustom::Producers(fields) = section.as_known() else { continue };
        for field in fields.into_iter().map_while(Result::ok) {
            tools.extend(
                field.values.into_iter().map_while(Result::ok).map(|tool| format!("{} {}", tool.name, tool.version)),
            );
        }
    }
    if tools.is_empty() { "an unknown tool".to_owned() } else { tools.join(", ") }
}
