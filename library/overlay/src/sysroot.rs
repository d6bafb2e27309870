//! A sysroot: a directory shaped as `rustc --sysroot` and `-Zbuild-std` want it, holding the edited library.
//!
//! ```text
//! <cache>/sysroots/<hash>/
//!     lib/rustlib/src/rust/library/   upstream's library with edits, new files and the platform crates
//!     lib/rustlib/<host>/             links to the compiler's own, for build scripts and proc macros, and std's own macros
//!     macros/                         those
//!     lib/rustlib/<target>/lib/       the prebuilt library, once it was built
//!     targets/<target>.json           the specs
//!     bin/, bin-<hash>/               links that the caller names
//! ```
//!
//! The name is the hash of compiler, edits, files and specs, because cargo does not notice that std's sources changed.
//! A sysroot appears in one rename, so a directory that exists is whole; the lock file beside it makes a second builder
//! wait. Left out: removing old sysroots, which is the user's decision.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};

use crate::files::{self, Mirror};
use crate::{Parts, Toolchain, edited, embedded, macros, sources, workspace};

/// A link in the sysroot.
#[derive(Debug, Clone)]
pub struct Link {
    /// Its place there.
    pub path: PathBuf,
    /// The program it leads to.
    pub to: PathBuf,
}

/// A materialised sysroot.
#[derive(Debug, Clone)]
pub struct Sysroot {
    path: PathBuf,
    toolchain: Toolchain,
    parts: Parts,
    /// Whether it will be written again, so that what compiling leaves behind is of use.
    in_place: bool,
}

impl Sysroot {
    /// The sysroot for `toolchain` in `cache`, written now unless it is there already. `links` are brought up to date in
    /// either case.
    ///
    /// # Errors
    /// Sources that are not those of the compiler, an edit that does not fit, a cache that cannot be written or is full.
    pub fn materialise(toolchain: &Toolchain, cache: &Path, parts: Parts, links: &[Link]) -> Result<Self> {
        let path = Self::directory(toolchain, cache, parts);
        let sysroot = Self { path, toolchain: toolchain.clone(), parts, in_place: false };
        if !sysroot.path.exists() {
            let _lock = sysroot.lock()?;
            // Another process may have made it while this one waited.
            if !sysroot.path.exists() {
                let partial = files::with_suffix(&sysroot.path, ".partial");
                files::remove_dir(&partial)?;
                let made = sysroot.write(&partial).and_then(|()| files::rename(&partial, &sysroot.path));
                if made.is_err() {
                    // The first error is the one to tell, and the next run removes what this cannot.
                    let _ = files::remove_dir(&partial);
                }
                made?;
            }
        }
        sysroot.link(links)?;
        Ok(sysroot)
    }

    /// Where [`Sysroot::materialise`] puts the sysroot for `toolchain`, whether or not it is there.
    pub fn directory(toolchain: &Toolchain, cache: &Path, parts: Parts) -> PathBuf {
        cache.join("sysroots").join(name(toolchain, parts))
    }

    /// For work on the library itself: brings the sysroot in `directory`, which has no hash in its name, up to date. Only
    /// changed files are written, so that the next [`Sysroot::prebuild`] compiles no more than it must.
    ///
    /// # Errors
    /// As [`Sysroot::materialise`].
    pub fn materialise_in_place(toolchain: &Toolchain, directory: &Path, parts: Parts, links: &[Link]) -> Result<Self> {
        let sysroot = Self { path: directory.to_owned(), toolchain: toolchain.clone(), parts, in_place: true };
        let _lock = sysroot.lock()?;
        sysroot.write(directory)?;
        for target in embedded::targets() {
            files::remove_dir(&sysroot.target_lib(target.name))?;
        }
        sysroot.link(links)?;
        Ok(sysroot)
    }

    /// The directory, for `rustc --sysroot`.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The toolchain it belongs to.
    pub fn toolchain(&self) -> &Toolchain {
        &self.toolchain
    }

    /// The spec of `target`, for `--target`.
    ///
    /// # Errors
    /// A name that is none of [`crate::targets`].
    pub fn spec(&self, target: &str) -> Result<PathBuf> {
        ensure!(
            crate::targets().any(|known| known == target),
            "there is no target `{target}`; the targets are: {}",
            crate::targets().collect::<Vec<_>>().join(", ")
        );
        Ok(self.path.join("targets").join(format!("{target}.json")))
    }

    /// The workspace of the edited library.
    pub fn library(&self) -> PathBuf {
        self.path.join(LIBRARY)
    }

    /// Whether the library was compiled for `target`.
    pub fn is_prebuilt(&self, target: &str) -> bool {
        self.target_lib(target).is_dir()
    }

    pub(crate) fn is_in_place(&self) -> bool {
        self.in_place
    }

    /// Where rustc looks for the compiled library of `target`.
    pub(crate) fn target_lib(&self, target: &str) -> PathBuf {
        self.path.join("lib/rustlib").join(target).join("lib")
    }

    /// Keeps other builders of this sysroot away while the result lives. The kernel drops the lock of a killed process.
    pub(crate) fn lock(&self) -> Result<File> {
        let path = files::with_suffix(&self.path, ".lock");
        files::create_dir(path.parent().context("a sysroot has a parent directory")?)?;
        let file = File::create(&path).map_err(|error| files::explain(error, "create", &path))?;
        file.lock().map_err(|error| files::explain(error, "lock", &path))?;
        Ok(file)
    }

    fn link(&self, links: &[Link]) -> Result<()> {
        links.iter().try_for_each(|link| files::link(&self.path.join(&link.path), &link.to))
    }

    /// Writes everything but the links and the compiled library to `directory`.
    fn write(&self, directory: &Path) -> Result<()> {
        let upstream = self.toolchain.library();
        sources::check(&upstream)?;
        write_library(&upstream, self.parts, directory.join(LIBRARY))?;
        let mut specs = Mirror::new(directory.join("targets"));
        for target in embedded::targets() {
            specs.put(format!("{}.json", target.name).as_ref(), target.json.as_bytes())?;
        }
        specs.finish()?;
        macros::install(&self.toolchain, directory)
    }
}

const LIBRARY: &str = "lib/rustlib/src/rust/library";

/// The hash of all that makes a sysroot what it is, as a directory name.
fn name(toolchain: &Toolchain, parts: Parts) -> String {
    let mut hash = Sha256::new();
    let mut add = |part: &str| {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    };
    add(toolchain.verbose_version());
    // The host's own library is reached by a link.
    add(&toolchain.sysroot().to_string_lossy());
    for (name, text) in embedded::edit_files(parts) {
        add(&name);
        add(text);
    }
    for file in embedded::new_files(parts) {
        add(&file.path);
        add(&file.text);
    }
    for (path, text) in embedded::MACROS {
        add(path);
        add(text);
    }
    for target in embedded::targets() {
        add(target.name);
        add(target.json);
        workspace::settings(target.name).iter().for_each(|setting| add(setting));
    }
    hash.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Writes the library at `upstream`, edited, to `directory`.
fn write_library(upstream: &Path, parts: Parts, directory: PathBuf) -> Result<()> {
    let mut mirror = Mirror::new(directory);
    let misfits = edited::files(upstream, parts, &mut |path, content| mirror.put(path, content))?;
    ensure!(misfits.is_empty(), "{}", misfits.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n\n"));
    mirror.finish()
}
