//! Upstream's library with the edits made and the new files added, a file at a time.
//!
//! Here because two want it: who writes a sysroot, and who only asks whether everything has its place (`fit`).

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use walkdir::WalkDir;

use crate::misfit::Misfit;
use crate::{Parts, edit, embedded};

/// Hands each file on, by its path below the library. What does not fit is left as it is upstream, and told at the end.
///
/// # Errors
/// A file that cannot be read, an edit that is none, what `put` says.
pub(crate) fn files(
    upstream: &Path,
    parts: Parts,
    put: &mut dyn FnMut(&Path, &[u8]) -> Result<()>,
) -> Result<Vec<Misfit>> {
    let mut edits = edit::parse(embedded::edit_files(parts))?;
    let mut misfits = Vec::new();
    let mut paths = Vec::new();
    // Debian's package vendors the registry crates; Cargo.lock finds the same ones on the registry everywhere.
    let walk = WalkDir::new(upstream).follow_root_links(true).sort_by_file_name();
    for entry in walk.into_iter().filter_entry(|entry| entry.depth() != 1 || entry.file_name() != "vendor") {
        let entry = entry.with_context(|| format!("cannot list {}", upstream.display()))?;
        if !entry.file_type().is_file() {
            continue;
        }
        let path = entry.path().strip_prefix(upstream).expect("walked below upstream");
        let name = path.to_string_lossy().into_owned();
        let mut content = fs::read(entry.path()).with_context(|| format!("cannot read {}", entry.path().display()))?;
        if let Some(edits) = edits.remove(&name) {
            let text =
                String::from_utf8(content).with_context(|| format!("{} is not UTF-8", entry.path().display()))?;
            let (edited, wrong) = edit::apply(&name, &text, &edits)?;
            misfits.extend(wrong);
            content = edited.into_bytes();
        }
        put(path, &content)?;
        paths.push(name);
    }
    misfits.extend(gone(edits, &paths));
    for file in embedded::new_files(parts) {
        if paths.contains(&file.path) {
            misfits.push(Misfit::Taken { file: file.path });
            continue;
        }
        put(Path::new(&file.path), file.text.as_bytes())?;
    }
    Ok(misfits)
}

/// The files that edits are left for.
fn gone<'a>(edits: BTreeMap<String, Vec<edit::Edit>>, paths: &'a [String]) -> impl Iterator<Item = Misfit> + 'a {
    edits.into_iter().map(|(file, edits)| {
        let mut origins: Vec<String> = edits.into_iter().map(|edit| edit.origin).collect();
        origins.dedup();
        let name = Path::new(&file).file_name();
        // Every crate has files of these names.
        let is_common = file.ends_with("/mod.rs") || file.ends_with("/lib.rs") || file.ends_with("/Cargo.toml");
        let is_namesake = |path: &&String| !is_common && Path::new(path).file_name() == name;
        let namesakes = paths.iter().filter(is_namesake).take(5).cloned().collect();
        Misfit::Gone { file, origins, namesakes }
    })
}
