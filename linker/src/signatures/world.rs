//! The world of the functions that a program declares by Rust signatures: packages, interfaces, types.
//!
//! An interface that somebody else describes, WASI or the bindings of a crate, is taken from there: what the program declares of it must be in
//! it. Any other is made here of all that the program declares of it.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};
use wit_component::StringEncoding;
use wit_parser::{
    Case, Docs, Enum, EnumCase, Flag, Flags, Function, FunctionKind, Handle, Interface, InterfaceId, Package,
    PackageId, PackageName, Param, Record, Resolve, Result_, SizeAlign, Span, Stability, Tuple, TypeDef, TypeDefKind,
    TypeId, TypeOwner, Variant, World, WorldId, WorldItem, WorldKey,
};

use super::read::{Field, Form, Kind, Named, Signature, Type};

/// The functions of a program, in a world.
pub(crate) struct Declared {
    pub(crate) resolve: Resolve,
    world: WorldId,
    pub(crate) sizes: SizeAlign,
    pub(crate) functions: Vec<DeclaredFunction>,
}

/// One of them.
pub(crate) struct DeclaredFunction {
    pub(crate) is_export: bool,
    /// `None`: it stands in the world itself.
    pub(crate) interface: Option<WorldKey>,
    pub(crate) function: Function,
    /// The streams and futures in its type, in wit-parser's order.
    pub(crate) copied: Vec<Copied>,
}

/// A stream or a future in a function's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Copied {
    pub(crate) is_future: bool,
    /// By which the program knows what it carries.
    pub(crate) identity: u64,
}

impl Declared {
    /// The world of these. `others` is what else is described of components here: WASI, and the bindings of crates.
    ///
    /// # Errors
    ///
    /// Two signatures do not fit each other, or not what somebody else says of the same interface: the error names both.
    pub(crate) fn of(signatures: &[Signature], others: Resolve) -> Result<Declared> {
        let mut builder = Builder::new(others);
        for signature in signatures {
            builder.add(signature).with_context(|| {
                format!("`{}` in `{}` cannot be a function of the component", signature.name, signature.krate)
            })?;
        }
        builder.finish()
    }

    /// The contents of a `component-type` section.
    ///
    /// # Errors
    ///
    /// None is known.
    pub(crate) fn encode(&self) -> Result<Vec<u8>> {
        wit_component::metadata::encode(&self.resolve, self.world, StringEncoding::UTF8, None, false)
    }

    /// `interface#name`, as the library names it.
    pub(crate) fn symbol(&self, declared: &DeclaredFunction) -> String {
        let interface = declared.interface.as_ref().map(|key| self.resolve.name_world_key(key)).unwrap_or_default();
        format!("{interface}#{}", declared.function.name)
    }
}

