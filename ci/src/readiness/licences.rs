//! Licences: of every library that a program is linked with, of what the linker is made of, and of this repository's own packages.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context as _, Result};
use cargo_metadata::{DependencyKind, Metadata, Package, PackageId};
use serde::Deserialize;
use spdx::{Expression, Licensee};

use super::context::Context;
use super::evidence::Evidence;
use super::sbom;

/// `ci/licences.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Policy {
    allowed: Vec<String>,
    rust: Rust,
}

/// Packages of Rust's own library that name no licence.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rust {
    licence: String,
    packages: BTreeSet<String>,
}

/// A package with the licence that holds for it.
pub(super) struct Licensed<'a> {
    pub(super) package: &'a Package,
    /// As an SPDX expression.
    pub(super) licence: String,
}

pub(super) fn check(context: &Context, evidence: &mut Evidence) -> Result<()> {
    let file = context.checkout.path("ci/licences.toml");
    let text = std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let policy: Policy = toml::from_str(&text).with_context(|| format!("in {}", file.display()))?;
    linked(context, &policy, evidence)?;
    repository(context, &policy, evidence)
}

/// What programs are linked with: one package for each library in the sysroot.
fn linked(context: &Context, policy: &Policy, evidence: &mut Evidence) -> Result<()> {
    let guest = context.guest()?;
    let mut cargo =
        guest.library_cargo(&["metadata", "--locked", "--format-version", "1"], &context.scratch("licences")?);
    let metadata = evidence.run(&mut cargo)?;
    let metadata: Metadata = serde_json::from_str(&metadata).context("cargo's metadata is not as expected")?;
    let mut found = Vec::new();
    for rlib in guest.rlibs()? {
        let name = crate_of(&rlib);
        let mut packages = metadata.packages.iter().filter(|package| is_library(package, &name));
        // Two packages with a library of one name: the one that lies in the library's own workspace is compiled for it.
        let package = packages.next().with_context(|| format!("no package makes {}", rlib.display()))?;
        if let Some(licensed) = licensed(package, policy, evidence) {
            found.push((licensed, rlib));
        }
    }
    let names: Vec<_> =
        found.iter().map(|(licensed, _)| format!("{} ({})", licensed.package.name, licensed.licence)).collect();
    evidence.holds(format!("{} libraries can be linked into a program: {}", names.len(), names.join(", ")));
    let native: Vec<_> = metadata
        .packages
        .iter()
        .filter(|package| {
            package.links.is_some() && found.iter().any(|(licensed, _)| licensed.package.id == package.id)
        })
        .map(|package| &**package.name)
        .filter(|name| *name != "compiler_builtins")
        .collect();
    evidence.judge(
        native.is_empty(),
        format!(
            "packages that link a library not written in Rust: {}",
            if native.is_empty() { "none".to_owned() } else { native.join(", ") }
        ),
    );
    let file = context.out.join("sbom.cdx.json");
    std::fs::write(&file, sbom::render(&found, &guest.sysroot)?)
        .with_context(|| format!("cannot write {}", file.display()))?;
    evidence.holds(format!(
        "the bill of materials (CycloneDX 1.6) is sbom.cdx.json, {} components with their hashes",
        found.len()
    ));
    Ok(())
}

/// This repository: its own packages, and all that the linker, which a distributed toolchain would contain, is made of.
fn repository(context: &Context, policy: &Policy, evidence: &mut Evidence) -> Result<()> {
    let metadata = evidence.run(&mut context.checkout.cargo(&["metadata", "--locked", "--format-version", "1"]))?;
    let metadata: Metadata = serde_json::from_str(&metadata).context("cargo's metadata is not as expected")?;
    let own = metadata.workspace_packages();
    let foreign: Vec<_> = own
        .iter()
        .filter(|package| package.license.as_deref() != Some("MIT OR Apache-2.0"))
        .map(|package| &**package.name)
        .collect();
    evidence.judge(
        foreign.is_empty(),
        format!(
            "packages of this repository that are not MIT OR Apache-2.0: {}",
            if foreign.is_empty() { "none".to_owned() } else { foreign.join(", ") }
        ),
    );
    for file in ["LICENSE-MIT", "LICENSE-APACHE"] {
        evidence.judge(context.checkout.path(file).is_file(), format!("{file} is there"));
    }
    let linker = own
        .iter()
        .find(|package| *package.name == "component-ld")
        .context("the linker is no package of the workspace")?;
    let parts = closure(&metadata, &linker.id);
    let mut licences = BTreeSet::new();
    for package in &parts {
        licences.extend(licensed(package, policy, evidence).map(|licensed| licensed.licence));
    }
    evidence.holds(format!(
        "the linker is made of {} packages, all allowed: {}",
        parts.len(),
        licences.into_iter().collect::<Vec<_>>().join("; ")
    ));
    Ok(())
}

