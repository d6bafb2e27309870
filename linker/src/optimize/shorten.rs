//! Short names between the core modules of a stripped component.
//!
//! Here because wit-component calls what it hands to the program's module by the names of the interfaces and functions, in
//! the module and once more outside of it, and nobody reads them there once names are stripped: the component's own
//! imports and exports are what counts, and stay. In a hello of 29 KB they are a twenty-fifth.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{Component, ImportSection, InstanceSection, Module, ModuleArg, ModuleSection, RawSection};
use wasmparser::{Instance, Parser, Payload, WasmFeatures};

/// Index of the program's own module: wit-component puts it first.
const MAIN: u32 = 0;

/// Renames what the first core module imports, there and where it is instantiated.
///
/// # Errors
///
/// The bytes are no component as wit-component makes it.
pub(crate) fn core_names(component: &[u8]) -> Result<Vec<u8>> {
    let Some(plan) = Plan::of(component)? else { return Ok(component.to_vec()) };
    let mut result = Component::new();
    let mut modules = 0;
    let mut instances = 0;
    for payload in top_level(component)? {
        match &payload {
            Payload::ModuleSection { unchecked_range: range, .. } if modules == MAIN => {
                modules += 1;
                let module = plan.module(&component[range.start as usize..range.end as usize])?;
                result.section(&ModuleSection(&module));
            }
            Payload::InstanceSection(section) => {
                let mut renamed = InstanceSection::new();
                for instance in section.clone() {
                    plan.instance(instances, &instance?, &mut renamed)?;
                    instances += 1;
                }
                result.section(&renamed);
            }
            _ => {
                modules += u32::from(matches!(payload, Payload::ModuleSection { .. }));
                let (id, range) = payload.as_section().context("a section without contents")?;
                result.section(&RawSection { id, data: &component[range.start as usize..range.end as usize] });
            }
        }
    }
    Ok(result.finish())
}

/// The sections of a component, without those of the modules and components in it.
fn top_level(component: &[u8]) -> Result<Vec<Payload<'_>>> {
    let mut parser = Parser::new(0);
    parser.set_features(WasmFeatures::all());
    let mut sections = Vec::new();
    let mut depth = 0;
    for payload in parser.parse_all(component) {
        let payload = payload?;
        let outside = depth == 0 && payload.as_section().is_some();
        match payload {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth -= 1,
            _ => {}
        }
        if outside {
            sections.push(payload);
        }
    }
    Ok(sections)
}

/// Which name becomes which.
#[derive(Default)]
struct Plan {
    /// Short names of the modules that are imported from.
    modules: BTreeMap<String, String>,
    /// Short names of what is imported, by module and field.
    fields: BTreeMap<(String, String), String>,
    /// The instances handed to the module, by index, and as which module.
    given: BTreeMap<u32, String>,
}

impl Plan {
    /// None if the component is put together in a way that renaming does not understand.
    fn of(component: &[u8]) -> Result<Option<Plan>> {
        let mut plan = Plan::default();
        let mut inline = BTreeSet::new();
        let mut main = None;
        let mut elsewhere = BTreeSet::new();
        let mut modules = 0;
        let mut instances = 0;
        for payload in top_level(component)? {
            match payload {
                Payload::ModuleSection { unchecked_range: range, .. } => {
                    if modules == MAIN {
                        plan.names(&component[range.start as usize..range.end as usize])?;
                    }
                    modules += 1;
                }
                Payload::InstanceSection(section) => {
                    for instance in section {
                        match instance? {
                            Instance::Instantiate { module_index: MAIN, args } => {
                                if main.replace(instances).is_some() {
                                    return Ok(None);
                                }
                                plan.given = args.iter().map(|arg| (arg.index, arg.name.to_owned())).collect();
                            }
                            Instance::Instantiate { args, .. } => elsewhere.extend(args.iter().map(|arg| arg.index)),
                            Instance::FromExports(_) => {
                                inline.insert(instances);
                            }
                        }
                        instances += 1;
                    }
                }
                _ => {}
            }
        }
        let ours = plan.given.keys().all(|index| inline.contains(index) && !elsewhere.contains(index));
        Ok((main.is_some() && ours).then_some(plan))
    }

    /// Takes the names of what a module imports.
    fn names(&mut self, module: &[u8]) -> Result<()> {
        for payload in Parser::new(0).parse_all(module) {
            if let Payload::ImportSection(imports) = payload? {
                for import in imports.into_imports() {
                    let import = import?;
                    let next = short(self.modules.len());
                    self.modules.entry(import.module.to_owned()).or_insert(next);
                    let next = short(self.fields.len());
                    self.fields.entry((import.module.to_owned(), import.name.to_owned())).or_insert(next);
                }
            }
        }
        Ok(())
    }

    fn module(&self, module: &[u8]) -> Result<Module> {
        let mut result = Module::new();
        for payload in Parser::new(0).parse_all(module) {
            match payload? {
                Payload::ImportSection(imports) => {
                    let mut renamed = ImportSection::new();
                    for import in imports.into_imports() {
                        let import = import?;
                        let ty = RoundtripReencoder.entity_type(import.ty)?;
                        let (module, field) = self.import(import.module, import.name)?;
                        renamed.import(module, field, ty);
                    }
                    result.section(&renamed);
                }
                payload => {
                    if let Some((id, range)) = payload.as_section() {
                        let data = &module[range.start as usize..range.end as usize];
                        result.section(&RawSection { id, data });
                    }
                }
            }
        }
        Ok(result)
    }

    fn import(&self, module: &str, field: &str) -> Result<(&str, &str)> {
        let short = self.fields.get(&(module.to_owned(), field.to_owned()));
        Ok((&self.modules[module], short.with_context(|| format!("{module}.{field} is given and not imported"))?))
    }

    /// Copies an instance, with new names if it is the program's module or handed to it.
    fn instance(&self, index: u32, instance: &Instance<'_>, result: &mut InstanceSection) -> Result<()> {
        match instance {
            Instance::Instantiate { module_index, args } => {
                let rename = |name| {
                    if *module_index == MAIN { self.modules.get(name).map_or(name, String::as_str) } else { name }
                };
                result.instantiate(
                    *module_index,
                    args.iter().map(|arg| (rename(arg.name), ModuleArg::Instance(arg.index))),
                );
            }
            Instance::FromExports(exports) => {
                let mut renamed = Vec::with_capacity(exports.len());
                for export in exports {
                    let name = match self.given.get(&index) {
                        Some(module) => self.import(module, export.name)?.1,
                        None => export.name,
                    };
                    renamed.push((name, export.kind.into(), export.index));
                }
                result.export_items(renamed);
            }
        }
        Ok(())
    }
}

/// The shortest names there are, in order.
fn short(mut number: usize) -> String {
    const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let mut name = String::new();
    loop {
        name.push(char::from(LETTERS[number % LETTERS.len()]));
        number /= LETTERS.len();
        if number == 0 {
            return name;
        }
        number -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_names_are_the_same() {
        let names: BTreeSet<String> = (0..10_000).map(short).collect();
        assert_eq!(names.len(), 10_000);
        assert_eq!((short(0), short(61), short(62)), ("a".into(), "9".into(), "aa".into()));
    }

    #[test]
    fn a_component_put_together_otherwise_stays_as_it_is() {
        let text = r#"(component (core module $m (import "long" "name" (func)))
            (core module $n (func (export "name"))) (core instance $i (instantiate $n))
            (core instance (instantiate $m (with "long" (instance $i)))))"#;
        let component = wat::parse_str(text).unwrap();
        assert_eq!(core_names(&component).unwrap(), component);
    }
}
