//! The version of WASI that bindings ask of a host: the oldest that has what is used of them.
//!
//! Why: bindings name the version of the WIT that they were made from, and a host that has an older one does not run
//! what asks for a newer, although a newer one of the same track only adds to it. std speaks the oldest,
//! [`wasi_wit::VERSION`]. Whatever bindings use that it has, too, is asked for under that name; an interface of which
//! more is used keeps its own. Left out: versions between the two, of which the linker has no WIT.

use std::collections::{BTreeMap, BTreeSet};

use wasi_wit::VERSION;
use wit_component::metadata::Bindgen;
use wit_parser::{InterfaceId, PackageId, PackageName, Resolve, Type, TypeDefKind, TypeOwner, WorldId, WorldItem};

use crate::bindings::unversioned;

/// What has become of a world.
#[derive(Default)]
pub(crate) struct Lowered {
    /// Whether it is another than it was.
    pub(crate) is_changed: bool,
    /// Interfaces that it exports, by their former names, and what they are called now.
    pub(crate) renamed: BTreeMap<String, String>,
}

/// Has a world ask for no newer version than it must. `fields` gives the core imports of an interface, by the name of
/// that.
pub(crate) fn lower<'a, Fields>(bindings: &mut Bindgen, fields: impl Fn(&str) -> Fields) -> Lowered
where
    Fields: Iterator<Item = &'a str>,
{
    let world = &bindings.resolve.worlds[bindings.world];
    let mut names = world.imports.keys().chain(world.exports.keys()).map(|key| bindings.resolve.name_world_key(key));
    if !names.any(|name| is_newer(&name)) {
        return Lowered::default();
    }
    let oldest = Oldest::new();
    let is_enough = |resolve: &Resolve, name: &str, id: InterfaceId| {
        let Some(old) = oldest.interface(name) else { return false };
        let added: Vec<&str> = oldest.added(old, resolve, id).collect();
        !fields(name).any(|field| added.iter().any(|name| is_of(field, name)))
    };
    let is_stds = |name: &str| oldest.interface(name).is_some_and(|old| oldest.imported.contains(&old));
    let is_less = leave_out(&mut bindings.resolve, bindings.world, |resolve, name, id| {
        fields(name).next().is_none() || is_stds(name) && is_enough(resolve, name, id)
    });
    let renamed = rename(&mut bindings.resolve, bindings.world, &oldest, is_enough).unwrap_or_default();
    Lowered { is_changed: is_less || !renamed.is_empty(), renamed }
}

/// Takes out of a world what it imports of a newer WASI and `can_go`, unless what stays needs its types: what it
/// imports for nothing, to which wit-component would have std's imports give their names up, and what std's own world
/// has. Says if there was any.
fn leave_out(resolve: &mut Resolve, world: WorldId, can_go: impl Fn(&Resolve, &str, InterfaceId) -> bool) -> bool {
    let mut used = Vec::new();
    let items = &resolve.worlds[world];
    for (key, item) in items.imports.iter().chain(&items.exports) {
        match item {
            WorldItem::Interface { id, .. } => {
                let name = resolve.name_world_key(key);
                if !is_newer(&name) || items.exports.contains_key(key) || !can_go(resolve, &name, *id) {
                    used.push(*id);
                }
            }
            WorldItem::Function(_) => {}
            // Types of the world's own may come from any interface.
            WorldItem::Type { .. } => return false,
        }
    }
    let mut needed = BTreeSet::new();
    while let Some(id) = used.pop() {
        if needed.insert(id) {
            used.extend(resolve.interface_direct_deps(id));
        }
    }
    let imports = &mut resolve.worlds[world].imports;
    let before = imports.len();
    imports.retain(|_, item| !matches!(item, WorldItem::Interface { id, .. } if !needed.contains(id)));
    imports.len() < before
}

/// Gives a newer WASI the oldest version's name if that has all that is used of all its interfaces in this world, which
/// stay because std's world has not got them, or for their types. The names that change; none if they have to stay.
fn rename(
    resolve: &mut Resolve,
    world: WorldId,
    oldest: &Oldest,
    is_enough: impl Fn(&Resolve, &str, InterfaceId) -> bool,
) -> Option<BTreeMap<String, String>> {
    let mut newer: BTreeMap<String, InterfaceId> = BTreeMap::new();
    let items = &resolve.worlds[world];
    for (key, item) in items.imports.iter().chain(&items.exports) {
        let name = resolve.name_world_key(key);
        let WorldItem::Interface { id, .. } = item else { continue };
        if is_newer(&name) {
            let old = oldest.interface(&name)?;
            let adds_nothing = oldest.added(old, resolve, *id).next().is_none();
            // What is exported is so whole.
            let is_used_as_it_was = !items.exports.contains_key(key)
                && is_enough(resolve, &name, *id)
                && oldest.has_types_for_others(old, resolve, *id);
            if !(adds_nothing || is_used_as_it_was) {
                return None;
            }
            newer.insert(name, *id);
        }
    }
    let packages: BTreeSet<PackageId> = newer.values().filter_map(|id| resolve.interfaces[*id].package).collect();
    for package in packages {
        let mut name = resolve.packages[package].name.clone();
        name.version = oldest.package()?.version.clone();
        if resolve.package_names.contains_key(&name) {
            return None;
        }
        let former = std::mem::replace(&mut resolve.packages[package].name, name.clone());
        resolve.package_names.shift_remove(&former);
        resolve.package_names.insert(name, package);
    }
    let mut renamed = BTreeMap::new();
    for (former, id) in newer {
        // wit-component wants two worlds' interfaces of one name to be the same.
        if let Some(old) = oldest.interface(&former) {
            let old = &oldest.resolve.interfaces[old];
            resolve.interfaces[id].functions.retain(|name, _| old.functions.contains_key(name));
            resolve.interfaces[id].types.retain(|name, _| old.types.contains_key(name));
        }
        let name = resolve.id_of(id)?;
        renamed.insert(former, name);
    }
    Some(renamed)
}

