//! Sizes and imports against those on record: a program that grows or asks for more does so in a diff that somebody reads.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::component::Component;
use crate::place::Place;

/// How far a size may stray before the record has to be renewed: what a compiler's mood amounts to.
const TOLERANCE: f64 = 0.01;

const HOW_TO_RENEW: &str = "if that is meant: cargo bench-all golden --bless";

/// Says everything that differs from the record.
pub(crate) fn compare(place: &Place, components: &[Component]) -> Result<Vec<String>> {
    let recorded = read_sizes(place)?;
    let mut complaints = Vec::new();
    for component in components {
        let Component { name, size, at_most, .. } = component;
        match recorded.get(name) {
            Some(before) if (*size as f64 - *before as f64).abs() > *before as f64 * TOLERANCE => {
                complaints.push(format!("{name}: {size} bytes, on record {before}; {HOW_TO_RENEW}"));
            }
            Some(_) => {}
            None => complaints.push(format!("{name}: no size on record; {HOW_TO_RENEW}")),
        }
        if let Some(at_most) = at_most.filter(|at_most| size > at_most) {
            complaints.push(format!("{name}: {size} bytes, promised at most {at_most}"));
        }
    }
    let before = read(&imports_file(place))?;
    let now = imports_text(components);
    if before != now {
        let difference = similar::TextDiff::from_lines(&before, &now).unified_diff().to_string();
        complaints.push(format!("imports differ; {HOW_TO_RENEW}\n{difference}"));
    }
    Ok(complaints)
}

/// Records what is. A broken promise is told all the same.
pub(crate) fn bless(place: &Place, components: &[Component]) -> Result<Vec<String>> {
    write(&sizes_file(place), &sizes_text(components))?;
    write(&imports_file(place), &imports_text(components))?;
    compare(place, components)
}

fn sizes_file(place: &Place) -> PathBuf {
    place.path("tests/golden/wasm32-wasip3/size.txt")
}

fn imports_file(place: &Place) -> PathBuf {
    place.path("tests/golden/wasm32-wasip3/imports.txt")
}

fn sizes_text(components: &[Component]) -> String {
    components.iter().map(|component| format!("{} {}\n", component.name, component.size)).collect()
}

fn read_sizes(place: &Place) -> Result<BTreeMap<String, u64>> {
    let file = sizes_file(place);
    let line = |line: &str| Some((line.split_once(' ')?.0.to_owned(), line.split_once(' ')?.1.parse().ok()?));
    let sizes: Result<_> =
        read(&file)?.lines().map(|text| line(text).with_context(|| format!("not `NAME BYTES`: {text}"))).collect();
    sizes.with_context(|| format!("in {}", file.display()))
}

fn imports_text(components: &[Component]) -> String {
    let mut text = String::new();
    for component in components {
        text.push_str(&component.name);
        text.push('\n');
        for import in &component.imports {
            text.push_str(&format!("    {import}\n"));
        }
    }
    text
}

fn read(file: &PathBuf) -> Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("cannot read {}; {HOW_TO_RENEW}", file.display()))
}

fn write(file: &PathBuf, text: &str) -> Result<()> {
    std::fs::create_dir_all(file.parent().expect("a record lies in a directory"))?;
    std::fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
}
