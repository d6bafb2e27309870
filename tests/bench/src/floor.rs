//! Floors: hand-written components (floors/*.wat) that make the calls of the host which a benchmark cannot do without, and nothing else.
//!
//! Here because a promise may be out of reach of any standard library: what a floor takes beside native is what the interface and the
//! runtime take, and the most that std can do is to come near it. A floor is called like the program it stands for and reports the same
//! figures, or those of them that a bare call can stand for.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use wit_component::{ComponentEncoder, StringEncoding};

use crate::place::Place;

/// Encodes every floor into `directory`.
pub(crate) fn build(place: &Place, directory: &Path) -> Result<()> {
    std::fs::create_dir_all(directory).with_context(|| format!("cannot make {}", directory.display()))?;
    for name in names(place)? {
        let file = directory.join(&name).with_extension("wasm");
        std::fs::write(&file, encode(place, &name)?).with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(())
}

/// The programs that have a floor.
fn names(place: &Place) -> Result<Vec<String>> {
    let directory = place.path("tests/bench/floors");
    let entries = std::fs::read_dir(&directory).with_context(|| format!("cannot read {}", directory.display()))?;
    let mut names = Vec::new();
    for entry in entries {
        let file = PathBuf::from(entry?.file_name());
        if file.extension().is_some_and(|extension| extension == "wat") && file != Path::new(PRELUDE) {
            names.push(file.with_extension("").to_string_lossy().into_owned());
        }
    }
    Ok(names)
}

/// What all floors share.
const PRELUDE: &str = "prelude.wat";

/// The component of one floor: the prelude and its own text, in one module, as a `wasi:cli/command`.
fn encode(place: &Place, name: &str) -> Result<Vec<u8>> {
    let text = |file: &str| {
        let file = place.path("tests/bench/floors").join(file);
        std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))
    };
    let (prelude, own) = (text(PRELUDE)?, text(&format!("{name}.wat"))?);
    // Imports come first in a module, whichever text they stand in.
    let (imports, definitions): (Vec<&str>, Vec<&str>) =
        prelude.lines().chain(own.lines()).partition(|line| line.starts_with("(import "));
    let module = format!(
        "(module {} {} (export \"wasi:cli/run@0.3.0#run\" (func $run)))",
        imports.join("\n"),
        definitions.join("\n")
    );
    let mut module = wat::parse_str(&module).with_context(|| format!("in the floor {name}"))?;
    let resolve = wasi_wit::wasi();
    let (cli, _) = resolve
        .packages
        .iter()
        .find(|(_, package)| package.name.name == "cli")
        .context("there is no package wasi:cli")?;
    let world = resolve.select_world(&[cli], Some("command"))?;
    wit_component::embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8, false)?;
    ComponentEncoder::default()
        .validate(true)
        .module(&module)
        .and_then(ComponentEncoder::encode)
        .map_err(|error| anyhow!("the floor {name}: {error:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::Table;

    #[test]
    fn every_floor_is_a_component_and_has_its_program() {
        let place = Place::find(None).unwrap();
        let table = Table::read(&place).unwrap();
        let names = names(&place).unwrap();
        assert!(!names.is_empty());
        for name in names {
            assert!(table.runs.iter().any(|run| run.program == name), "no row runs {name}");
            assert!(encode(&place, &name).unwrap().starts_with(b"\0asm\x0d\0\x01\0"));
        }
    }
}
