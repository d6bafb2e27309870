//! What the build script embedded, as the rest of the crate wants to see it.

mod data {
    include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
}

use std::borrow::Cow;

use toml::Table;

use crate::Parts;

/// The sources of the macros that std exports: path and text.
pub(crate) const MACROS: &[(&str, &str)] = data::MACROS;

/// A file to be laid over the library: where it goes (relative to `library/`), and its text.
pub(crate) struct NewFile {
    pub(crate) path: String,
    pub(crate) text: Cow<'static, str>,
}

/// A target spec: the file stem, and the JSON text.
pub(crate) struct Target {
    pub(crate) name: &'static str,
    pub(crate) json: &'static str,
}

/// The edits: path below `library/` (for messages) and TOML text.
pub(crate) fn edit_files(parts: Parts) -> impl Iterator<Item = (String, &'static str)> {
    let needed = data::EDITS.iter().map(|&(path, text)| (format!("edits/{path}"), text));
    let faster = data::FASTER_EDITS.iter().map(|&(path, text)| (format!("faster/edits/{path}"), text));
    needed.chain(faster.filter(move |_| parts == Parts::All))
}

/// The platform crates: the directory of each, here as there, and its files.
const PLATFORM_CRATES: [(&str, &[(&str, &str)]); 6] = [
    ("c", data::C_CRATE),
    ("component", data::COMPONENT_CRATE),
    ("contract", data::CONTRACT_CRATE),
    ("heap", data::HEAP_CRATE),
    ("wasi", data::WASI_CRATE),
    ("web", data::WEB_CRATE),
];

/// New files of upstream's crates, at the places where upstream would have them: the directory of each crate, here as there.
const UPSTREAM_CRATES: [(&str, &[(&str, &str)]); 6] = [
    ("alloc", data::ALLOC_FILES),
    ("compiler-builtins", data::BUILTINS_FILES),
    ("core", data::CORE_FILES),
    ("profiler_builtins", data::PROFILER_FILES),
    ("std", data::STD_FILES),
    ("test", data::TEST_FILES),
];

/// The new files of upstream's crates, and the platform crates.
pub(crate) fn new_files(parts: Parts) -> impl Iterator<Item = NewFile> {
    let faster = data::FASTER_FILES.iter().filter(move |_| parts == Parts::All);
    let faster = faster.map(|&(path, text)| NewFile { path: path.to_owned(), text: text.into() });
    let of_crates = UPSTREAM_CRATES.into_iter().flat_map(|(name, files)| {
        files.iter().map(move |&(path, text)| NewFile { path: format!("{name}/{path}"), text: text.into() })
    });
    let platform = PLATFORM_CRATES.into_iter().flat_map(|(directory, files)| {
        files.iter().map(move |&(path, text)| NewFile {
            path: format!("{directory}/{path}"),
            text: if path == "Cargo.toml" { platform_manifest(text).into() } else { text.into() },
        })
    });
    of_crates.chain(platform).chain(faster)
}

/// A platform crate's manifest without its tests and what these depend on, neither of which goes along.
fn platform_manifest(text: &str) -> String {
    const KEPT: [&str; 5] = ["package", "lib", "dependencies", "features", "lints"];
    let mut manifest: Table = text.parse().expect("cargo has read this manifest before");
    manifest.retain(|section, _| KEPT.contains(&section));
    manifest.to_string()
}

/// The target specs.
pub(crate) fn targets() -> impl Iterator<Item = Target> {
    data::TARGETS.iter().map(|&(path, json)| Target {
        name: path.strip_suffix(".json").expect("the build script took .json files only"),
        json,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_platform_crates_go_along_without_their_tests() {
        let manifest = "[package]\nname = 'x'\n[dev-dependencies]\ny = '1'\n[[test]]\nname = 't'\n[features]\nf = []\n";
        assert_eq!(platform_manifest(manifest), "[features]\nf = []\n\n[package]\nname = \"x\"\n");
        for (directory, _) in PLATFORM_CRATES {
            let of_it = |file: &NewFile| file.path.starts_with(directory);
            assert!(new_files(Parts::Needed).any(|file| file.path == format!("{directory}/src/lib.rs")));
            assert!(!new_files(Parts::All).filter(of_it).any(|file| file.path.contains("/tests/")));
        }
    }
}
