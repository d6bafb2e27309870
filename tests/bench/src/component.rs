//! Size and imports of components: what a program costs before it runs, and what it asks of its host.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Serialize;
use wasmparser::{Parser, Payload};

use crate::build;
use crate::place::{Place, complete};

/// One build of one program.
#[derive(Serialize)]
pub(crate) struct Component {
    /// The program and, if it is not the release build, the profile.
    pub(crate) name: String,
    pub(crate) title: &'static str,
    /// Bytes of the file.
    pub(crate) size: u64,
    /// The interfaces it imports, in its own order.
    pub(crate) imports: Vec<String>,
    /// The same program built the peer's way, in bytes.
    pub(crate) peer: Option<u64>,
    /// What the project promises.
    pub(crate) at_most: Option<u64>,
}

/// Builds what is on record.
pub(crate) fn build(place: &Place) -> Result<Vec<Component>> {
    let smallest = smallest(place)?.join("hello.wasm");
    let release = build::guest(place, "release")?;
    let read = |name: &str, title, peer| Component::read(name, title, peer, &release.join(name).with_extension("wasm"));
    let mut hello = Component::read(
        "hello-smallest",
        "hello: opt-level z, lto, strip, panic=abort, std rebuilt with the same",
        Some(59_266),
        &smallest,
    )?;
    hello.at_most = Some(31_000);
    Ok(vec![
        hello,
        read("hello", "hello, release", Some(93_945))?,
        read("empty", "an empty main, release", Some(76_597))?,
        read("clocks", "Instant and SystemTime, release", None)?,
        read("env_args", "environment and arguments, release", None)?,
        read("fs_metadata", "files made, listed, removed, release", None)?,
        read("hash_map", "a HashMap, release", None)?,
        read("tcp", "a TCP client, release", None)?,
    ])
}

/// Builds hello with the profile `smallest`, std included. Returns the directory of the component.
fn smallest(place: &Place) -> Result<PathBuf> {
    place.build_tools()?;
    let directory = place.builds("smallest");
    let mut command = place.cargo_p3("build");
    command.args([
        "--quiet",
        "--profile",
        "smallest",
        "--bin",
        "hello",
        "-Zbuild-std=std,panic_abort",
        "--manifest-path",
    ]);
    command.arg(place.path("tests/bench/programs/Cargo.toml")).arg("--target-dir").arg(&directory);
    complete(command)?;
    Ok(directory.join("wasm32-wasip3/smallest"))
}

impl Component {
    fn read(name: &str, title: &'static str, peer: Option<u64>, file: &Path) -> Result<Component> {
        let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        let imports = imports(&bytes).with_context(|| format!("{} is not a component", file.display()))?;
        Ok(Component { name: name.to_owned(), title, size: bytes.len() as u64, imports, peer, at_most: None })
    }
}

/// The names of a component's own imports; those of the modules and components inside it are its own affair.
fn imports(bytes: &[u8]) -> Result<Vec<String>> {
    let mut imports = Vec::new();
    let mut depth = 0;
    for payload in Parser::new(0).parse_all(bytes) {
        match payload? {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) if depth > 0 => depth -= 1,
            Payload::ComponentImportSection(section) if depth == 0 => {
                for import in section {
                    imports.push(import?.name.name.to_owned());
                }
            }
            _ => {}
        }
    }
    Ok(imports)
}