/// The package with its licence, if that is allowed; a red line otherwise.
fn licensed<'a>(package: &'a Package, policy: &Policy, evidence: &mut Evidence) -> Option<Licensed<'a>> {
    let licence = match &package.license {
        // What old manifests write for OR.
        Some(licence) => licence.replace('/', " OR "),
        None if policy.rust.packages.contains(&**package.name) => policy.rust.licence.clone(),
        None => {
            evidence.fails(format!("{} {} names no licence", package.name, package.version));
            return None;
        }
    };
    match allows(&policy.allowed, &licence) {
        Ok(true) => return Some(Licensed { package, licence }),
        Ok(false) => {
            evidence.fails(format!("{} {} is {licence}, which is not on the list", package.name, package.version))
        }
        Err(error) => evidence
            .fails(format!("{} {}: `{licence}` is no SPDX expression: {error:#}", package.name, package.version)),
    }
    None
}

/// Whether the list satisfies an expression.
fn allows(allowed: &[String], licence: &str) -> Result<bool> {
    let allowed: Vec<Licensee> = allowed
        .iter()
        .map(|name| Licensee::parse(name).with_context(|| format!("`{name}` on the list is no licence")))
        .collect::<Result<_>>()?;
    let expression = Expression::parse(licence).map_err(|error| anyhow::anyhow!("{}", error.reason))?;
    Ok(expression.evaluate(|asked| allowed.iter().any(|licensee| licensee.satisfies(asked))))
}

/// A package and all it is made of; what only tests and build scripts use is left out.
fn closure<'a>(metadata: &'a Metadata, root: &'a PackageId) -> Vec<&'a Package> {
    let resolve = metadata.resolve.as_ref().expect("metadata was asked for with its graph");
    let mut wanted = vec![root];
    let mut seen = BTreeSet::new();
    while let Some(id) = wanted.pop() {
        if seen.insert(id) {
            let node = resolve.nodes.iter().find(|node| node.id == *id).expect("every package is a node");
            let normal =
                node.deps.iter().filter(|dep| dep.dep_kinds.iter().any(|kind| kind.kind == DependencyKind::Normal));
            wanted.extend(normal.map(|dep| &dep.pkg));
        }
    }
    metadata.packages.iter().filter(|package| seen.contains(&package.id)).collect()
}

/// `lib<crate>[-<hash>].rlib`
fn crate_of(rlib: &Path) -> String {
    let stem = rlib.file_stem().unwrap_or_default().to_string_lossy();
    let name = stem.strip_prefix("lib").unwrap_or(&stem);
    name.split('-').next().unwrap_or(name).to_owned()
}

fn is_library(package: &Package, name: &str) -> bool {
    package.targets.iter().any(|target| {
        target.name.replace('-', "_") == name && target.kind.iter().any(|kind| kind.to_string().contains("lib"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_judged() {
        let allowed = ["MIT".to_owned(), "Apache-2.0 WITH LLVM-exception".to_owned()];
        assert!(allows(&allowed, "MIT OR GPL-3.0-only").unwrap());
        assert!(!allows(&allowed, "MIT AND GPL-3.0-only").unwrap());
        assert!(allows(&allowed, "Apache-2.0 WITH LLVM-exception").unwrap());
        assert!(!allows(&allowed, "Apache-2.0").unwrap());
        assert!(allows(&allowed, "gibberish").is_err());
    }

    #[test]
    fn libraries_are_named_after_crates() {
        assert_eq!(crate_of(Path::new("/x/libcfg_if-893bde94.rlib")), "cfg_if");
        assert_eq!(crate_of(Path::new("/x/libstd.rlib")), "std");
    }
}
