//! Published packages and their own tests: `cargo p3 test` in a copy of each, as its author wrote it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use cargo_metadata::MetadataCommand;
use serde::Deserialize;

use crate::checkout::{Checkout, complete, copy};

/// `tests/crates.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    #[serde(rename = "crate")]
    crates: Vec<Package>,
}

/// One published package.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Package {
    name: String,
    version: String,
    /// The target, if it is not `cargo p3`'s own choice.
    #[serde(default)]
    target: Option<String>,
    /// Arguments to `cargo p3 test`, those of the test binaries after `--`.
    #[serde(default)]
    arguments: Vec<String>,
    /// Its tests run for every change, not only when all are asked for.
    #[serde(default)]
    always: bool,
    /// Exact versions for dependencies that have moved on since the package was published.
    #[serde(default)]
    pin: Vec<String>,
}

impl Package {
    /// What a person knows the row by.
    fn title(&self) -> String {
        let target = self.target.iter().map(|target| format!(" on {target}"));
        [format!("{} {}", self.name, self.version)].into_iter().chain(target).collect()
    }
}

/// How much of the list.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// The packages marked `always`.
    Some,
    /// All of them.
    All,
}

/// Runs the tests of listed packages.
///
/// # Errors
/// A package that cannot be fetched, built, or whose tests fail; all are tried.
pub fn crates(checkout: &Checkout, extent: Extent) -> Result<()> {
    let file = checkout.path("tests/crates.toml");
    let text = std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let mut list: List = toml::from_str(&text).with_context(|| format!("in {}", file.display()))?;
    list.crates.retain(|package| extent == Extent::All || package.always);
    let place = tempfile::tempdir()?;
    let sources = fetch(checkout, &list.crates, place.path())?;
    let mut failed = Vec::new();
    for (package, source) in list.crates.iter().zip(sources) {
        if let Err(error) = test(checkout, package, &source, place.path()) {
            println!("{}: {error:#}", package.title());
            failed.push(package.title());
        }
    }
    if failed.is_empty() { Ok(()) } else { bail!("tests of {} fail", failed.join(", ")) }
}

/// Brings the packages' sources onto this machine and says where each lies.
fn fetch(checkout: &Checkout, packages: &[Package], place: &Path) -> Result<Vec<PathBuf>> {
    let folder = place.join("fetch");
    std::fs::create_dir_all(folder.join("src"))?;
    std::fs::write(folder.join("src/lib.rs"), "")?;
    let mut manifest = "[package]\nname = \"fetch\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n".to_owned();
    // One that is tested for two targets stands in the list twice.
    let versions: BTreeMap<&str, &str> = packages.iter().map(|package| (&*package.name, &*package.version)).collect();
    for (name, version) in versions {
        manifest.push_str(&format!("{name} = {{ version = \"={version}\", default-features = false }}\n"));
    }
    std::fs::write(folder.join("Cargo.toml"), manifest)?;
    complete(checkout.cargo(&["fetch", "--quiet"]).current_dir(&folder))?;
    let metadata = MetadataCommand::new().manifest_path(folder.join("Cargo.toml")).exec()?;
    let find = |package: &Package| {
        let found = metadata.packages.iter().find(|found| *found.name == package.name);
        let manifest = &found.with_context(|| format!("{} was not fetched", package.name))?.manifest_path;
        Ok(manifest.parent().context("a manifest lies in a folder")?.into())
    };
    packages.iter().map(find).collect()
}

fn test(checkout: &Checkout, package: &Package, source: &Path, place: &Path) -> Result<()> {
    let target = package.target.as_deref();
    let folder = place.join(target.unwrap_or("default")).join(&package.name);
    std::fs::create_dir_all(&folder)?;
    copy(source, &folder)?;
    for pin in &package.pin {
        let (name, version) = pin.split_once('@').with_context(|| format!("pin `{pin}` is not NAME@VERSION"))?;
        complete(checkout.cargo(&["update", name, "--precise", version]).current_dir(&folder))?;
    }
    println!("\n---- {}", package.title());
    let mut command = Command::new(checkout.tool("cargo-p3"));
    command.args(["p3", "test"]).args(target.map(|target| format!("--target={target}"))).args(&package.arguments);
    command.current_dir(&folder).env("CARGO_TARGET_DIR", place.join("target"));
    for variable in ["CARGO", "RUSTUP_TOOLCHAIN"] {
        command.env_remove(variable);
    }
    complete(&mut command)
}