struct Builder<'a> {
    resolve: Resolve,
    world: WorldId,
    /// The interfaces that are made here.
    made: BTreeSet<InterfaceId>,
    types: BTreeMap<(&'a str, &'a str), (TypeId, &'a Named)>,
    /// Types of other interfaces that an interface, or the world, uses: by where, and which.
    used: BTreeMap<(Option<InterfaceId>, TypeId), TypeId>,
    /// Which interfaces an interface has types of.
    needs: BTreeMap<Option<InterfaceId>, BTreeSet<InterfaceId>>,
    functions: Vec<(DeclaredFunction, &'a Signature)>,
}

impl<'a> Builder<'a> {
    fn new(mut resolve: Resolve) -> Builder<'a> {
        let name = PackageName { namespace: "rust".to_owned(), name: "signatures".to_owned(), version: None };
        let package = package(&mut resolve, name);
        let world = resolve.worlds.alloc(World {
            name: "signatures".to_owned(),
            imports: Default::default(),
            exports: Default::default(),
            package: Some(package),
            docs: Docs::default(),
            stability: Stability::Unknown,
            includes: Vec::new(),
            span: Span::default(),
        });
        resolve.packages[package].worlds.insert("signatures".to_owned(), world);
        Builder {
            resolve,
            world,
            made: BTreeSet::new(),
            types: BTreeMap::new(),
            used: BTreeMap::new(),
            needs: BTreeMap::new(),
            functions: Vec::new(),
        }
    }

    fn add(&mut self, signature: &'a Signature) -> Result<()> {
        let same = |(declared, other): &&(DeclaredFunction, &Signature)| {
            declared.is_export == signature.is_export
                && other.interface == signature.interface
                && other.full_name() == signature.full_name()
        };
        if let Some((_, other)) = self.functions.iter().find(same) {
            let is_equal = (other.is_async, &other.parameters, &other.result)
                == (signature.is_async, &signature.parameters, &signature.result);
            if !is_equal {
                bail!("`{}` declares a function of that name with another type; make the two equal", other.krate);
            }
            if signature.is_export {
                bail!("`{}` defines a function of that name, too; a component has one", other.krate);
            }
            return Ok(());
        }
        let interface = match &*signature.interface {
            "" => None,
            name => Some(self.interface(name)?),
        };
        let function = match interface {
            Some(id) if !self.made.contains(&id) => self.described(id, signature)?,
            _ => {
                let function = self.function(signature, interface)?;
                if let Some(id) = interface {
                    let functions = &mut self.resolve.interfaces[id].functions;
                    if let Some(other) = functions.get(&function.name) {
                        // It is imported and exported.
                        if other.kind != function.kind || other.params.len() != function.params.len() {
                            bail!("the program exports and imports functions of that name which differ in type");
                        }
                    } else {
                        functions.insert(function.name.clone(), function.clone());
                    }
                }
                function
            }
        };
        let mut copied = Vec::new();
        let types = signature.parameters.iter().map(|field| &field.ty).chain([&signature.result]);
        types.for_each(|ty| copied_in(ty, &mut copied));
        let interface = interface.map(WorldKey::Interface);
        let declared = DeclaredFunction { is_export: signature.is_export, interface, function, copied };
        self.functions.push((declared, signature));
        Ok(())
    }

    /// The interface of that name, which is made if nobody has described it.
    fn interface(&mut self, name: &str) -> Result<InterfaceId> {
        let wrong = || format!("`{name}` does not name an interface");
        let (path, version) = name.split_once('@').map_or((name, None), |(path, version)| (path, Some(version)));
        let (namespace, rest) = path.split_once(':').with_context(wrong)?;
        let (package_name, interface) = rest.split_once('/').with_context(wrong)?;
        let version = version.map(semver::Version::parse).transpose().with_context(wrong)?;
        let package_name = PackageName { namespace: namespace.to_owned(), name: package_name.to_owned(), version };
        let package = package(&mut self.resolve, package_name);
        if let Some(id) = self.resolve.packages[package].interfaces.get(interface) {
            return Ok(*id);
        }
        let id = self.resolve.interfaces.alloc(Interface {
            name: Some(interface.to_owned()),
            types: Default::default(),
            functions: Default::default(),
            docs: Docs::default(),
            stability: Stability::Unknown,
            package: Some(package),
            span: Span::default(),
            clone_of: None,
        });
        self.resolve.packages[package].interfaces.insert(interface.to_owned(), id);
        self.made.insert(id);
        Ok(id)
    }

    /// The function as somebody else describes it.
    fn described(&mut self, interface: InterfaceId, signature: &'a Signature) -> Result<Function> {
        let of = &self.resolve.interfaces[interface];
        let Some(function) = of.functions.get(&signature.full_name()) else {
            let there: Vec<&str> = of.functions.keys().map(String::as_str).collect();
            bail!("`{}` has no such function; it has {}", signature.interface, there.join(", "));
        };
        if function.kind.is_async() != signature.is_async {
            let (is, how) = if signature.is_async { ("func", "without") } else { ("async func", "with") };
            bail!("`{}` says that it is `{is}`: declare it {how} `async`", signature.interface);
        }
        let parameters = function.params.iter().map(|param| Some(&param.ty));
        let declared = signature.parameters.iter().map(|field| &field.ty);
        let fits = function.params.len() == signature.parameters.len()
            && parameters.zip(declared).all(|(described, declared)| self.is(described, declared))
            && self.is(function.result.as_ref(), &signature.result);
        if !fits {
            bail!("`{}` says that it has another type; declare it as it is there", signature.interface);
        }
        Ok(function.clone())
    }

    /// Whether what somebody else describes is what was declared. Names of types make no difference: what they are made of does.
    fn is(&self, described: Option<&wit_parser::Type>, declared: &Type) -> bool {
        let fields = |described: Vec<(&str, Option<&wit_parser::Type>)>, declared: &[Field]| {
            described.len() == declared.len()
                && described
                    .iter()
                    .zip(declared)
                    .all(|((name, ty), field)| *name == field.name && self.is(*ty, &field.ty))
        };
        let (Some(described), false) = (described, *declared == Type::Unit) else {
            return described.is_none() && *declared == Type::Unit;
        };
        let wit_parser::Type::Id(id) = described else {
            return matches!(declared, Type::Primitive(declared) if declared == described);
        };
        match (&self.resolve.types[*id].kind, declared) {
            (TypeDefKind::Type(ty), _) => self.is(Some(ty), declared),
            (TypeDefKind::List(ty), Type::List(declared)) | (TypeDefKind::Option(ty), Type::Option(declared)) => {
                self.is(Some(ty), declared)
            }
            (TypeDefKind::Stream(ty), Type::Stream(_, declared))
            | (TypeDefKind::Future(ty), Type::Future(_, declared)) => self.is(ty.as_ref(), declared),
            (TypeDefKind::FixedLengthList(ty, length), Type::Fixed(declared, of)) => {
                length == of && self.is(Some(ty), declared)
            }
            (TypeDefKind::Handle(Handle::Own(id)), Type::Own(resource))
            | (TypeDefKind::Handle(Handle::Borrow(id)), Type::Borrow(resource)) => {
                self.resolve.types[*id].name.as_ref() == Some(&resource.name)
            }
            (TypeDefKind::Result(result), Type::Result(ok, error)) => {
                self.is(result.ok.as_ref(), ok) && self.is(result.err.as_ref(), error)
            }
            (TypeDefKind::Tuple(tuple), Type::Tuple(declared)) => {
                tuple.types.len() == declared.len()
                    && tuple.types.iter().zip(declared).all(|(ty, declared)| self.is(Some(ty), declared))
            }
            (kind, Type::Named(named)) => match (kind, named.form) {
                (TypeDefKind::Record(record), Form::Record) => {
                    fields(record.fields.iter().map(|f| (&*f.name, Some(&f.ty))).collect(), &named.fields)
                }
                (TypeDefKind::Variant(variant), Form::Variant) => {
                    fields(variant.cases.iter().map(|c| (&*c.name, c.ty.as_ref())).collect(), &named.fields)
                }
                (TypeDefKind::Enum(of), Form::Enum) => {
                    fields(of.cases.iter().map(|c| (&*c.name, None)).collect(), &named.fields)
                }
                (TypeDefKind::Resource, Form::Resource) => true,
                (TypeDefKind::Flags(flags), Form::Flags) => {
                    fields(flags.flags.iter().map(|f| (&*f.name, None)).collect(), &named.fields)
                }
                _ => false,
            },
            _ => false,
        }
    }

    fn function(&mut self, signature: &'a Signature, at: Option<InterfaceId>) -> Result<Function> {
        let mut params = Vec::new();
        for field in &signature.parameters {
            let ty = self.ty(&field.ty, at)?;
            params.push(Param { name: field.name.clone(), ty, span: Span::default() });
        }
        let kind = match (&signature.kind, signature.is_async) {
            (Kind::Free, false) => FunctionKind::Freestanding,
            (Kind::Free, true) => FunctionKind::AsyncFreestanding,
            (Kind::Method(resource), false) => FunctionKind::Method(self.using(resource, at)?),
            (Kind::Method(resource), true) => FunctionKind::AsyncMethod(self.using(resource, at)?),
            (Kind::Static(resource), false) => FunctionKind::Static(self.using(resource, at)?),
            (Kind::Static(resource), true) => FunctionKind::AsyncStatic(self.using(resource, at)?),
            (Kind::Constructor(resource), _) => FunctionKind::Constructor(self.using(resource, at)?),
        };
        Ok(Function {
            name: signature.full_name(),
            kind,
            params,
            result: self.optional(&signature.result, at)?,
            docs: docs(&signature.docs),
            stability: Stability::Unknown,
            span: Span::default(),
            external_id: None,
        })
    }

    fn optional(&mut self, ty: &'a Type, at: Option<InterfaceId>) -> Result<Option<wit_parser::Type>> {
        if *ty == Type::Unit { Ok(None) } else { self.ty(ty, at).map(Some) }
    }

    /// A type, where it is used.
    fn ty(&mut self, ty: &'a Type, at: Option<InterfaceId>) -> Result<wit_parser::Type> {
        let kind = match ty {
            Type::Unit => bail!(
                "`()` has no type in WIT but as a result, in `Result` or as what a case does not hold: leave it out, or use `bool`"
            ),
            Type::Primitive(ty) => return Ok(*ty),
            Type::Named(named) => return Ok(wit_parser::Type::Id(self.using(named, at)?)),
            Type::Own(resource) => TypeDefKind::Handle(Handle::Own(self.using(resource, at)?)),
            Type::Borrow(resource) => TypeDefKind::Handle(Handle::Borrow(self.using(resource, at)?)),
            Type::List(ty) => TypeDefKind::List(self.ty(ty, at)?),
            Type::Fixed(ty, length) => TypeDefKind::FixedLengthList(self.ty(ty, at)?, *length),
            Type::Option(ty) => TypeDefKind::Option(self.ty(ty, at)?),
            Type::Stream(_, ty) => TypeDefKind::Stream(self.optional(ty, at)?),
            Type::Future(_, ty) => TypeDefKind::Future(self.optional(ty, at)?),
            Type::Result(ok, error) => {
                TypeDefKind::Result(Result_ { ok: self.optional(ok, at)?, err: self.optional(error, at)? })
            }
            Type::Tuple(types) => {
                TypeDefKind::Tuple(Tuple { types: types.iter().map(|ty| self.ty(ty, at)).collect::<Result<_>>()? })
            }
        };
        Ok(wit_parser::Type::Id(self.resolve.types.alloc(definition(None, kind, TypeOwner::None, ""))))
    }

    /// A type with a name, as the interface or the world knows it that uses it.
    fn using(&mut self, named: &'a Named, at: Option<InterfaceId>) -> Result<TypeId> {
        let home = match &*named.interface {
            "" => None,
            name => Some(self.interface(name)?),
        };
        let id = self.named(named, home)?;
        if home == at {
            return Ok(id);
        }
        let Some(home) = home else {
            bail!(
                "`{}` of `{}` stands in the world itself, and interfaces cannot see it: declare it in an interface, \
                 `#[wasm(interface = \"...\")]`",
                named.name,
                named.krate
            );
        };
        if let Some(known) = self.used.get(&(at, id)) {
            return Ok(*known);
        }
        self.needs.entry(at).or_default().insert(home);
        let owner = at.map_or(TypeOwner::World(self.world), TypeOwner::Interface);
        let alias = TypeDefKind::Type(wit_parser::Type::Id(id));
        let alias = self.resolve.types.alloc(definition(Some(&named.name), alias, owner, ""));
        self.declare(&named.name, alias, at)?;
        self.used.insert((at, id), alias);
        Ok(alias)
    }

    /// The definition of a type with a name.
    fn named(&mut self, named: &'a Named, home: Option<InterfaceId>) -> Result<TypeId> {
        if let Some((id, other)) = self.types.get(&(&*named.interface, &*named.name)) {
            if *other != named {
                bail!(
                    "`{}` and `{}` declare the type `{}` differently; make the two equal, or give one another name: \
                     `#[wasm(name = \"...\")]`",
                    other.krate,
                    named.krate,
                    named.name
                );
            }
            return Ok(*id);
        }
        if let Some(id) = home.filter(|home| !self.made.contains(home)) {
            let known = self.resolve.interfaces[id].types.get(&named.name).copied();
            let Some(known) = known
                .filter(|known| self.is(Some(&wit_parser::Type::Id(*known)), &Type::Named(Box::new(named.clone()))))
            else {
                bail!(
                    "`{}` has no type `{}` like that of `{}`; declare it as it is there",
                    named.interface,
                    named.name,
                    named.krate
                );
            };
            self.types.insert((&named.interface, &named.name), (known, named));
            return Ok(known);
        }
        let mut fields = Vec::new();
        for field in &named.fields {
            fields.push((field, self.optional(&field.ty, home)?));
        }
        let kind = match named.form {
            Form::Record => {
                let mut all = Vec::new();
                for (field, ty) in fields {
                    let Some(ty) = ty else {
                        bail!(
                            "the field `{}` of `{}` is `()`, which has no type in WIT: leave it out",
                            field.name,
                            named.name
                        )
                    };
                    let (name, docs) = (field.name.clone(), docs(&field.docs));
                    all.push(wit_parser::Field { name, ty, docs, span: Span::default() });
                }
                TypeDefKind::Record(Record { fields: all })
            }
            Form::Variant => TypeDefKind::Variant(Variant {
                cases: fields
                    .into_iter()
                    .map(|(field, ty)| Case {
                        name: field.name.clone(),
                        ty,
                        docs: docs(&field.docs),
                        span: Span::default(),
                    })
                    .collect(),
            }),
            Form::Enum => TypeDefKind::Enum(Enum {
                cases: fields
                    .into_iter()
                    .map(|(field, _)| EnumCase {
                        name: field.name.clone(),
                        docs: docs(&field.docs),
                        span: Span::default(),
                    })
                    .collect(),
            }),
            Form::Resource => TypeDefKind::Resource,
            Form::Flags => TypeDefKind::Flags(Flags {
                flags: fields
                    .into_iter()
                    .map(|(field, _)| Flag { name: field.name.clone(), docs: docs(&field.docs), span: Span::default() })
                    .collect(),
            }),
        };
        let owner = home.map_or(TypeOwner::World(self.world), TypeOwner::Interface);
        let id = self.resolve.types.alloc(definition(Some(&named.name), kind, owner, &named.docs));
        self.declare(&named.name, id, home)?;
        self.types.insert((&named.interface, &named.name), (id, named));
        Ok(id)
    }

    /// Gives a type its name in an interface or in the world.
    fn declare(&mut self, name: &str, id: TypeId, at: Option<InterfaceId>) -> Result<()> {
        let before = match at {
            Some(interface) => self.resolve.interfaces[interface].types.insert(name.to_owned(), id),
            None => {
                let item = WorldItem::Type { id, span: Span::default() };
                self.resolve.worlds[self.world].imports.insert(WorldKey::Name(name.to_owned()), item).and_then(|item| {
                    match item {
                        WorldItem::Type { id, .. } => Some(id),
                        _ => None,
                    }
                })
            }
        };
        if before.is_some() {
            bail!("two types are called `{name}` there: give one another name, `#[wasm(name = \"...\")]`");
        }
        Ok(())
    }

    /// Puts everything into the world, what others need in front of them.
    fn finish(mut self) -> Result<Declared> {
        let of = |functions: &[(DeclaredFunction, &Signature)], is_export: bool| -> BTreeSet<InterfaceId> {
            let wanted = functions.iter().filter(|(declared, _)| declared.is_export == is_export);
            wanted
                .filter_map(|(declared, _)| match declared.interface {
                    Some(WorldKey::Interface(id)) => Some(id),
                    _ => None,
                })
                .collect()
        };
        let (exported, imported) = (of(&self.functions, true), of(&self.functions, false));
        let mut imports = Vec::new();
        let mut exports = Vec::new();
        for id in imported {
            self.in_order(id, &mut imports, &|_| false);
        }
        for id in &exported {
            // What an exported interface has types of is exported too, or imported.
            self.in_order(*id, &mut exports, &|other| !exported.contains(&other));
        }
        let needed: Vec<InterfaceId> =
            exports.iter().map(|id| Some(*id)).chain([None]).flat_map(|at| self.needed(at)).collect();
        for id in needed.into_iter().filter(|id| !exported.contains(id)) {
            self.in_order(id, &mut imports, &|_| false);
        }
        for (declared, signature) in &self.functions {
            let Some(WorldKey::Interface(id)) = declared.interface else { continue };
            if self.resolve.interfaces[id].types.contains_key(&declared.function.name) {
                bail!(
                    "`{}` is a function and a type of `{}` (in `{}`), and WIT has one name for one thing: give one another name, \
                     `#[wasm(name = \"...\")]`",
                    declared.function.name,
                    signature.interface,
                    signature.krate
                );
            }
        }
        let world = &mut self.resolve.worlds[self.world];
        let item = |id| WorldItem::Interface {
            id,
            stability: Stability::Unknown,
            external_id: None,
            docs: Docs::default(),
            span: Span::default(),
        };
        // Types of the world stand there already, and may be of these interfaces.
        let types = std::mem::take(&mut world.imports);
        world.imports.extend(imports.into_iter().map(|id| (WorldKey::Interface(id), item(id))));
        world.imports.extend(types);
        world.exports.extend(exports.into_iter().map(|id| (WorldKey::Interface(id), item(id))));
        for (declared, signature) in self.functions.iter().filter(|(declared, _)| declared.interface.is_none()) {
            let items = if declared.is_export { &mut world.exports } else { &mut world.imports };
            let key = WorldKey::Name(declared.function.name.clone());
            if items.insert(key, WorldItem::Function(declared.function.clone())).is_some() {
                bail!("`{}` in `{}` has the name of a type of the world", declared.function.name, signature.krate);
            }
        }
        let mut sizes = SizeAlign::default();
        sizes.fill(&self.resolve)?;
        let functions = self.functions.into_iter().map(|(declared, _)| declared).collect();
        Ok(Declared { resolve: self.resolve, world: self.world, sizes, functions })
    }

    fn needed(&self, at: Option<InterfaceId>) -> Vec<InterfaceId> {
        let described = at.filter(|id| !self.made.contains(id)).map(|id| {
            let types = self.resolve.interfaces[id].types.values();
            let uses = types.filter_map(|ty| match &self.resolve.types[*ty].kind {
                TypeDefKind::Type(wit_parser::Type::Id(other)) => match self.resolve.types[*other].owner {
                    TypeOwner::Interface(owner) if owner != id => Some(owner),
                    _ => None,
                },
                _ => None,
            });
            uses.collect::<Vec<_>>()
        });
        described.unwrap_or_else(|| self.needs.get(&at).into_iter().flatten().copied().collect())
    }

    /// Appends an interface behind those that it needs, but for those that are left out.
    fn in_order(&self, id: InterfaceId, all: &mut Vec<InterfaceId>, left_out: &dyn Fn(InterfaceId) -> bool) {
        if all.contains(&id) || left_out(id) {
            return;
        }
        for needed in self.needed(Some(id)) {
            self.in_order(needed, all, left_out);
        }
        all.push(id);
    }
}

