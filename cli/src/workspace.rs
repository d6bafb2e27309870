//! The packages that cargo will build, as far as their manifests have to be known before it starts.
//!
//! Which Rust they ask for, and which files they make. Asking cargo (`cargo metadata`) takes as long as a build that has nothing to do; reading a few files
//! takes no time that is felt. What is wrong in a manifest is for cargo to tell, and what cannot be read here is not there. Left out: packages of
//! registries.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::{env, fs};

use toml::{Table, Value};

/// A workspace, or a package alone.
pub(crate) struct Workspace {
    /// The manifest that cargo was pointed to, or finds.
    nearest: PathBuf,
    root: PathBuf,
    packages: Vec<Package>,
}

/// A package of a workspace.
pub(crate) struct Package {
    manifest: PathBuf,
    table: Table,
    root: Table,
}

impl Workspace {
    /// The one that cargo will find with these arguments in the current directory.
    pub(crate) fn find<'a>(arguments: impl IntoIterator<Item = &'a OsString>) -> Option<Workspace> {
        let here = env::current_dir().ok()?;
        let arguments: Vec<&OsString> = arguments.into_iter().collect();
        let named = values(&arguments, "--manifest-path").next().map(|path| here.join(path));
        // `cargo install --path` names a package's directory.
        let installed = values(&arguments, "--path").next().map(|path| here.join(path).join(MANIFEST));
        let nearest = named.or(installed).or_else(|| above(&here))?;
        Workspace::of(&nearest)
    }

    fn of(nearest: &Path) -> Option<Workspace> {
        let table = read(nearest)?;
        let folder = nearest.parent()?;
        let by_package = text(&table, &["package", "workspace"]).map(|path| folder.join(path).join(MANIFEST));
        let root = if table.contains_key("workspace") {
            nearest.to_owned()
        } else {
            let is_root = |manifest: &PathBuf| read(manifest).is_some_and(|table| table.contains_key("workspace"));
            let above = folder.ancestors().skip(1).map(|folder| folder.join(MANIFEST)).find(is_root);
            by_package.or(above).unwrap_or_else(|| nearest.to_owned())
        };
        let root_table = read(&root)?;
        let root_folder = root.parent()?;
        let mut manifests = vec![root.clone()];
        let members =
            root_table.get("workspace").and_then(|workspace| workspace.get("members")).and_then(Value::as_array);
        for member in members.into_iter().flatten().filter_map(Value::as_str) {
            manifests.extend(matching(root_folder, member).into_iter().map(|folder| folder.join(MANIFEST)));
        }
        manifests.push(nearest.to_owned());
        let mut seen = BTreeSet::new();
        let mut packages = Vec::new();
        // Packages that others name by their paths are members, too.
        while let Some(manifest) = manifests.pop() {
            let Some(table) =
                manifest.canonicalize().ok().filter(|path| seen.insert(path.clone())).and_then(|_| read(&manifest))
            else {
                continue;
            };
            let folder = manifest.parent().unwrap_or(Path::new("/"));
            manifests.extend(paths(&table).map(|path| folder.join(path).join(MANIFEST)));
            if table.contains_key("package") {
                packages.push(Package { manifest, table, root: root_table.clone() });
            }
        }
        Some(Workspace { nearest: nearest.to_owned(), root, packages })
    }

    /// The packages that a verb with these arguments is about, with those that they name by paths: the members that are named, the
    /// nearest package, or all.
    pub(crate) fn chosen<'a>(&self, arguments: impl IntoIterator<Item = &'a OsString>) -> Vec<&Package> {
        let arguments: Vec<&OsString> = arguments.into_iter().collect();
        let named: BTreeSet<&str> =
            ["-p", "--package"].iter().flat_map(|name| values(&arguments, name)).filter_map(OsStr::to_str).collect();
        let all = arguments.iter().any(|&argument| argument == "--workspace" || argument == "--all")
            || self.nearest == self.root && !self.packages.iter().any(|package| package.manifest == self.root);
        let mut chosen: Vec<&Package> = Vec::new();
        let mut next: Vec<&Package> = (self.packages.iter())
            .filter(|package| match named.is_empty() {
                true => all || same(&package.manifest, &self.nearest),
                false => named.contains(package.name()),
            })
            .collect();
        while let Some(package) = next.pop() {
            if chosen.iter().any(|&other| std::ptr::eq(other, package)) {
                continue;
            }
            chosen.push(package);
            let folder = package.manifest.parent().unwrap_or(Path::new("/"));
            for path in paths(&package.table) {
                let manifest = folder.join(path).join(MANIFEST);
                next.extend(self.packages.iter().filter(|package| same(&package.manifest, &manifest)));
            }
        }
        chosen
    }

    /// Where cargo keeps what it has resolved.
    pub(crate) fn lock(&self) -> PathBuf {
        self.root.with_extension("lock")
    }

    /// Whether a package depends on more than what lies beside it.
    pub(crate) fn has_dependencies(&self) -> bool {
        self.packages.iter().any(|package| {
            let targets = package.table.get("target").and_then(Value::as_table).into_iter().flat_map(Table::values);
            let of_targets = targets.filter_map(Value::as_table);
            let mut tables = std::iter::once(&package.table).chain(of_targets);
            tables.any(|table| dependencies(table).any(|dependency| dependency.get("path").is_none()))
        })
    }

    /// Whether it has a program and a library of type cdylib that would be files of one name; they may be of two packages.
    pub(crate) fn has_clash(&self) -> bool {
        let libraries: Vec<String> = self.packages.iter().filter_map(Package::cdylib).collect();
        let is_one = |program: &String| libraries.contains(program);
        !libraries.is_empty() && self.packages.iter().flat_map(Package::programs).any(|program| is_one(&program))
    }
}

