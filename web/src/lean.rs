//! Glue of our own for components whose functions do not wait: a module of a kilobyte, whose calls cost about what the core function's do.
//!
//! A component that was made of one core module still has that module in it, under the names by which it imports and exports the functions of its
//! world. So the module is instantiated by itself: what lifts and lowers stands in the functions that are put around its exports and given as its
//! imports, and nothing else is needed. What is not among the types below, or waits, is js-component-bindgen's (`glue`).
//!
//! Left out: records, variants and the like; a component's own resources; components that were composed of several.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use heck::{ToLowerCamelCase, ToUpperCamelCase};
use wasmparser::{Parser, Payload, TypeRef};
use wit_component::DecodedWasm;
use wit_parser::{Function, FunctionKind, Handle, Resolve, Type, TypeDefKind, TypeId, WorldItem, WorldKey};

/// A component's core module, and the module in front of it.
pub struct Lean {
    pub module: Vec<u8>,
    pub source: String,
}

/// Makes it, if the component is one of those.
pub fn make(component: &[u8], file: &str) -> Option<Lean> {
    let core = Core::of(component)?;
    let DecodedWasm::Component(resolve, world) = wit_component::decode(component).ok()? else { return None };
    let mut glue = Writer { resolve: &resolve, helpers: BTreeSet::new(), resources: BTreeMap::new() };
    let world = &resolve.worlds[world];

    let mut functions = BTreeMap::new();
    let mut given = String::new();
    for (key, item) in &world.imports {
        match item {
            WorldItem::Function(function) => {
                functions.insert(("$root".to_owned(), function.name.clone()), (function, None));
            }
            WorldItem::Interface { id, .. } => {
                let WorldKey::Interface(_) = key else { return None };
                let name = resolve.name_world_key(key);
                let short = name.split('@').next().unwrap_or(&name).to_owned();
                for function in resolve.interfaces[*id].functions.values() {
                    functions.insert((name.clone(), function.name.clone()), (function, Some(short.clone())));
                }
            }
            WorldItem::Type { .. } => {}
        }
    }
    let mut modules: BTreeMap<&str, String> = BTreeMap::new();
    for (module, field) in &core.imports {
        let call = match field.strip_prefix("[resource-drop]") {
            None if built_in(module, field).is_some() => built_in(module, field)?.to_owned(),
            Some(resource) => {
                let table = glue.table_named(module, resource)?;
                format!("(h) => void drop({table}, h)")
            }
            None => {
                let (function, interface) = functions.get(&(module.clone(), field.clone()))?;
                glue.import(function, interface.as_deref())?
            }
        };
        let _ = writeln!(modules.entry(module).or_default(), "      {}: {call},", quoted(field));
    }
    for (module, calls) in &modules {
        let _ = writeln!(given, "    {}: {{\n{calls}    }},", quoted(module));
    }
    let mut exports = String::new();
    for (key, item) in &world.exports {
        match item {
            WorldItem::Function(function) => {
                let call = glue.export(function, &function.name, &core)?;
                let _ = writeln!(exports, "    {}: {call},", quoted(&function.name.to_lower_camel_case()));
            }
            WorldItem::Interface { id, .. } => {
                let name = resolve.name_world_key(key);
                let mut calls = String::new();
                for function in resolve.interfaces[*id].functions.values() {
                    let call = glue.export(function, &format!("{name}#{}", function.name), &core)?;
                    let _ = writeln!(calls, "      {}: {call},", quoted(&function.name.to_lower_camel_case()));
                }
                let _ = writeln!(exports, "    {}: {{\n{calls}    }},", quoted(&name));
            }
            WorldItem::Type { .. } => {}
        }
    }
    let memory = if core.exports.contains("memory") { "  memory = e.memory;\n" } else { "" };
    let begin = if core.exports.contains("_initialize") { "  e._initialize();\n" } else { "" };
    let tables: String = glue.resources.values().map(|table| format!("  const {table} = [];\n")).collect();
    let helpers: String = glue.helpers.iter().map(|helper| helper.text()).collect();
    let source = format!(
        "export async function instantiate(core, imports) {{\n  let e, memory;\n{tables}{helpers}  \
         ({{ exports: e }} = await WebAssembly.instantiate(await core({}), {{\n{given}  }}));\n{memory}{begin}  return {{\n{exports}  }};\n}}\n",
        quoted(file)
    );
    Some(Lean { module: core.module, source })
}