/// The streams and futures in a type, in wit-parser's order: what one carries comes before it.
fn copied_in(ty: &Type, all: &mut Vec<Copied>) {
    match ty {
        Type::Unit | Type::Primitive(_) | Type::Own(_) | Type::Borrow(_) => {}
        Type::List(ty) | Type::Fixed(ty, _) | Type::Option(ty) => copied_in(ty, all),
        Type::Result(ok, error) => [ok, error].into_iter().for_each(|ty| copied_in(ty, all)),
        Type::Tuple(types) => types.iter().for_each(|ty| copied_in(ty, all)),
        Type::Named(named) => named.fields.iter().for_each(|field| copied_in(&field.ty, all)),
        Type::Stream(identity, inner) | Type::Future(identity, inner) => {
            copied_in(inner, all);
            all.push(Copied { is_future: matches!(ty, Type::Future(..)), identity: *identity });
        }
    }
}

fn package(resolve: &mut Resolve, name: PackageName) -> PackageId {
    if let Some(id) = resolve.package_names.get(&name) {
        return *id;
    }
    let package = Package {
        name: name.clone(),
        docs: Docs::default(),
        interfaces: Default::default(),
        worlds: Default::default(),
    };
    let id = resolve.packages.alloc(package);
    resolve.package_names.insert(name, id);
    id
}

