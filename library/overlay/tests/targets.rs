//! targets/README.md explains every key by which a spec differs from rustc's built-in target of that name, or from the first of
//! ours where rustc has none, and no other.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Map, Value};

mod toolchain;

#[test]
fn each_differing_key_is_explained() {
    let targets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../targets");
    let readme = fs::read_to_string(targets.join("README.md")).expect("targets/README.md is readable");
    let file = |target: &str| targets.join(format!("{target}.json")).to_str().expect("UTF-8").to_owned();
    for target in overlay::targets() {
        let ours = spec(&file(target)).expect("rustc reads our specs");
        let other = spec(target).or_else(|| spec(&file("wasm32-wasip3"))).expect("rustc reads our specs");
        let differing: BTreeSet<&str> = ours
            .keys()
            .chain(other.keys())
            .filter(|key| ours.get(*key) != other.get(*key))
            .map(String::as_str)
            .collect();
        assert_eq!(explained(&readme, target), differing, "the table of {target} in targets/README.md");
    }
}

/// The first cells of the table in the target's section.
fn explained<'a>(readme: &'a str, target: &str) -> BTreeSet<&'a str> {
    let (_, section) = readme.split_once(&format!("\n## {target}\n")).expect("each target has a section");
    let section = section.split("\n## ").next().expect("split gives at least one part");
    section.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` |")).map(|(key, _)| key).collect()
}

/// What rustc makes of a target, defaults filled in; nothing if it does not know it.
fn spec(target: &str) -> Option<Map<String, Value>> {
    let output = Command::new(toolchain::find().rustc())
        .args(["-Zunstable-options", "--print", "target-spec-json", "--target", target])
        .env("RUSTC_BOOTSTRAP", "1")
        .output()
        .expect("rustc runs");
    output.status.success().then(|| serde_json::from_slice(&output.stdout).expect("rustc prints JSON"))
}