impl Package {
    /// Where it is.
    pub(crate) fn manifest(&self) -> &Path {
        &self.manifest
    }

    /// Whether this is where it is.
    pub(crate) fn is_at(&self, manifest: &Path) -> bool {
        same(&self.manifest, manifest)
    }

    /// The Rust that it asks for, its workspace's if it says so.
    pub(crate) fn rust_version(&self) -> Option<&str> {
        let own = self.table.get("package")?.get("rust-version")?;
        own.as_str().or_else(|| text(&self.root, &["workspace", "package", "rust-version"]))
    }

    fn name(&self) -> &str {
        text(&self.table, &["package", "name"]).unwrap_or_default()
    }

    /// The name of its library, if that is of type cdylib.
    fn cdylib(&self) -> Option<String> {
        let library = self.table.get("lib");
        let types = library.and_then(|library| library.get("crate-type").or_else(|| library.get("crate_type")));
        let is_cdylib = types
            .and_then(Value::as_array)
            .is_some_and(|types| types.iter().any(|kind| kind.as_str() == Some("cdylib")));
        let name = || text(&self.table, &["lib", "name"]).map_or_else(|| self.name().replace('-', "_"), str::to_owned);
        is_cdylib.then(name)
    }

    /// The names of its programs.
    fn programs(&self) -> Vec<String> {
        let folder = self.manifest.parent().unwrap_or(Path::new("/"));
        let listed = self.table.get("bin").and_then(Value::as_array).into_iter().flatten();
        let mut names: Vec<String> = listed.filter_map(|bin| bin.get("name")?.as_str().map(str::to_owned)).collect();
        if self.table.get("package").and_then(|package| package.get("autobins")).and_then(Value::as_bool) == Some(false)
        {
            return names;
        }
        if folder.join("src/main.rs").is_file() {
            names.push(self.name().to_owned());
        }
        for entry in fs::read_dir(folder.join("src/bin")).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.extension() == Some(OsStr::new("rs")) || path.join("main.rs").is_file() {
                names.extend(path.file_stem().and_then(OsStr::to_str).map(str::to_owned));
            }
        }
        names
    }
}

const MANIFEST: &str = "Cargo.toml";

fn above(folder: &Path) -> Option<PathBuf> {
    folder.ancestors().map(|folder| folder.join(MANIFEST)).find(|manifest| manifest.is_file())
}

fn read(manifest: &Path) -> Option<Table> {
    toml::from_str(&fs::read_to_string(manifest).ok()?).ok()
}

fn same(one: &Path, other: &Path) -> bool {
    one == other || one.canonicalize().is_ok_and(|one| other.canonicalize().is_ok_and(|other| one == other))
}

fn text<'a>(table: &'a Table, keys: &[&str]) -> Option<&'a str> {
    let (first, rest) = keys.split_first()?;
    rest.iter().try_fold(table.get(*first)?, |value, key| value.get(key))?.as_str()
}

/// The paths of a package's dependencies that have one.
fn paths(table: &Table) -> impl Iterator<Item = &str> {
    dependencies(table).filter_map(|dependency| dependency.get("path")?.as_str())
}

/// What a package, or one of its targets, depends on.
fn dependencies(table: &Table) -> impl Iterator<Item = &Value> {
    let tables = ["dependencies", "dev-dependencies", "build-dependencies"].into_iter();
    tables.filter_map(|name| table.get(name)?.as_table()).flat_map(Table::values)
}

/// The values of an option: `NAME VALUE`, `NAME=VALUE`, and for a short one `NVALUE`.
fn values<'a>(arguments: &[&'a OsString], name: &str) -> impl Iterator<Item = &'a OsStr> {
    arguments.iter().enumerate().filter_map(move |(place, argument)| {
        if *argument == name {
            return arguments.get(place + 1).map(|value| value.as_os_str());
        }
        let rest = argument.as_bytes().strip_prefix(name.as_bytes())?;
        let is_short = !name.starts_with("--");
        let value = rest.strip_prefix(b"=").or_else(|| is_short.then_some(rest))?;
        Some(OsStr::from_bytes(value))
    })
}