/// What stands for a canonical built-in in a component whose functions do not wait and that makes no thread: giving way leads straight back, and what
/// wakes another task is never called, because what it would be woken by is never made. A component that makes one is none of these.
fn built_in(module: &str, field: &str) -> Option<&'static str> {
    const OF_WAKING: [&str; 3] = ["[async-lower][future-write-", "[future-drop-", "[future-cancel-"];
    match field {
        _ if module != "$root" => None,
        "[thread-yield]" => Some("() => 0"),
        _ if OF_WAKING.iter().any(|start| field.starts_with(start)) => {
            Some("() => { throw new WebAssembly.RuntimeError('this function cannot wait'); }")
        }
        _ => None,
    }
}

/// The one core module that has a program in it, and its names.
struct Core {
    module: Vec<u8>,
    imports: Vec<(String, String)>,
    exports: BTreeSet<String>,
}

impl Core {
    fn of(component: &[u8]) -> Option<Core> {
        let (mut depth, mut modules) = (0, Vec::new());
        for payload in Parser::new(0).parse_all(component) {
            match payload.ok()? {
                // What was composed has core modules in inner components; a shim for an exported interface has none.
                Payload::ModuleSection { .. } if depth > 0 => return None,
                Payload::ModuleSection { unchecked_range, .. } => {
                    modules.push(unchecked_range);
                    depth += 1;
                }
                Payload::ComponentSection { .. } => depth += 1,
                Payload::End(_) => depth -= 1,
                _ => {}
            }
        }
        // Beside the program there may be two that wit-component makes, by which its imports come to their memory.
        let range = modules.first().filter(|_| modules.len() == 1 || modules.len() == 3)?;
        let module = component.get(usize::try_from(range.start).ok()?..usize::try_from(range.end).ok()?)?.to_vec();
        let (mut imports, mut exports) = (Vec::new(), BTreeSet::new());
        for payload in Parser::new(0).parse_all(&module) {
            match payload.ok()? {
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        let import = import.ok()?;
                        let TypeRef::Func(_) = import.ty else { return None };
                        imports.push((import.module.to_owned(), import.name.to_owned()));
                    }
                }
                Payload::ExportSection(section) => {
                    for export in section {
                        exports.insert(export.ok()?.name.to_owned());
                    }
                }
                _ => {}
            }
        }
        Some(Core { module, imports, exports })
    }
}

/// What some of the functions need.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Helper {
    View,
    Decode,
    Encode,
    Put,
    Results,
    Handles,
    Char,
}

impl Helper {
    fn text(self) -> &'static str {
        match self {
            Helper::View => {
                "  let bytes = new Uint8Array(0);\n  \
                 const view = () => (bytes.buffer === memory.buffer ? bytes : (bytes = new Uint8Array(memory.buffer)));\n"
            }
            Helper::Decode => {
                // A decoder costs more than a few letters.
                "  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });\n  \
                 const text = (p, n) => {\n    const v = view();\n    const end = (p >>>= 0) + (n >>> 0);\n    let s = '';\n    \
                 for (let i = p; i < p + 32; i++) {\n      if (i === end) return s;\n      if (v[i] > 127) break;\n      s += String.fromCharCode(v[i]);\n    }\n    \
                 return decoder.decode(v.subarray(p, end));\n  };\n"
            }
            Helper::Encode => "  const encoder = new TextEncoder();\n",
            Helper::Put => {
                "  const put = (from, size) => {\n    const p = e.cabi_realloc(0, 0, size, from.byteLength) >>> 0;\n    \
                 view().set(new Uint8Array(from.buffer, from.byteOffset, from.byteLength), p);\n    return p;\n  };\n"
            }
            Helper::Results => {
                "  const word = (p) => new DataView(memory.buffer).getUint32(p, true);\n  \
                 const store = (r, p, n) => {\n    const d = new DataView(memory.buffer);\n    d.setUint32(r, p, true);\n    d.setUint32(r + 4, n, true);\n  };\n"
            }
            Helper::Handles => {
                "  const keep = (t, it) => {\n    const h = t.free?.pop() ?? (t.length || 1);\n    t[h] = it;\n    return h;\n  };\n  \
                 const drop = (t, h) => {\n    const it = t[h];\n    if (it === undefined) throw new TypeError('there is no such handle');\n    \
                 t[h] = undefined;\n    (t.free ??= []).push(h);\n    return it;\n  };\n"
            }
            Helper::Char => {
                "  const code = (c) => {\n    const n = c.codePointAt(0);\n    if (String.fromCodePoint(n) !== c) throw new TypeError('not a character');\n    return n;\n  };\n"
            }
        }
    }
}

/// A type as JavaScript and the core function see it.
enum Kind {
    /// One core value: what makes it of a value of JavaScript, and the reverse; `$` stands for either.
    Scalar(String, String),
    /// Pointer and length: what makes the bytes of a value, the value of pointer and length; and the size of an element.
    List { bytes: String, value: String, size: u32 },
}

struct Writer<'a> {
    resolve: &'a Resolve,
    helpers: BTreeSet<Helper>,
    /// The tables of imported resources.
    resources: BTreeMap<TypeId, String>,
}

