//! Code, names and debug information: what comes out of a link, and what is stripped.

use std::collections::BTreeMap;
use std::fs;

use wasmparser::{Parser, Payload};

use crate::room::Room;

#[test]
fn code_and_debug_information_are_as_wasm_ld_left_them() {
    let room = Room::new();
    let module = sections(&room.links("constructor", &["-g", "-Clink-arg=--skip-wit-component"]));
    let component = sections(&room.links("constructor", &["-g"]));
    for name in ["code", ".debug_info", ".debug_line", ".debug_abbrev", ".debug_str", "name"] {
        assert!(module.contains_key(name), "no {name} among {:?}", module.keys());
        assert!(module.get(name) == component.get(name), "{name} differs");
    }
    assert!(component.contains_key("producers"));
}

#[test]
fn stripping_takes_what_it_says() {
    let room = Room::new();
    let debug = sections(&room.links("constructor", &["-g", "-Cstrip=debuginfo"]));
    assert!(debug.contains_key("name") && !debug.keys().any(|name| name.starts_with(".debug")), "{:?}", debug.keys());
    let all = room.links("constructor", &["-g", "-Cstrip=symbols"]);
    for name in ["name", "producers", "component-name", ".debug_info", "target_features"] {
        assert!(!sections(&all).contains_key(name), "{name} is left");
    }
}

#[test]
fn the_core_module_of_a_program_that_counts_lines_stays_beside_it() {
    let room = Room::new();
    for flags in [&[][..], &["-Cstrip=symbols"]] {
        room.links("covered", flags);
        let module = fs::read(room.path("covered.core.wasm")).unwrap();
        assert!(module.starts_with(b"\0asm\x01\0\0\0"));
        assert!(sections(&module).contains_key("__llvm_covmap"));
        fs::remove_file(room.path("covered.core.wasm")).unwrap();
    }
    room.links("command", &[]);
    assert!(!room.path("command.core.wasm").exists());
}

/// The contents of the custom sections and of the code of a module, or of the modules in a component, by name.
pub(crate) fn sections(binary: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    for payload in Parser::new(0).parse_all(binary) {
        match payload.unwrap() {
            Payload::CustomSection(section) => {
                all.entry(section.name().to_owned()).or_insert_with(|| section.data().to_vec());
            }
            Payload::CodeSectionStart { unchecked_range: range, .. } => {
                all.entry("code".to_owned())
                    .or_insert_with(|| binary[range.start as usize..range.end as usize].to_vec());
            }
            _ => {}
        }
    }
    all
}
