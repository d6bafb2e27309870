//! Dependencies that ask for a newer Rust than guests are built with: told before cargo refuses them, as `release`
//! tells of the user's own packages.
//!
//! Which packages are built is known to cargo alone, when it has resolved them. It is asked (`cargo metadata`) if
//! `Cargo.lock`, where it keeps that, is not one of those with which all was well, whose hashes are kept in the cache;
//! so it is asked once after each change. Left out: dependencies of features that are off by default.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};
use std::{env, fs};

use serde::Deserialize;

use crate::cache::Cache;
use crate::guest::Guest;
use crate::verb::Verb;
use crate::words::Words;
use crate::workspace::Workspace;
use crate::{process, release};

/// Tells of the first dependency that asks for a newer Rust. Cargo's exit code if it cannot resolve them, and has said
/// why.
pub(crate) fn tell(verb: Verb, guest: &Guest, words: &Words, workspace: &Workspace) -> Option<ExitCode> {
    if verb == Verb::Install || release::is_ignored(words) || !workspace.has_dependencies() {
        return None;
    }
    let good = Good::kept();
    if good.as_ref().is_some_and(|good| good.holds(&workspace.lock())) {
        return None;
    }
    let metadata = match ask(guest, words) {
        Ok(metadata) => metadata?,
        Err(code) => return Some(code),
    };
    if !metadata.packages.iter().any(Package::is_newer) {
        if let Some(good) = good {
            good.keep(&workspace.lock());
        }
        return None;
    }
    let chosen = workspace.chosen(words.cargos());
    let roots =
        metadata.packages.iter().filter(|package| chosen.iter().any(|chosen| chosen.is_at(&package.manifest_path)));
    let built = metadata.reached(roots.map(|package| package.id.as_str()).collect(), has_tests(verb, words));
    let mut newer = metadata.packages.iter().filter(|package| package.source.is_some() && package.is_newer());
    if let Some(Package { name, version, rust_version: Some(wanted), .. }) =
        newer.find(|package| built.contains(package.id.as_str()))
    {
        eprintln!(
            "note: {}; `cargo p3 update {name} --precise VERSION` takes an older one",
            release::refusal(&format!("the dependency {name} {version}"), wanted)
        );
    }
    None
}

/// Asks cargo. None if it cannot tell offline, `Err` with its exit code if it cannot tell at all.
fn ask(guest: &Guest, words: &Words) -> Result<Option<Metadata>, ExitCode> {
    let mut cargo = guest.cargo();
    cargo.args(&words.options).args(["metadata", "--format-version=1", "--filter-platform", guest.target().name]);
    cargo.args(passed_on(words));
    // What is not fetched yet may be of packages that this build does not need.
    let is_offline = words.cargos().any(|word| word == "--offline" || word == "--frozen")
        || env::var_os("CARGO_NET_OFFLINE").is_some_and(|value| value == "true");
    cargo.stderr(if is_offline { Stdio::null() } else { Stdio::inherit() });
    let Ok(output) = cargo.output() else { return Ok(None) };
    if !output.status.success() {
        return if is_offline { Ok(None) } else { Err(process::exit_code(output.status)) };
    }
    Ok(serde_json::from_slice(&output.stdout).ok())
}

/// The words after the verb that say where the packages are and how to resolve them.
fn passed_on(words: &Words) -> Vec<&OsString> {
    const WITH_VALUE: [&str; 4] = ["--manifest-path", "--config", "--color", "-Z"];
    const FLAGS: [&str; 5] = ["--locked", "--offline", "--frozen", "-q", "--quiet"];
    let mut passed = Vec::new();
    let mut rest = words.rest.iter().take_while(|&word| word != "--");
    while let Some(word) = rest.next() {
        let text = word.to_string_lossy();
        let is_joined =
            |name: &&str| text.strip_prefix(name).is_some_and(|value| value.starts_with('=') || *name == "-Z");
        if WITH_VALUE.contains(&&*text) {
            passed.push(word);
            passed.extend(rest.next());
        } else if FLAGS.contains(&&*text) || WITH_VALUE.iter().any(is_joined) {
            passed.push(word);
        }
    }
    passed
}

/// Whether dependencies that only tests and the like have are built.
fn has_tests(verb: Verb, words: &Words) -> bool {
    let is_one = |word: &OsString| {
        let text = word.to_string_lossy();
        let name = text.split_once('=').map_or(&*text, |(name, _)| name);
        ["--all-targets", "--tests", "--test", "--benches", "--bench", "--examples", "--example"].contains(&name)
    };
    matches!(verb, Verb::Test | Verb::Bench | Verb::Nextest) || words.cargos().any(is_one)
}