fn definition(name: Option<&str>, kind: TypeDefKind, owner: TypeOwner, text: &str) -> TypeDef {
    TypeDef {
        name: name.map(str::to_owned),
        kind,
        owner,
        docs: docs(text),
        stability: Stability::Unknown,
        span: Span::default(),
        external_id: None,
    }
}

/// Documentation as WIT has it: each line without the space that Rust's comments have in front.
fn docs(text: &str) -> Docs {
    let lines: Vec<&str> = text.trim_end().lines().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
    Docs { contents: Some(lines.join("\n")).filter(|text| !text.is_empty()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signatures::read;

    /// The world that lines make, as WIT, without what WASI brings.
    fn wit(lines: &[&str]) -> Result<String> {
        let signatures = read::signatures(format!("{}\n", lines.join("\n")).as_bytes())?;
        let declared = Declared::of(&signatures, wasi_wit::wasi())?;
        declared.encode()?;
        let resolve = &declared.resolve;
        let world = resolve.worlds[declared.world].package.context("it has a package")?;
        let others = resolve.packages.iter().filter(|(id, package)| *id != world && package.name.namespace != "wasi");
        let others: Vec<PackageId> = others.map(|(id, _)| id).collect();
        let mut printer = wit_component::WitPrinter::default();
        printer.print(resolve, world, &others)?;
        Ok(printer.output.to_string())
    }

    const POINT: &str = r#"record"e:s/types@1.0.0""point""A corner.\n""shapes"{"x"u32" Across.\n",}"#;

    #[test]
    fn types_are_where_they_are_declared_and_used_elsewhere() {
        let area = format!(
            r#"export "e:s/api@1.0.0" func "area" " How large.\n" "shapes" sync {{"points"list<{POINT},>"",}}u64"#
        );
        let world = format!(r#"export "" func "origin" "" "shapes" async {{}}{POINT}"#);
        let now = r#"import "wasi:clocks/monotonic-clock@0.3.0" func "now" "" "shapes" sync {}u64"#;
        assert_eq!(
            wit(&[&area, &world, now]).unwrap(),
            "package rust:signatures;

world signatures {
  import wasi:clocks/types@0.3.0;
  import wasi:clocks/monotonic-clock@0.3.0;
  import e:s/types@1.0.0;
  use e:s/types@1.0.0.{point};

  export e:s/api@1.0.0;
  export origin: async func() -> point;
}
package e:s@1.0.0 {
  interface api {
    use types.{point};

    /// How large.
    area: func(points: list<point>) -> u64;
  }
  interface types {
    /// A corner.
    record point {
      /// Across.
      x: u32,
    }
  }
}
"
        );
    }

    #[test]
    fn functions_of_a_resource_are_its_own_and_streams_are_counted_as_wit_component_does() {
        let counter = r#""e:c/api""counter""""counts"{}"#;
        let lines = [
            format!(r#"export "e:c/api" constructor {counter} "new" "" "counts" sync {{"start"u32"",}}own {counter}"#),
            format!(r#"export "e:c/api" method {counter} "next" "" "counts" sync {{"self"borrow {counter}"",}}u32"#),
            format!(
                r#"export "e:c/api" func "all" "" "counts" async {{"of"own {counter}"",}}tuple<future5<stream7<u8,>,>,stream7<u8,>,>"#
            ),
        ];
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let text = wit(&lines).unwrap();
        for wanted in [
            "constructor(start: u32);",
            "next: func() -> u32;",
            "all: async func(of: counter) -> tuple<future<stream<u8>>, stream<u8>>;",
        ] {
            assert!(text.contains(wanted), "{wanted}\n{text}");
        }
        let signatures = read::signatures(lines.join("\n").as_bytes()).unwrap();
        let declared = Declared::of(&signatures, wasi_wit::wasi()).unwrap();
        let of = |is_future, identity| Copied { is_future, identity };
        assert_eq!(declared.functions[2].copied, [of(false, 7), of(true, 5), of(false, 7)]);
        assert_eq!(
            declared.functions[2].function.find_futures_and_streams(&declared.resolve).len(),
            declared.functions[2].copied.len()
        );
    }

    #[test]
    fn what_two_declare_is_one_or_an_error_with_both() {
        let import = |krate: &str, ty: &str| format!(r#"import "a:b/c" func "f" "" "{krate}" sync {{}}{ty}"#);
        assert!(wit(&[&import("one", "u8"), &import("two", "u8")]).unwrap().contains("f: func() -> u8;"));
        let error = format!("{:#}", wit(&[&import("one", "u8"), &import("two", "u16")]).unwrap_err());
        assert!(error.contains("`f` in `two`") && error.contains("`one` declares a function of that name"), "{error}");
    }
}