/// Whether an interface is one of WASI 0.3 that is newer than std's: 0.3.1 is, a draft of 0.3.0 is on a track of its
/// own.
fn is_newer(name: &str) -> bool {
    let version = name.strip_prefix("wasi:").and_then(|name| name.split_once('@')).map_or("", |(_, version)| version);
    let patch = version.strip_prefix("0.3.").unwrap_or_default();
    version != VERSION && !patch.is_empty() && patch.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a core import is a function, or has to do with a type or a function, of this name: `now`,
/// `[async-lower]now`, `[resource-drop]fields`.
fn is_of(field: &str, name: &str) -> bool {
    field.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with(']'))
}

/// WASI in the version of std.
struct Oldest {
    resolve: Resolve,
    /// What std's world imports.
    imported: BTreeSet<InterfaceId>,
}

impl Oldest {
    fn new() -> Oldest {
        let resolve = wasi_wit::wasi();
        let is_interface = |item: &WorldItem| if let WorldItem::Interface { id, .. } = item { Some(*id) } else { None };
        let stds = resolve.worlds.iter().map(|(_, stds)| stds).find(|stds| {
            let package = stds.package.map(|package| &resolve.packages[package].name.name[..]);
            (package, &stds.name[..]) == (Some("cli"), "imports")
        });
        let imported = stds.into_iter().flat_map(|stds| stds.imports.values().filter_map(is_interface)).collect();
        Oldest { resolve, imported }
    }

    /// An interface by its name in any version.
    fn interface(&self, name: &str) -> Option<InterfaceId> {
        let mut ids = self.resolve.interfaces.iter().map(|(id, _)| id);
        ids.find(|id| self.resolve.id_of(*id).is_some_and(|old| unversioned(&old) == unversioned(name)))
    }

    /// The name of a package of this version.
    fn package(&self) -> Option<&PackageName> {
        self.resolve.package_names.keys().next()
    }

    /// The functions and types that an interface has and `old` has not.
    fn added<'a>(&'a self, old: InterfaceId, resolve: &'a Resolve, id: InterfaceId) -> impl Iterator<Item = &'a str> {
        let (old, new) = (&self.resolve.interfaces[old], &resolve.interfaces[id]);
        let functions = new.functions.keys().filter(|name| !old.functions.contains_key(*name));
        let types = new.types.keys().filter(|name| !old.types.contains_key(*name));
        functions.chain(types).map(String::as_str)
    }

    /// Whether `old` has each type of an interface that others use.
    fn has_types_for_others(&self, old: InterfaceId, resolve: &Resolve, id: InterfaceId) -> bool {
        let added = resolve.interfaces[id]
            .types
            .iter()
            .filter(|(name, _)| !self.resolve.interfaces[old].types.contains_key(*name));
        let added: BTreeSet<Type> = added.map(|(_, id)| Type::Id(*id)).collect();
        let is_used_here = |owner: &TypeOwner| *owner == TypeOwner::Interface(id);
        !resolve.types.iter().any(|(_, ty)| {
            !is_used_here(&ty.owner) && matches!(&ty.kind, TypeDefKind::Type(used) if added.contains(used))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_version_of_the_track_is_newer() {
        for name in ["wasi:cli/run@0.3.1", "wasi:http/types@0.3.10"] {
            assert!(is_newer(name), "{name}");
        }
        for name in [
            "wasi:cli/run@0.3.0",
            "wasi:cli/run@0.3.0-rc-2025-09-16",
            "wasi:cli/run@0.2.6",
            "a:b/c@0.3.2",
            "wasi:cli/run",
        ] {
            assert!(!is_newer(name), "{name}");
        }
    }

    #[test]
    fn a_core_import_tells_what_it_is_of() {
        for field in ["now", "[async-lower]now", "[stream-new-0][async]now"] {
            assert!(is_of(field, "now"), "{field}");
        }
        assert!(is_of("[async-lower][method]descriptor.read", "[method]descriptor.read"));
        assert!(!is_of("know", "now") && !is_of("[method]clock.now", "now"));
    }
}
