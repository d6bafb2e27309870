//! What a program lacks and the linker supplies: functions of WASI 0.1, and an allocator for what arrives.

use std::fs;

use crate::room::{Room, function};

#[test]
fn an_import_of_wasi_0_1_that_the_library_serves_is_linked_to_it() {
    for flags in [&["--cfg=served", "-g"][..], &["--cfg=served", "-Clto=fat"], &["--cfg=served", "-Clinker-plugin-lto"]]
    {
        let room = Room::new();
        // With the linker's own optimisation the objects are in LLVM's format.
        let of_all: Vec<&str> = flags.iter().copied().filter(|flag| *flag == "-Clinker-plugin-lto").collect();
        room.compiles("wants_wasi_0_1", &[&["--crate-name=dependency"], &of_all[..]].concat());
        room.compiles("serves_wasi_0_1", &[]);
        let text = wasmprinter::print_bytes(room.links("caller", flags)).unwrap();
        assert!(!text.contains("wasi_snapshot_preview1"), "{text}");
        assert!(text.contains("call $component_wasi_0_1_random_get"), "{text}");
    }
}

#[test]
fn what_the_host_passes_in_is_held_by_the_crates_own_allocator() {
    let room = Room::new();
    let bindings = bindings(&room, "package test:greets; world greets { export greet: func(name: string) -> u32; }");
    for flags in [&["-g"][..], &["-Cstrip=symbols"], &["-Clinker-plugin-lto"]] {
        let text = wasmprinter::print_bytes(room.links("allocates", &[flags, &[&bindings]].concat())).unwrap();
        assert!(text.contains("(export \"cabi_realloc\"") && text.contains("(realloc "), "{text}");
    }
    let own = wasmprinter::print_bytes(room.links("allocates", &["-g", "--cfg=own", &bindings])).unwrap();
    assert!(function(&own, "cabi_realloc").contains("i32.const 24"), "{own}");
    let error = room.fails("allocates", &["--cfg=bare", &bindings]);
    assert!(error.contains("#[global_allocator]") && error.contains("`cabi_realloc`"), "{error}");
}

/// Flag for an object with a component type, as bindings leave one beside their code.
fn bindings(room: &Room, world: &str) -> String {
    let mut resolve = wit_parser::Resolve::default();
    let package = resolve.push_source("world.wit", world).unwrap();
    let world = resolve.select_world(&[package], None).unwrap();
    let encoding = wit_component::StringEncoding::UTF8;
    let data = wit_component::metadata::encode(&resolve, world, encoding, None, false).unwrap();
    let mut object = wasm_encoder::Module::new();
    object.section(wasm_encoder::LinkingSection::new().symbol_table(&wasm_encoder::SymbolTable::new()));
    object.section(&wasm_encoder::CustomSection { name: "component-type:greets".into(), data: data.into() });
    let file = room.path("bindings.o");
    fs::write(&file, object.finish()).unwrap();
    format!("-Clink-arg={}", file.display())
}

/// Bindings give memory back to the program's global allocator; std alone need not take it from there.
#[test]
fn what_arrives_comes_from_the_platform_unless_there_are_bindings() {
    let room = Room::new();
    let exports = |flags: &[&str]| {
        let module = room.links("reallocs", &[flags, &["-Clink-arg=--skip-wit-component"]].concat());
        let text = wasmprinter::print_bytes(module).unwrap();
        ["component_realloc", "cabi_realloc"].map(|name| text.contains(&format!("(export \"{name}\"")))
    };
    assert_eq!(exports(&[]), [true, false]);
    assert_eq!(exports(&["--cfg=bindings"]), [false, true]);
    let text = wasmprinter::print_bytes(room.links("reallocs", &[])).unwrap();
    assert!(text.contains("(export \"cabi_realloc\" (func $component_realloc"), "{text}");
}