impl Writer<'_> {
    fn need(&mut self, helpers: &[Helper]) {
        self.helpers.extend(helpers);
    }

    fn kind(&mut self, ty: &Type) -> Option<Kind> {
        let scalar = |to: &str, from: &str| Some(Kind::Scalar(to.to_owned(), from.to_owned()));
        match ty {
            Type::Bool => scalar("+!!$", "$ !== 0"),
            Type::U8 => scalar("$ & 255", "$ & 255"),
            Type::U16 => scalar("$ & 65535", "$ & 65535"),
            Type::S8 => scalar("$ << 24 >> 24", "$ << 24 >> 24"),
            Type::S16 => scalar("$ << 16 >> 16", "$ << 16 >> 16"),
            Type::U32 => scalar("$", "$ >>> 0"),
            Type::S32 | Type::F32 | Type::F64 | Type::S64 => scalar("$", "$"),
            Type::U64 => scalar("$", "BigInt.asUintN(64, $)"),
            Type::Char => {
                self.need(&[Helper::Char]);
                scalar("code($)", "String.fromCodePoint($)")
            }
            Type::String => {
                self.need(&[Helper::View, Helper::Decode, Helper::Encode, Helper::Put]);
                Some(Kind::List { bytes: "encoder.encode($)".into(), value: "text($p, $n)".into(), size: 1 })
            }
            Type::ErrorContext => None,
            Type::Id(id) => match &self.resolve.types[*id].kind {
                TypeDefKind::Type(ty) => self.kind(ty),
                TypeDefKind::List(element) => {
                    let (array, size) = array_of(element)?;
                    self.need(&[Helper::View, Helper::Put]);
                    Some(Kind::List {
                        bytes: format!("{array}.from($)")
                            .replace("Uint8Array.from($)", "$ instanceof Uint8Array ? $ : Uint8Array.from($)"),
                        value: format!("new {array}(view().slice($p >>> 0, ($p >>> 0) + ($n >>> 0) * {size}).buffer)"),
                        size,
                    })
                }
                TypeDefKind::Handle(handle) => {
                    let (Handle::Own(resource) | Handle::Borrow(resource)) = handle;
                    let table = self.table(*resource);
                    let back =
                        if let Handle::Own(_) = handle { format!("drop({table}, $)") } else { format!("{table}[$]") };
                    Some(Kind::Scalar(format!("keep({table}, $)"), back))
                }
                _ => None,
            },
        }
    }

    fn table(&mut self, resource: TypeId) -> String {
        self.need(&[Helper::Handles]);
        let resource = self.original(resource);
        let next = format!("t{}", self.resources.len());
        self.resources.entry(resource).or_insert(next).clone()
    }

    /// Behind all `use`.
    fn original(&self, mut id: TypeId) -> TypeId {
        while let TypeDefKind::Type(Type::Id(other)) = self.resolve.types[id].kind {
            id = other;
        }
        id
    }

    fn table_named(&mut self, module: &str, resource: &str) -> Option<String> {
        let found = self.resolve.types.iter().find(|(_, ty)| {
            let is_in = match ty.owner {
                wit_parser::TypeOwner::World(_) => module == "$root",
                wit_parser::TypeOwner::Interface(id) => self.resolve.id_of(id).as_deref() == Some(module),
                wit_parser::TypeOwner::None => false,
            };
            is_in && ty.name.as_deref() == Some(resource)
        })?;
        Some(self.table(found.0))
    }

    /// The function that a core module calls for one of JavaScript.
    fn import(&mut self, function: &Function, interface: Option<&str>) -> Option<String> {
        let mut core = Vec::new();
        let mut values = Vec::new();
        for (number, param) in function.params.iter().enumerate() {
            match self.kind(&param.ty)? {
                Kind::Scalar(_, from) => {
                    core.push(format!("a{number}"));
                    values.push(from.replace('$', &format!("a{number}")));
                }
                Kind::List { value, .. } => {
                    core.extend([format!("a{number}"), format!("n{number}")]);
                    values.push(value.replace("$p", &format!("a{number}")).replace("$n", &format!("n{number}")));
                }
            }
        }
        if core.len() > 16 {
            return None;
        }
        let base = interface.map_or_else(|| "imports".to_owned(), |name| format!("imports[{}]", quoted(name)));
        let class = |id: &TypeId| {
            let name = self.resolve.types[*id].name.clone().unwrap_or_default();
            match interface {
                Some(_) => format!("{base}.{}", name.to_upper_camel_case()),
                None => format!("{base}[{}].default", quoted(&name)),
            }
        };
        let name = function.item_name().to_lower_camel_case();
        let call = match &function.kind {
            FunctionKind::Freestanding if interface.is_some() => {
                format!("{base}[{}]({})", quoted(&name), values.join(", "))
            }
            FunctionKind::Freestanding => format!("{base}[{}].default({})", quoted(&function.name), values.join(", ")),
            FunctionKind::Method(_) => format!("{}[{}]({})", values[0], quoted(&name), values[1..].join(", ")),
            FunctionKind::Static(id) => format!("{}[{}]({})", class(id), quoted(&name), values.join(", ")),
            FunctionKind::Constructor(id) => format!("new ({})({})", class(id), values.join(", ")),
            _ => return None,
        };
        Some(match &function.result {
            None => format!("({}) => void {call}", core.join(", ")),
            Some(ty) => match self.kind(ty)? {
                Kind::Scalar(to, _) => format!("({}) => {}", core.join(", "), to.replace('$', &format!("({call})"))),
                Kind::List { bytes, size, .. } => {
                    self.need(&[Helper::Results]);
                    core.push("r".to_owned());
                    let bytes = bytes.replace('$', "v");
                    format!(
                        "({}) => {{\n        const v = {call};\n        const b = {bytes};\n        store(r, put(b, {size}), b.byteLength / {size});\n      }}",
                        core.join(", ")
                    )
                }
            },
        })
    }

    /// The function of JavaScript that calls one of the core module.
    fn export(&mut self, function: &Function, name: &str, core: &Core) -> Option<String> {
        if function.kind != FunctionKind::Freestanding || !core.exports.contains(name) {
            return None;
        }
        let (mut params, mut values, mut before) = (Vec::new(), Vec::new(), String::new());
        for (number, param) in function.params.iter().enumerate() {
            params.push(format!("a{number}"));
            match self.kind(&param.ty)? {
                Kind::Scalar(to, _) => values.push(to.replace('$', &format!("a{number}"))),
                Kind::List { bytes, size, .. } => {
                    let _ = write!(before, "const b{number} = {}; ", bytes.replace('$', &format!("a{number}")));
                    values.extend([format!("put(b{number}, {size})"), format!("b{number}.byteLength / {size}")]);
                }
            }
        }
        if values.len() > 16 {
            return None;
        }
        let call = format!("e[{}]({})", quoted(name), values.join(", "));
        let body = match &function.result {
            None if before.is_empty() => return Some(format!("({}) => void {call}", params.join(", "))),
            None => format!("{before}{call};"),
            Some(ty) => match self.kind(ty)? {
                Kind::Scalar(_, from) => {
                    let value = from.replace('$', &call);
                    if before.is_empty() {
                        return Some(format!("({}) => {value}", params.join(", ")));
                    }
                    format!("{before}return {value};")
                }
                Kind::List { value, .. } => {
                    self.need(&[Helper::Results]);
                    let post = format!("cabi_post_{name}");
                    let after =
                        if core.exports.contains(&post) { format!("e[{}](r); ", quoted(&post)) } else { String::new() };
                    let value = value.replace("$p", "word(r)").replace("$n", "word(r + 4)");
                    format!("{before}const r = {call} >>> 0; const v = {value}; {after}return v;")
                }
            },
        };
        Some(format!("({}) => {{ {body} }}", params.join(", ")))
    }
}

