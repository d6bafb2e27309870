//! What the build script embedded, as the rest of the crate wants to see it.

mod data {
    include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
}

/// A file to be laid over the library: where it goes (relative to `library/`), and its text.
pub(crate) struct NewFile {
    pub(crate) path: String,
    pub(crate) text: &'static str,
}

/// A target spec: the file stem, and the JSON text.
pub(crate) struct Target {
    pub(crate) name: &'static str,
    pub(crate) json: &'static str,
}

/// The edits: file name (for messages) and TOML text.
pub(crate) fn edit_files() -> &'static [(&'static str, &'static str)] {
    data::EDITS
}

/// The new files of std and the platform crate.
pub(crate) fn new_files() -> impl Iterator<Item = NewFile> {
    let std = data::STD_FILES.iter().map(|&(path, text)| NewFile { path: format!("std/{path}"), text });
    let platform = data::PLATFORM_CRATE.iter().map(|&(path, text)| NewFile { path: format!("component-rt/{path}"), text });
    std.chain(platform)
}

/// The target specs.
pub(crate) fn targets() -> impl Iterator<Item = Target> {
    data::TARGETS.iter().map(|&(path, json)| Target {
        name: path.strip_suffix(".json").expect("the build script took .json files only"),
        json,
    })
}
