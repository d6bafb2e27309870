//! Clean builds: std is compiled again from nothing, in bounded time, in directories of different names, and comes out the same to the bit.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, Result};
use sha2::{Digest, Sha256};

use super::context::{Context, TARGET};
use super::evidence::Evidence;
use super::{guest, sbom};

/// What a clean build of std may take: far below what Rust's CI spends on a target, far above what it takes on two cores.
const LIMIT_SECONDS: f64 = 600.0;

/// The hashes of what one build made, by file name.
type Hashes = BTreeMap<String, String>;

pub(super) fn check(context: &Context, evidence: &mut Evidence) -> Result<()> {
    let mut first: Option<(Hashes, Hashes)> = None;
    for number in 1..=context.builds {
        // The directories' names differ in length, so that no path can hide in a padding.
        let place = context.scratch(&format!("build-{}", "again-".repeat(number as usize)))?;
        let start = Instant::now();
        evidence.run(context.cargo_p3(&place, &["setup"]).env("CARGO_P3_CACHE", place.join("cache")))?;
        let seconds = start.elapsed().as_secs_f64();
        evidence.judge(
            seconds < LIMIT_SECONDS,
            format!("clean build {number} of std: {seconds:.0} s (limit {LIMIT_SECONDS:.0} s)"),
        );
        let library = hashes(&guest::rlibs(&only_sysroot(&place.join("cache"))?)?)?;
        let program = hashes(&[hello(context, &place, evidence)?])?;
        match &first {
            None => {
                evidence.holds(format!("{} libraries, one component", library.len()));
                first = Some((library, program));
            }
            Some((first_library, first_program)) => {
                let differ: Vec<_> = library
                    .iter()
                    .filter(|(name, hash)| first_library.get(*name) != Some(hash))
                    .map(|(name, _)| &**name)
                    .collect();
                evidence.judge(
                    differ.is_empty(),
                    format!(
                        "libraries of build {number} that differ from those of build 1: {}",
                        if differ.is_empty() { "none".to_owned() } else { differ.join(", ") }
                    ),
                );
                evidence.judge(
                    program == *first_program,
                    format!("hello of build {number} is the same component as that of build 1: {program:?}"),
                );
            }
        }
    }
    if context.builds < 2 {
        evidence.unanswered("one build cannot be compared: --builds 2");
    }
    Ok(())
}

/// examples/hello, copied there and built with the sysroot of this cache.
fn hello(context: &Context, place: &Path, evidence: &mut Evidence) -> Result<PathBuf> {
    let project = place.join("hello");
    std::fs::create_dir_all(project.join("src"))?;
    for name in ["Cargo.toml", "src/main.rs"] {
        let from = context.checkout.path("examples/hello").join(name);
        std::fs::copy(&from, project.join(name)).with_context(|| format!("cannot copy {}", from.display()))?;
    }
    evidence.run(
        context.cargo_p3(&project, &["build", "--release", "--quiet"]).env("CARGO_P3_CACHE", place.join("cache")),
    )?;
    Ok(project.join("target").join(TARGET).join("release/hello.wasm"))
}

fn only_sysroot(cache: &Path) -> Result<PathBuf> {
    let folder = cache.join("sysroots");
    let entries = folder.read_dir().with_context(|| format!("cannot list {}", folder.display()))?;
    let mut folders = entries.flatten().map(|entry| entry.path()).filter(|path| path.join("lib").is_dir());
    folders.next().with_context(|| format!("{} has no sysroot", folder.display()))
}

fn hashes(files: &[PathBuf]) -> Result<Hashes> {
    files
        .iter()
        .map(|file| {
            let content = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
            Ok((
                file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
                sbom::hex(&Sha256::digest(content)[..8]),
            ))
        })
        .collect()
}