/// The folders that a member's path means, which may have `*` and `?` in its parts.
fn matching(folder: &Path, pattern: &str) -> Vec<PathBuf> {
    let mut found = vec![folder.to_owned()];
    for part in pattern.split('/').filter(|part| !part.is_empty() && *part != ".") {
        found = match part.contains(['*', '?']) {
            false => found.iter().map(|folder| folder.join(part)).collect(),
            true => {
                let entries = found.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten().flatten();
                let fits = |path: &PathBuf| {
                    path.file_name()
                        .and_then(OsStr::to_str)
                        .is_some_and(|name| matches(part.as_bytes(), name.as_bytes()))
                };
                entries.map(|entry| entry.path()).filter(fits).collect()
            }
        };
    }
    found.retain(|folder| folder.join(MANIFEST).is_file());
    found
}

/// Whether a name fits a pattern.
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    match pattern.split_first() {
        None => name.is_empty(),
        Some((b'*', rest)) => (0..=name.len()).any(|skipped| matches(rest, &name[skipped..])),
        Some((b'?', rest)) => name.split_first().is_some_and(|(_, name)| matches(rest, name)),
        Some((byte, rest)) => name.split_first().is_some_and(|(first, name)| first == byte && matches(rest, name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workspace(files: &[(&str, &str)], nearest: &str) -> (tempfile::TempDir, Workspace) {
        let place = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let file = place.path().join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        let workspace = Workspace::of(&place.path().join(nearest)).unwrap();
        (place, workspace)
    }

    fn names(packages: &[&Package]) -> Vec<String> {
        let mut names: Vec<String> = packages.iter().map(|package| package.name().to_owned()).collect();
        names.sort();
        names
    }

    const MEMBERS: [(&str, &str); 4] = [
        ("Cargo.toml", "[workspace]\nmembers = ['crates/*']\n[workspace.package]\nrust-version = '1.97'\n"),
        ("crates/one/Cargo.toml", "[package]\nname = 'one'\nrust-version.workspace = true\n"),
        ("crates/two/Cargo.toml", "[package]\nname = 'two'\n[dependencies]\nthree = { path = '../../three' }\n"),
        ("three/Cargo.toml", "[package]\nname = 'three'\nrust-version = '1.50'\n"),
    ];

    #[test]
    fn the_packages_of_a_verb_are_those_that_it_names_or_is_in_or_all() {
        let chosen = |nearest: &str, line: &str| {
            let (_place, workspace) = workspace(&MEMBERS, nearest);
            let words: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
            names(&workspace.chosen(&words)).join(" ")
        };
        assert_eq!(chosen("Cargo.toml", ""), "one three two");
        assert_eq!(chosen("Cargo.toml", "-p one"), "one");
        assert_eq!(chosen("crates/two/Cargo.toml", ""), "three two");
        assert_eq!(chosen("crates/two/Cargo.toml", "--package=one"), "one");
        assert_eq!(chosen("crates/one/Cargo.toml", "--workspace"), "one three two");
    }

    #[test]
    fn a_rust_version_may_be_the_workspaces() {
        let (_place, workspace) = workspace(&MEMBERS, "crates/one/Cargo.toml");
        let versions: Vec<_> = workspace.chosen([]).iter().map(|package| package.rust_version()).collect();
        assert_eq!(versions, [Some("1.97")]);
    }

    #[test]
    fn a_program_and_a_library_clash_if_their_files_would_have_one_name() {
        let clash = |manifest: &str, program: &str| {
            let manifest = format!("[package]\nname = 'a-b'\n{manifest}");
            workspace(&[("Cargo.toml", &manifest), (program, "")], "Cargo.toml").1.has_clash()
        };
        let library = |name: &str| format!("[lib]\ncrate-type = ['rlib', 'cdylib']\nname = '{name}'\n");
        assert!(clash(&library("x"), "src/bin/x.rs"));
        assert!(clash(&library("x"), "src/bin/x/main.rs"));
        assert!(clash(&format!("{}[[bin]]\nname = 'x'\n", library("x")), "src/other.rs"));
        // Cargo keeps the hyphen in a program's name, and not in a library's.
        assert!(!clash("[lib]\ncrate-type = ['cdylib']\n", "src/main.rs"));
        assert!(!clash("[lib]\nname = 'x'\n", "src/bin/x.rs"));
        assert!(!clash("", "src/main.rs"));
        let two = [
            ("Cargo.toml", "[workspace]\nmembers = ['one', 'two']\n"),
            ("one/Cargo.toml", "[package]\nname = 'one'\n"),
            ("one/src/main.rs", ""),
            ("two/Cargo.toml", "[package]\nname = 'two'\n[lib]\nname = 'one'\ncrate-type = ['cdylib']\n"),
        ];
        assert!(workspace(&two, "two/Cargo.toml").1.has_clash());
    }
}
