//! Whether the overlay fits other sources and another compiler: everything that does not, at once.
//!
//! Here because the next Rust release moves many anchors, and whoever moves them along wants one list and not one error
//! after the other. Nothing is written. The compiler is only asked what it thinks of the keys of our targets: each in
//! its turn, added to a target that it knows, because the first key that it does not know may be the last it speaks of.

use std::fmt;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value};
use walkdir::WalkDir;

use crate::misfit::Misfit;
use crate::{Parts, edit, edited, embedded, sources};

/// A target that every compiler knows, on which keys are tried.
const KNOWN: &str = "wasm32-unknown-unknown";

/// What does not fit.
#[derive(Debug)]
pub struct Fit {
    misfits: Vec<Misfit>,
    /// The directories whose sources are others than the release's: their name, and their digest, if they are there.
    sources: Vec<(&'static str, Option<String>)>,
    keys: Vec<Key>,
}

/// A key of a target that a compiler does not take, or not with this value.
#[derive(Debug)]
struct Key {
    target: &'static str,
    key: String,
    said: String,
}

/// Looks at the library in `library`, and asks `rustc`, if one is given, about the keys of our targets.
///
/// # Errors
/// Files that cannot be read, a compiler that does not run.
pub fn fit(library: &Path, parts: Parts, rustc: Option<&Path>) -> Result<Fit> {
    ensure!(
        library.join("std/src/lib.rs").is_file(),
        "{} is no library of Rust's: std/src/lib.rs is not there",
        library.display()
    );
    let mut misfits = edited::files(library, parts, &mut |_, _| Ok(()))?;
    look_elsewhere(library, &mut misfits)?;
    let keys = rustc.map(keys).transpose()?.unwrap_or_default();
    Ok(Fit { misfits, sources: sources::differing(library), keys })
}

impl Fit {
    /// Whether nothing is wrong.
    pub fn is_perfect(&self) -> bool {
        self.misfits.is_empty() && self.sources.is_empty() && self.keys.is_empty()
    }
}

impl fmt::Display for Fit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for misfit in &self.misfits {
            writeln!(f, "{misfit}\n")?;
        }
        if !self.sources.is_empty() {
            writeln!(f, "The sources of these directories are others; library/overlay/src/sources.rs would say:")?;
            for (directory, digest) in &self.sources {
                match digest {
                    Some(digest) => writeln!(f, "    ({directory:?}, {digest:?}),")?,
                    None => writeln!(f, "    {directory:?} is not there")?,
                }
            }
            writeln!(f)?;
        }
        for Key { target, key, said } in &self.keys {
            writeln!(f, "targets/{target}.json: the compiler does not take the key `{key}`: {said}")?;
        }
        if !self.keys.is_empty() {
            writeln!(f, "What to do: look the keys up in rustc's `rustc_target::spec` of that release.\n")?;
        }
        let (edits, files) = (self.misfits.len(), self.sources.len());
        writeln!(f, "{edits} misfits, {files} directories of other sources, {} keys", self.keys.len())
    }
}

/// Finds the files that have the whole of an anchor which is nowhere in its own file.
fn look_elsewhere(library: &Path, misfits: &mut [Misfit]) -> Result<()> {
    let mut lost: Vec<_> = misfits
        .iter_mut()
        .filter_map(|misfit| match misfit {
            // One line of little says nothing about where it went.
            Misfit::Anchor(anchor) if anchor.found == 0 && anchor.text.trim().len() > 30 => Some(anchor),
            _ => None,
        })
        .collect();
    if lost.is_empty() {
        return Ok(());
    }
    for entry in WalkDir::new(library).follow_root_links(true).sort_by_file_name() {
        let entry = entry.with_context(|| format!("cannot list {}", library.display()))?;
        if entry.path().extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let Ok(text) = fs::read_to_string(entry.path()) else { continue };
        let lines: Vec<&str> = text.lines().collect();
        for anchor in &mut lost {
            let wanted: Vec<&str> = anchor.text.lines().collect();
            if anchor.elsewhere.len() < 3 && edit::places(&lines, &wanted).next().is_some() {
                let path = entry.path().strip_prefix(library).unwrap_or(entry.path());
                anchor.elsewhere.push(path.display().to_string());
            }
        }
    }
    Ok(())
}

/// The keys of our targets that this compiler does not take.
fn keys(rustc: &Path) -> Result<Vec<Key>> {
    let scratch = tempfile::tempdir().context("cannot make a temporary directory")?;
    keys_in(rustc, scratch.path())
}

fn keys_in(rustc: &Path, scratch: &Path) -> Result<Vec<Key>> {
    let known =
        ask(rustc, KNOWN.as_ref())?.map_err(|said| anyhow::anyhow!("{} knows no {KNOWN}: {said}", rustc.display()))?;
    let mut known: Map<String, Value> = serde_json::from_str(&known).context("rustc prints a target as JSON")?;
    // It says that the target is one of the compiler's own.
    known.remove("is-builtin");
    let spec = scratch.join("tried.json");
    let takes = |tried: &Map<String, Value>| -> Result<Result<(), String>> {
        fs::write(&spec, serde_json::to_vec(tried)?).with_context(|| format!("cannot write {}", spec.display()))?;
        Ok(ask(rustc, &spec)?.map(|_| ()))
    };
    if let Err(said) = takes(&known)? {
        anyhow::bail!("{} does not take what it prints of {KNOWN}: {said}", rustc.display());
    }
    let mut keys = Vec::new();
    for target in embedded::targets() {
        let ours: Map<String, Value> =
            serde_json::from_str(target.json).with_context(|| format!("targets/{}.json is no JSON", target.name))?;
        let mut taken = known.clone();
        let mut left: Vec<(String, Value, String)> =
            ours.into_iter().map(|(key, value)| (key, value, String::new())).collect();
        // Some keys are taken only beside others, which may come later.
        loop {
            let before = left.len();
            let mut refused = Vec::new();
            for (key, value, _) in left {
                let old = taken.insert(key.clone(), value.clone());
                if let Err(said) = takes(&taken)? {
                    match old {
                        Some(old) => taken.insert(key.clone(), old),
                        None => taken.remove(&key),
                    };
                    refused.push((key, value, said));
                }
            }
            left = refused;
            if left.is_empty() || left.len() == before {
                break;
            }
        }
        keys.extend(left.into_iter().map(|(key, _, said)| Key { target: target.name, key, said }));
    }
    Ok(keys)
}

/// What rustc makes of a target, or what it has to say of it.
fn ask(rustc: &Path, target: &Path) -> Result<Result<String, String>> {
    let output = Command::new(rustc)
        .args(["-Zunstable-options", "--print", "target-spec-json", "--target"])
        .arg(target)
        .env("RUSTC_BOOTSTRAP", "1")
        .output()
        .with_context(|| format!("cannot run {}", rustc.display()))?;
    // Of a key that they do not know, older compilers only warn.
    if output.status.success() && output.stderr.is_empty() {
        return Ok(Ok(String::from_utf8(output.stdout).context("rustc prints UTF-8")?));
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let first: Vec<&str> = said.lines().map(str::trim).filter(|line| !line.is_empty()).take(2).collect();
    Ok(Err(first.join(" ")))
}