/// The array of JavaScript for a list of numbers, and the size of an element.
fn array_of(element: &Type) -> Option<(&'static str, u32)> {
    Some(match element {
        Type::U8 => ("Uint8Array", 1),
        Type::S8 => ("Int8Array", 1),
        Type::U16 => ("Uint16Array", 2),
        Type::S16 => ("Int16Array", 2),
        Type::U32 => ("Uint32Array", 4),
        Type::S32 => ("Int32Array", 4),
        Type::F32 => ("Float32Array", 4),
        Type::U64 => ("BigUint64Array", 8),
        Type::S64 => ("BigInt64Array", 8),
        Type::F64 => ("Float64Array", 8),
        _ => return None,
    })
}

fn quoted(text: &str) -> String {
    crate::folder::quoted(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_component_that_makes_what_can_be_waited_for_is_left_to_others() {
        assert_eq!(built_in("$root", "[thread-yield]"), Some("() => 0"));
        assert!(built_in("$root", "[async-lower][future-write-unit]").is_some());
        for other in ["[future-new-unit]", "[waitable-set-new]", "[thread-new-indirect-v0]", "[context-get-0]", "log"] {
            assert_eq!(built_in("$root", other), None, "{other}");
        }
    }

    #[test]
    fn what_is_no_component_of_one_core_module_is_left_to_others() {
        assert!(make(b"\0asm\x0d\0\x01\0", "x.core.wasm").is_none());
        assert!(make(b"nonsense", "x.core.wasm").is_none());
    }
}