/// What cargo tells.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    resolve: Resolved,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    name: String,
    version: String,
    rust_version: Option<String>,
    /// None if it is the user's own.
    source: Option<String>,
    manifest_path: PathBuf,
}

#[derive(Deserialize)]
struct Resolved {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    pkg: String,
    dep_kinds: Vec<Kind>,
}

#[derive(Deserialize)]
struct Kind {
    kind: Option<String>,
}

impl Package {
    fn is_newer(&self) -> bool {
        self.rust_version.as_deref().is_some_and(release::is_newer)
    }
}

impl Metadata {
    /// The packages that are built for these.
    fn reached<'a>(&'a self, roots: Vec<&'a str>, with_tests: bool) -> BTreeSet<&'a str> {
        let nodes: BTreeMap<&str, &Node> = self.resolve.nodes.iter().map(|node| (node.id.as_str(), node)).collect();
        let of_roots: BTreeSet<&str> = roots.iter().copied().collect();
        let mut reached = BTreeSet::new();
        let mut next = roots;
        while let Some(id) = next.pop() {
            if !reached.insert(id) {
                continue;
            }
            let with_tests = with_tests && of_roots.contains(id);
            let is_built = |kind: &Kind| with_tests || kind.kind.as_deref() != Some("dev");
            let dependencies = nodes.get(id).into_iter().flat_map(|node| &node.deps);
            next.extend(dependencies.filter(|it| it.dep_kinds.iter().any(is_built)).map(|it| it.pkg.as_str()));
        }
        reached
    }
}

/// The lock files with which all was well, by their hashes, the newest last.
struct Good {
    file: PathBuf,
    hashes: Vec<String>,
}

/// Beyond that many, the oldest are forgotten.
const KEPT: usize = 100;

impl Good {
    fn kept() -> Option<Good> {
        let file = Cache::locate().ok()?.path().join("good-locks");
        let text = fs::read_to_string(&file).unwrap_or_default();
        Some(Good { file, hashes: text.lines().map(str::to_owned).collect() })
    }

    fn holds(&self, lock: &Path) -> bool {
        hash(lock).is_some_and(|hash| self.hashes.contains(&hash))
    }

    /// Two at a time may lose one, which is asked for again.
    fn keep(mut self, lock: &Path) {
        self.hashes.extend(hash(lock));
        let from = self.hashes.len().saturating_sub(KEPT);
        let written = self.file.parent().map(fs::create_dir_all).and_then(Result::ok);
        _ = written.map(|()| fs::write(&self.file, self.hashes[from..].join("\n")));
    }
}

fn hash(lock: &Path) -> Option<String> {
    let mut hasher = DefaultHasher::new();
    fs::read(lock).ok()?.hash(&mut hasher);
    Some(format!("{:016x}", hasher.finish()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Words {
        Words::read(line.split_whitespace().map(OsString::from)).unwrap()
    }

    #[test]
    fn what_says_where_packages_are_is_passed_on() {
        let words =
            words("build --manifest-path a/Cargo.toml -Zx -p one --config b=1 --locked --features f -- --locked");
        let passed: Vec<_> = passed_on(&words).into_iter().map(|word| word.to_str().unwrap()).collect();
        assert_eq!(passed.join(" "), "--manifest-path a/Cargo.toml -Zx --config b=1 --locked");
    }

    #[test]
    fn dependencies_of_tests_count_where_tests_are_built() {
        let of = |id: &str, deps: &str| format!(r#"{{"id": "{id}", "deps": [{deps}]}}"#);
        let to = |pkg: &str, kind: &str| format!(r#"{{"pkg": "{pkg}", "dep_kinds": [{{"kind": {kind}}}]}}"#);
        let nodes = [
            of("own", &[to("normal", "null"), to("tested", "\"dev\"")].join(", ")),
            of("normal", &[to("built", "\"build\""), to("others", "\"dev\"")].join(", ")),
        ];
        let text = format!(r#"{{"packages": [], "resolve": {{"nodes": [{}]}}}}"#, nodes.join(", "));
        let metadata: Metadata = serde_json::from_str(&text).unwrap();
        let reached = |with_tests| Vec::from_iter(metadata.reached(vec!["own"], with_tests)).join(" ");
        assert_eq!(reached(false), "built normal own");
        assert_eq!(reached(true), "built normal own tested");
        assert!(
            has_tests(Verb::Build, &words("build --test=x")) && !has_tests(Verb::Build, &words("build -- --tests"))
        );
    }
}
