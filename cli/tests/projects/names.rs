//! The names of the library's functions that tools know.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use object::read::archive::ArchiveFile;
use wasmparser::{KnownCustom, Linking, SymbolFlags, SymbolInfo};

use crate::project::{Project, stdout, succeeded};

/// What the linker and the runtime know of the library by name: whoever renames it there, or Rust's authors, must find
/// out.
#[test]
fn names_that_the_tools_look_for_are_in_the_library() {
    let output = Project::new("names").p3("env").arg("--json").output().unwrap();
    let variables: serde_json::Value = serde_json::from_str(&stdout(&succeeded(output))).unwrap();
    let rustc = PathBuf::from(variables["RUSTC"].as_str().unwrap());
    let sysroot = rustc.parent().and_then(Path::parent).unwrap();
    let (mut symbols, mut paths) = (BTreeSet::new(), BTreeSet::new());
    for file in fs::read_dir(sysroot.join("lib/rustlib/wasm32-wasip3/lib")).unwrap() {
        for symbol in symbols_of(&file.unwrap().path()) {
            let path = format!("{:#}", rustc_demangle::demangle(&symbol));
            // What is generic has a name for each crate that uses it.
            paths.insert(path.split("::<").next().unwrap().to_owned());
            symbols.insert(symbol);
        }
    }
    let gone = contract::symbols::of_the_library().filter(|symbol| !symbols.contains(*symbol));
    let is_there =
        |path: &str| paths.contains(path) || is_in_sources(&sysroot.join("lib/rustlib/src/rust/library"), path);
    let gone = gone.chain(contract::paths::of_the_library().filter(|path| !is_there(path)));
    let has_end = |end: &str| paths.iter().any(|path| path.ends_with(end));
    let gone: Vec<&str> = gone.chain(contract::paths::COLD.into_iter().filter(|end| !has_end(end))).collect();
    assert!(gone.is_empty(), "the library has none of these (see library/contract): {gone:#?}");
}

/// Whether `<krate::module::Type>::function` is in the sources of that module: what was inlined everywhere has no
/// symbol, and does have one in a library that is compiled otherwise.
fn is_in_sources(library: &Path, path: &str) -> bool {
    let Some((of_type, function)) = path.strip_prefix('<').and_then(|path| path.split_once(">::")) else {
        return false;
    };
    let Some((module, _)) = of_type.rsplit_once("::") else { return false };
    let Some((krate, module)) = module.split_once("::") else { return false };
    let file = library.join(krate).join("src").join(module.replace("::", "/")).with_extension("rs");
    fs::read_to_string(file).is_ok_and(|text| text.contains(&format!("fn {function}(")))
}

/// The functions and data that the objects of an archive define.
fn symbols_of(archive: &Path) -> Vec<String> {
    let bytes = fs::read(archive).unwrap();
    let mut symbols = Vec::new();
    for member in ArchiveFile::parse(&*bytes).unwrap().members() {
        let object = member.unwrap().data(&*bytes).unwrap();
        if !object.starts_with(b"\0asm") {
            continue;
        }
        for payload in wasmparser::Parser::new(0).parse_all(object) {
            let wasmparser::Payload::CustomSection(section) = payload.unwrap() else { continue };
            let KnownCustom::Linking(linking) = section.as_known() else { continue };
            for subsection in linking.subsections() {
                let Linking::SymbolTable(table) = subsection.unwrap() else { continue };
                symbols.extend(table.into_iter().filter_map(|symbol| match symbol.unwrap() {
                    SymbolInfo::Func { flags, name: Some(name), .. } if !flags.contains(SymbolFlags::UNDEFINED) => {
                        Some(name.to_owned())
                    }
                    SymbolInfo::Data { name, symbol: Some(_), .. } => Some(name.to_owned()),
                    _ => None,
                }));
            }
        }
    }
    symbols
}
