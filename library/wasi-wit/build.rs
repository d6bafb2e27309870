//! Copies the WIT of WASI 0.3.0 out of the published `wasip3` crate into `OUT_DIR`.
//!
//! It is here so that no WIT is committed: the version in the root Cargo.toml and the checksum in Cargo.lock say
//! exactly which text is meant. Cargo does not tell a build script where a dependency's sources are. So a package of
//! one dependency is written to `OUT_DIR` and `cargo metadata` asked about it, offline: the build has put the crate on
//! this machine already, by download or vendoring.

use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::{Context, Result, ensure};
use cargo_metadata::MetadataCommand;

/// The crate's exact version, as in the root Cargo.toml.
const WASIP3: &str = "0.9.0";

fn main() -> Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    let out = PathBuf::from(env::var_os("OUT_DIR").context("OUT_DIR is not set: run this through cargo")?);
    let wit = wasip3_sources(&out)?.join("wit/deps");

    let mut files: Vec<PathBuf> = fs::read_dir(&wit)
        .with_context(|| format!("{} cannot be read", wit.display()))?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "wit"));
    files.sort();
    ensure!(
        !files.is_empty(),
        "{} holds no .wit file: the wasip3 crate is laid out differently than version {WASIP3}",
        wit.display()
    );

    let mut texts = String::from("&[\n");
    for file in &files {
        let name = file.file_name().and_then(|name| name.to_str()).context("a .wit file's name is not UTF-8")?;
        fs::copy(file, out.join(name))
            .with_context(|| format!("{} cannot be copied to {}", file.display(), out.display()))?;
        texts.push_str(&format!(
            "    Text {{ name: {name:?}, contents: include_str!(concat!(env!(\"OUT_DIR\"), \"/\", {name:?})) }},\n"
        ));
    }
    texts.push_str("]\n");
    let list = out.join("texts.rs");
    fs::write(&list, texts).with_context(|| format!("{} cannot be written", list.display()))
}

/// The directory that holds the sources of `wasip3`.
fn wasip3_sources(out: &Path) -> Result<PathBuf> {
    let probe = out.join("probe");
    fs::create_dir_all(probe.join("src")).with_context(|| format!("{} cannot be made", probe.display()))?;
    fs::write(probe.join("src/lib.rs"), "")?;
    fs::write(
        probe.join("Cargo.toml"),
        format!(
            "[package]\nname = \"probe\"\nedition = \"2024\"\n[workspace]\n[dependencies]\nwasip3 = {{ version = \"={WASIP3}\", default-features = false }}\n"
        ),
    )?;
    // The working directory stays this package's, so that its .cargo/config.toml (vendoring, mirrors) counts.
    let metadata = MetadataCommand::new()
        .manifest_path(probe.join("Cargo.toml"))
        .other_options(["--offline".to_owned()])
        .exec()
        .with_context(|| {
            format!("the sources of wasip3 {WASIP3} are not found; `cargo fetch` in this workspace brings them, then build again")
        })?;
    let package = metadata
        .packages
        .iter()
        .find(|package| package.name.as_str() == "wasip3")
        .context("cargo metadata does not list wasip3")?;
    let sources = package.manifest_path.parent().context("wasip3's manifest has no directory")?;
    Ok(sources.into())
}
